"""Failures of GLM as OpenAI's client meets them."""

import pytest
from openai import APIError, BadRequestError

from support.chatting import ask, stream, system, user
from support.sandbox import answer, fault, refusal

SECRET_WORDS = "account 12345 of key sandbox.local-demo-secret is in arrears"

# GLM's code, its HTTP status, the code that callers get.
REFUSALS = [
    ("1113", 429, 42902),
    ("1301", 400, 40302),
    ("1211", 400, 40301),
    ("1261", 400, 40303),
    ("1000", 401, 40102),
    ("1311", 429, 40103),
]


def refused_chat(openai):
    """A chat that must fail; gives what the client was told."""
    with pytest.raises(BadRequestError) as refused:
        ask(openai, "hi")
    return refused.value


@pytest.mark.parametrize(("glm_code", "status", "code"), REFUSALS)
def test_a_refusal_of_glm_is_a_400_with_our_code_and_sentence(
    openai, sandbox, glm_code, status, code
):
    sandbox.default(refusal(glm_code, status, message=SECRET_WORDS))

    body = refused_chat(openai).body

    assert body["code"] == code
    assert body["message"].strip() != ""
    assert "sandbox" not in body["message"]


@pytest.mark.parametrize(("glm_code", "status", "code"), REFUSALS)
def test_a_refusal_of_glm_is_raised_in_a_stream(openai, sandbox, glm_code, status, code):
    sandbox.default(refusal(glm_code, status, message=SECRET_WORDS))

    sentence = refused_chat(openai).body["message"]
    streamed = stream(openai, "hi")

    assert isinstance(streamed.error, APIError)
    assert int(streamed.error.body["code"]) == code
    assert streamed.error.body["message"] == sentence
    assert (streamed.text, streamed.finishes) == ("", [])


@pytest.mark.parametrize("glm_code", ["1302", "1305"])
def test_a_busy_glm_is_asked_again_and_nobody_notices(openai, sandbox, glm_code):
    sandbox.script(refusal(glm_code, 429), answer("at last"), refusal(glm_code, 429), answer("yes"))

    assert ask(openai, "hi").choices[0].message.content == "at last"
    assert stream(openai, "hi").text == "yes"
    assert len(sandbox.chats()) == 4


def test_a_glm_that_stays_busy_is_an_overload(openai, sandbox):
    sandbox.default(refusal("1305", 429))

    assert refused_chat(openai).body["code"] == 42903


@pytest.mark.parametrize(
    "broken", ["end-without-done", "reset-mid-event", "close-mid-event", "error-data"]
)
def test_an_answer_that_glm_cuts_never_looks_complete(openai, sandbox, broken):
    sandbox.default(fault(broken, text="this will break off in the middle", after=4))

    streamed = stream(openai, "hi")

    assert refused_chat(openai).body["code"] == 50001
    assert isinstance(streamed.error, APIError)
    assert int(streamed.error.body["code"]) == 50001
    assert streamed.finishes == []
    assert "this will break off in the middle".startswith(streamed.text)


@pytest.mark.parametrize(("reason", "code"), [("sensitive", 40302), ("network_error", 50001)])
def test_an_answer_that_glm_takes_back_never_looks_complete(openai, sandbox, reason, code):
    sandbox.default(answer("half of an answer", finishReason=reason))

    streamed = stream(openai, "hi")

    assert refused_chat(openai).body["code"] == code
    assert int(streamed.error.body["code"]) == code
    assert streamed.finishes == []


@pytest.mark.parametrize("turns", [[], [system("")], [user("")], [system(" "), user(" \n ")]])
def test_a_conversation_without_any_word_never_reaches_glm(openai, sandbox, turns):
    with pytest.raises(BadRequestError) as refused:
        ask(openai, *turns)
    streamed = stream(openai, *turns)

    assert refused.value.body["code"] == 40001
    assert int(streamed.error.body["code"]) == 40001
    assert sandbox.calls() == []


def test_one_failed_choice_of_two_fails_the_chat_with_its_code(openai, sandbox):
    sandbox.script(answer("good"), refusal("1301", 400))

    with pytest.raises(BadRequestError) as refused:
        ask(openai, "hi", n=2)

    assert refused.value.body["code"] == 40302


def test_a_second_streamed_choice_that_fails_is_raised_after_the_first(openai, sandbox):
    sandbox.script(answer("good"), refusal("1301", 400))

    streamed = stream(openai, "hi", n=2)

    assert streamed.text == "good"
    assert int(streamed.error.body["code"]) == 40302


def test_a_failed_completion_carries_our_code_too(openai, sandbox):
    sandbox.default(refusal("1113", 429))

    with pytest.raises(BadRequestError) as refused:
        openai.completions.create(model="zhipu-api", prompt="once")
    with pytest.raises(APIError) as raised:
        list(openai.completions.create(model="zhipu-api", prompt="once", stream=True))

    assert refused.value.body["code"] == 42902
    assert int(raised.value.body["code"]) == 42902


def test_after_an_error_the_next_chat_is_answered(openai, sandbox):
    sandbox.script(refusal("1113", 429), answer("fine again"))

    refused_chat(openai)

    assert ask(openai, "hi").choices[0].message.content == "fine again"
