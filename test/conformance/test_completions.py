"""Text completions: prompts without a template, told from chats only by the worker."""

import pytest

from support.sandbox import answer
from support.stack import MODEL


def complete(openai, prompt, **more):
    """One completion."""
    return openai.completions.create(model=MODEL, prompt=prompt, **more)


def test_a_completion_answers_with_text_end_and_usage(openai, sandbox):
    usage = {"prompt_tokens": 4, "completion_tokens": 6, "total_tokens": 10}
    sandbox.script(answer("there was a king", usage=usage))

    reply = complete(openai, "once upon a time", max_tokens=50)

    [choice] = reply.choices
    assert (choice.text, choice.finish_reason) == ("there was a king", "stop")
    assert {name: getattr(reply.usage, name) for name in usage} == usage


@pytest.mark.parametrize(
    "prompt",
    [
        "once upon a time",
        "assistant: I am no template",
        "Q: hi\nassistant:",
        "a note\n###user: someone's log\n###assistant: more of it, and no open end",
        "  spaces around \n",
    ],
)
def test_a_completion_is_never_mistaken_for_a_chat(openai, sandbox, prompt):
    complete(openai, prompt)

    assert sandbox.last_messages() == [{"role": "user", "content": prompt}]


def test_a_list_of_prompts_is_answered_in_its_order(openai, sandbox):
    reply = complete(openai, ["first prompt", "second prompt"], max_tokens=200)

    assert [choice.index for choice in reply.choices] == [0, 1]
    assert "first prompt" in reply.choices[0].text
    assert "second prompt" in reply.choices[1].text
    assert len(sandbox.chats()) == 2


def test_a_streamed_completion_brings_the_same_text(openai, sandbox):
    sandbox.script(answer("there was a king", finishReason="length"))

    chunks = list(complete(openai, "once upon a time", stream=True, max_tokens=50))

    assert "".join(chunk.choices[0].text for chunk in chunks) == "there was a king"
    ends = [c.choices[0].finish_reason for c in chunks if c.choices[0].finish_reason]
    assert ends == ["length"]


def test_a_completion_that_asks_for_an_echo_begins_with_its_prompt(openai, sandbox):
    sandbox.script(answer(" there was a king"))

    reply = complete(openai, "once upon a time", echo=True, max_tokens=50)

    assert reply.choices[0].text == "once upon a time there was a king"


def test_the_short_default_limit_of_completions_reaches_glm(openai, sandbox):
    complete(openai, "once upon a time")

    assert sandbox.chats()[-1]["max_tokens"] == 16
