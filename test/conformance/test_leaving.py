"""End clients that leave: GLM must not go on writing for nobody."""

from support.chatting import ask, first_text
from support.processes import wait_until
from support.sandbox import ENDLESS, answer, fault


def wait_cancelled(sandbox, worker):
    """Waits until the upstream request was given up and every place is free again."""
    wait_until(sandbox.all_cancelled, "the upstream request is cancelled", 3)
    worker.wait_idle()


def test_a_client_that_leaves_amid_the_text_ends_the_upstream_request(openai, worker, sandbox):
    sandbox.script(ENDLESS)
    stream = ask(openai, "go on", stream=True)
    first_text(stream)

    stream.close()

    wait_cancelled(sandbox, worker)


def test_a_client_that_leaves_before_any_text_ends_the_upstream_request(openai, worker, sandbox):
    sandbox.script(answer("late", firstDelayMs=20_000))
    stream = ask(openai, "think", stream=True)
    next(iter(stream))
    wait_until(lambda: sandbox.begun() == 1, "GLM is asked", 5)

    stream.close()

    wait_cancelled(sandbox, worker)


def test_a_client_that_leaves_while_glm_is_silent_ends_the_upstream_request(
    openai, worker, sandbox
):
    sandbox.script(fault("hang-mid-stream", text="some text and then nothing", after=2))
    stream = ask(openai, "go on", stream=True)
    first_text(stream)

    stream.close()

    wait_cancelled(sandbox, worker)


def test_after_a_client_left_its_second_choice_is_not_begun(openai, worker, sandbox):
    sandbox.default(ENDLESS)
    stream = ask(openai, "go on", stream=True, n=2)
    first_text(stream)

    stream.close()

    wait_cancelled(sandbox, worker)
    assert len(sandbox.calls()) == 1
