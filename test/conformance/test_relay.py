"""The controller's own relay, which passes the stream of a worker on."""

import itertools

from support.frames import frames, request_body
from support.sandbox import answer, fault, refusal

TEXT = "你好 from behind the relay 👍"


def test_the_relay_passes_a_whole_answer_on(controller, worker, sandbox):
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    sandbox.script(answer(TEXT, usage=usage))

    *_, last = frames(controller.url, request_body())

    assert last == {"text": TEXT, "error_code": 0, "usage": usage, "finish_reason": "stop"}


def test_the_relay_passes_text_on_while_glm_still_answers(controller, worker, sandbox):
    sandbox.script(answer("one two three four ", paceMs=100))

    texts = [frame["text"] for frame in frames(controller.url, request_body())]

    assert len(set(texts)) >= 3
    assert all(later.startswith(text) for text, later in itertools.pairwise(texts))


def test_the_relay_passes_our_errors_on(controller, worker, sandbox):
    sandbox.script(refusal("1113", 429))

    [only] = frames(controller.url, request_body())

    assert only["error_code"] == 42902
    assert only["error"]["message"] == only["text"]


def test_behind_the_relay_a_cut_answer_ends_with_our_error(controller, worker, sandbox):
    sandbox.script(fault("reset-mid-event", text="this will break off", after=3))

    *_, last = frames(controller.url, request_body())

    assert last["error_code"] == 50001
