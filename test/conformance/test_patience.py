"""Callers of little patience, and a worker whose one place is taken: nobody may give up on it."""

import threading

import pytest

from support.chatting import openai_client, stream
from support.frames import frames, request_body
from support.processes import wait_until
from support.sandbox import ENDLESS, answer
from support.stack import MODEL, ApiServer, Controller, Worker, post

# The patience of FastChat's callers, 100 s by default, and news from us within it.
IMPATIENT = {"FASTCHAT_WORKER_API_TIMEOUT": "3"}
TALKATIVE = {"KEEP_ALIVE_INTERVAL": "1", "LIMIT_WORKER_CONCURRENCY": "1", "MODEL_NAMES": MODEL}


@pytest.fixture(scope="module")
def impatient(sandbox):
    """A stack whose callers give up after 3 s, with a worker of one place."""
    controller = Controller(settings=IMPATIENT)
    worker = Worker(controller.url, sandbox, settings=TALKATIVE)
    api = ApiServer(controller, settings=IMPATIENT)
    with openai_client(api) as ready:
        yield controller, worker, ready
    for process in (api, worker, controller):
        process.end()


def test_counts_windows_and_status_answer_while_every_place_is_taken(impatient, sandbox):
    _controller, worker, openai = impatient
    sandbox.script(ENDLESS)
    busy = frames(worker.url, request_body())
    next(busy)

    item = {"model": MODEL, "prompt": "hi", "max_tokens": 10}
    base = str(openai.base_url).removesuffix("/v1/")
    checked = post(f"{base}/api/v1/token_check", {"prompts": [item]})
    listed = [model.id for model in openai.models.list()]
    busy.close()
    worker.wait_idle()

    assert checked["prompts"][0]["fits"] is True
    assert listed == [MODEL]


def test_a_glm_that_thinks_longer_than_the_callers_patience_is_waited_for(impatient, sandbox):
    sandbox.script(answer("at last", firstDelayMs=4500))

    streamed = stream(impatient[2], "think hard")

    assert (streamed.text, streamed.error) == ("at last", None)


def test_a_glm_that_falls_silent_amid_its_text_is_waited_for(impatient, sandbox):
    sandbox.script(answer("first and second", chunkChars=8, paceMs=4500))

    streamed = stream(impatient[2], "slowly")

    assert (streamed.text, streamed.error) == ("first and second", None)


def test_a_place_in_line_is_waited_for_longer_than_the_callers_patience(impatient, sandbox):
    _, worker, openai = impatient
    sandbox.script(answer("first in line", firstDelayMs=4500), answer("second in line"))
    streams = []
    first = threading.Thread(target=lambda: streams.append(stream(openai, "hi")))
    first.start()
    wait_until(lambda: worker.queue_length() == 1, "the first has its place")

    second = stream(openai, "hi")
    first.join()

    assert (second.text, second.error) == ("second in line", None)
    assert (streams[0].text, streams[0].error) == ("first in line", None)


def test_the_controllers_relay_waits_longer_than_its_own_patience(impatient, sandbox):
    sandbox.script(answer("at last", firstDelayMs=4500))

    *_, last = frames(impatient[0].url, request_body())

    assert (last["text"], last["finish_reason"]) == ("at last", "stop")
