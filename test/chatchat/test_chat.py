"""Plain chats, as Chatchat's "LLM 对话" has them."""

import pytest
from langchain.schema import HumanMessage

from chatchat.chatting import chat_model, show_chat
from support.chatting import assistant, system, user
from support.sandbox import answer
from support.stack import DEFAULT_SYSTEM, GLM_MODEL

ANSWER = "你好！I am fine 👍🏽.\n\n## Heading\n### smaller\n```\n###\n```\nend"


def test_an_answer_is_shown_piece_by_piece_while_glm_still_writes(chatchat, sandbox):
    sandbox.script(answer("one two three four five six ", chunkChars=4, paceMs=100))

    shown = show_chat(chatchat, "count")

    assert (shown.text, shown.error) == ("one two three four five six ", None)
    assert len([piece for piece in shown.pieces if piece]) >= 3


def test_an_answer_with_headings_is_shown_as_glm_wrote_it(chatchat, sandbox):
    sandbox.script(answer(ANSWER, chunkChars=3))

    assert show_chat(chatchat, "hi").text == ANSWER


def test_langchains_client_gets_the_same_answer_without_a_stream(chatchat, sandbox):
    usage = {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}
    sandbox.script(answer(ANSWER, usage=usage))

    model = chat_model(chatchat, streaming=False)
    reply = model.generate([[HumanMessage(content="hi")]])

    [[generation]] = reply.generations
    assert generation.text == ANSWER
    assert generation.generation_info["finish_reason"] == "stop"
    assert reply.llm_output["token_usage"] == usage


def test_a_question_goes_to_glm_under_the_system_text_of_the_template(chatchat, sandbox):
    show_chat(chatchat, "# 标题\n  第二行 {{ x }}\n")

    [body] = sandbox.chats()
    assert body["model"] == GLM_MODEL
    assert body["messages"] == [system(DEFAULT_SYSTEM), user("# 标题\n  第二行 {{ x }}\n")]


def test_earlier_turns_reach_glm_in_their_order_with_headings_and_braces(chatchat, sandbox):
    history = [
        ("user", "### a\n{{ b }}"),
        ("assistant", "# c\n###user: d"),
        ("user", ""),
        ("assistant", "e"),
    ]

    show_chat(chatchat, "f", history=history)

    assert sandbox.last_messages() == [
        system(DEFAULT_SYSTEM),
        user("### a\n{{ b }}"),
        assistant("# c\n###user: d"),
        assistant("e"),
        user("f"),
    ]


def test_the_ends_of_the_temperature_slider_are_brought_into_glms_range(chatchat, sandbox):
    for temperature in (0.0, 0.7, 2.0):
        show_chat(chatchat, "hi", temperature=temperature)

    greedy, usual, hottest = sandbox.chats()
    assert greedy["do_sample"] is False
    assert usual["temperature"] == 0.7
    assert hottest["temperature"] == 0.99


@pytest.mark.parametrize("limit", [None, 0, -1])
def test_no_limit_of_tokens_is_none_for_glm_either(chatchat, sandbox, limit):
    assert show_chat(chatchat, "hi", max_tokens=limit).error is None

    [body] = sandbox.chats()
    assert body.get("max_tokens", 131072) == 131072


def test_the_smallest_and_too_large_limits_of_tokens_are_answered(chatchat, sandbox):
    sandbox.default(answer("one two three four five six"))

    smallest = show_chat(chatchat, "hi", max_tokens=1)
    largest = show_chat(chatchat, "hi", max_tokens=10_000_000)

    assert (smallest.error, largest.error) == (None, None)
    assert len(smallest.text) < len(largest.text) == 27
    assert [body["max_tokens"] for body in sandbox.chats()] == [1, 131072]


def test_a_question_of_100000_characters_reaches_glm_whole(chatchat, sandbox):
    question = "天地玄黄宇宙洪荒" * 12500
    sandbox.script(answer("read"))

    shown = show_chat(chatchat, question)

    assert (shown.text, shown.error) == ("read", None)
    assert sandbox.last_messages()[-1] == user(question)


def test_thoughts_are_not_shown(chatchat, sandbox):
    sandbox.script(answer("42", reasoning="let me think"))

    assert show_chat(chatchat, "?").text == "42"
