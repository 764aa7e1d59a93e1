"""The end of a worker: nobody's stream breaks, nobody new is sent to it."""

import signal

import pytest
from openai import APIError

from support.chatting import ask, first_text
from support.frames import request_body
from support.processes import wait_until
from support.sandbox import answer, fault
from support.stack import Controller, Worker, answers, post

TEXT = "one two three four five six seven eight nine ten "
SLOW = answer(TEXT, chunkChars=5, paceMs=500)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_running_stream_finishes_while_the_controller_routes_nobody_here(
    start, own_controller, own_openai, sandbox, number
):
    worker = start(Worker, own_controller.url, sandbox)
    sandbox.script(SLOW)
    stream = ask(own_openai, "count", stream=True)
    text = first_text(stream)

    worker.signal(number)

    wait_until(lambda: own_controller.models() == [], "the controller stops routing", 1)
    own_openai.models.list()
    assert own_controller.models() == [], "a refresh brought the draining worker back"
    assert answers(f"{worker.url}/readyz", status=503)
    wait_until(
        lambda: post(f"{worker.url}/worker_generate", request_body())["error_code"] == 42903,
        "who comes late is refused in the end",
        5,
    )
    chunks = list(stream)
    text += "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert text == TEXT
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert worker.wait() == 0


def test_an_idle_worker_ends_soon_and_with_code_0(start, own_controller, sandbox):
    worker = start(Worker, own_controller.url, sandbox)

    worker.signal()

    assert worker.wait(5) == 0
    assert own_controller.models() == []


def test_a_stream_longer_than_the_drain_timeout_ends_with_an_error(
    start, own_controller, own_openai, sandbox
):
    worker = start(Worker, own_controller.url, sandbox, settings={"DRAIN_TIMEOUT": "1"})
    sandbox.script(fault("hang-mid-stream", text=TEXT, after=2))
    stream = ask(own_openai, "count", stream=True)
    first_text(stream)

    worker.signal()

    with pytest.raises(APIError) as raised:
        list(stream)
    assert int(raised.value.body["code"]) == 42903
    assert worker.wait(5) == 0


def test_a_worker_whose_controller_is_gone_still_ends_with_code_0(start, sandbox):
    controller = start(Controller)
    worker = start(Worker, controller.url, sandbox)
    controller.kill()

    worker.signal()

    assert worker.wait(5) == 0
