"""A controller below another one: what of FastChat works through it, and what does not."""

import pytest
from openai import InternalServerError

from support.chatting import ask, openai_client
from support.frames import frames, request_body
from support.sandbox import answer
from support.stack import MODEL, ApiServer, Controller, Worker, client, post


@pytest.fixture
def hierarchy(start, sandbox):
    """An upper controller, a lower one that is registered there as a worker, and a worker below."""
    upper, lower = start(Controller), start(Controller)
    start(Worker, lower.url, sandbox)
    sandbox.default(answer("hi there"))
    below = {"worker_name": lower.url, "check_heart_beat": False, "worker_status": None}
    post(f"{upper.url}/register_worker", below)
    return upper, lower


def test_a_controller_below_another_hands_streams_on_and_serves_no_api_server(start, hierarchy):
    upper, lower = hierarchy

    assert upper.models() == lower.models()
    assert upper.address_of(MODEL) == lower.url
    for controller in hierarchy:
        *_, last = frames(controller.url, request_body())
        assert (last["text"], last["finish_reason"]) == ("hi there", "stop")
    for path in ("worker_get_conv_template", "model_details", "count_token"):
        assert client.post(f"{lower.url}/{path}", json={"model": MODEL}).status_code == 404
    api = start(ApiServer, upper)
    with openai_client(api) as openai:
        with pytest.raises(InternalServerError):
            ask(openai, "hi")
