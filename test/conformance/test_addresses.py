"""Worker addresses other than host and port, as every caller of FastChat spells them."""

import pytest

from support.chatting import ask, stream
from support.frames import frames, request_body
from support.processes import free_port
from support.sandbox import answer
from support.stack import MODEL, Worker


@pytest.mark.parametrize(
    "form", ["http://user:pa%40ss@127.0.0.1:{}", "http://127.0.0.1:{}/some/prefix"]
)
def test_every_caller_reaches_the_worker_by_its_advertised_address(
    start, own_controller, own_openai, sandbox, form
):
    port = free_port()
    address = form.format(port)
    settings = {"WORKER_ADDRESS": address, "MODEL_NAMES": MODEL}
    start(Worker, own_controller.url, sandbox, port=port, settings=settings)
    sandbox.default(answer("reached"))

    assert own_controller.address_of(MODEL) == address
    assert ask(own_openai, "hi").choices[0].message.content == "reached"
    assert stream(own_openai, "hi").text == "reached"
    assert [model.id for model in own_openai.models.list()] == [MODEL]
    *_, last = frames(own_controller.url, request_body())
    assert last["text"] == "reached"
