"""Two workers of one model behind one controller."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.chatting import ask, first_text
from support.processes import wait_until
from support.sandbox import ENDLESS, answer
from support.stack import MODEL, Worker

# Long enough that no regular heart beat corrects the controller's own counting during a test.
QUIET = {"FASTCHAT_WORKER_HEART_BEAT_INTERVAL": "45", "MODEL_NAMES": MODEL}


@pytest.fixture
def pair(start, own_controller, sandbox):
    """Two workers, told apart by the GLM model they ask."""
    return [
        start(Worker, own_controller.url, sandbox, settings={**QUIET, "GLM_MODEL": glm_model})
        for glm_model in ("glm-4.6", "glm-4.5")
    ]


def asked_models(sandbox):
    """Which of the two answered, in order."""
    return [body["model"] for body in sandbox.chats()]


def burst_of(count, client):
    """Asks so many chats at once, and waits for all of them."""
    with ThreadPoolExecutor(count) as pool:
        list(pool.map(lambda number: ask(client, f"hi {number}"), range(count)))


def test_bursts_spread_over_both_whoever_was_busy_before(
    own_openai, own_controller, pair, sandbox
):
    """Each tells the controller that it has finished, long before its next regular heart beat."""
    sandbox.default(answer("hi there", firstDelayMs=300))
    for _ in range(3):
        before = len(asked_models(sandbox))
        told = [own_controller.log().count(f"Receive heart beat. {one.url}") for one in pair]
        burst_of(10, own_openai)
        models = asked_models(sandbox)[before:]

        # One that tells in the middle of a burst that it has less to do may get a few more of it.
        assert min(Counter(models)[model] for model in ("glm-4.6", "glm-4.5")) >= 3
        wait_until(
            lambda: all(
                own_controller.log().count(f"Receive heart beat. {one.url}") > seen
                for one, seen in zip(pair, told)
            ),
            "both have told that they are idle",
        )


def test_when_one_dies_a_refresh_leaves_all_chats_to_the_other(own_openai, pair, sandbox):
    pair[0].kill()
    own_openai.models.list()

    for _ in range(4):
        ask(own_openai, "hi")

    assert asked_models(sandbox) == ["glm-4.5"] * 4


def test_heart_beats_tell_the_controller_which_of_them_is_busy(
    start, own_controller, own_openai, sandbox
):
    often = {**QUIET, "FASTCHAT_WORKER_HEART_BEAT_INTERVAL": "1"}
    busy = start(Worker, own_controller.url, sandbox, settings={**often, "GLM_MODEL": "glm-4.6"})
    sandbox.default(ENDLESS)
    streams = [ask(own_openai, "go on", stream=True) for _ in range(4)]
    wait_until(lambda: busy.queue_length() == 4, "four streams run")
    idle = start(Worker, own_controller.url, sandbox, settings={**often, "GLM_MODEL": "glm-4.5"})
    beat = f"Receive heart beat. {busy.url}"
    seen = own_controller.log().count(beat)
    wait_until(lambda: own_controller.log().count(beat) > seen, "the busy one's heart beat")

    addresses = [own_controller.address_of(MODEL) for _ in range(3)]

    assert addresses == [idle.url] * 3
    for stream in streams:
        stream.close()
    busy.wait_idle()


def test_when_one_is_stopped_its_stream_ends_well_and_chats_go_to_the_other(
    own_openai, own_controller, pair, sandbox
):
    sandbox.default(answer("one two three four five six ", chunkChars=4, paceMs=200))
    streams = [ask(own_openai, "count", stream=True) for _ in pair]
    texts = [first_text(stream) for stream in streams]
    sandbox.default(answer("answered"))

    pair[0].signal()
    wait_until(
        lambda: {own_controller.address_of(MODEL) for _ in range(4)} == {pair[1].url},
        "the controller routes to the other alone",
        2,
    )
    for _ in range(4):
        assert ask(own_openai, "hi").choices[0].message.content == "answered"
    for number, stream in enumerate(streams):
        texts[number] += "".join(chunk.choices[0].delta.content or "" for chunk in stream)

    assert texts == ["one two three four five six "] * 2
    assert pair[0].wait() == 0
