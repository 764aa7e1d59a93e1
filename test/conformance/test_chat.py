"""Chats through FastChat's API server, seen by OpenAI's client and by GLM."""

import pytest

from support.chatting import ask, stream
from support.sandbox import answer
from support.stack import GLM_MODEL, LONG_MODEL

ANSWER = "你好！I am fine 👍🏽.\n\n## Heading\n### smaller heading\n###\n  indented\nend \n"


def test_a_chat_answers_with_its_text_its_end_and_glms_own_usage(openai, sandbox):
    usage = {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}
    sandbox.script(answer("all is well", usage=usage))

    reply = ask(openai, "how are you?")

    [choice] = reply.choices
    assert (choice.message.role, choice.message.content) == ("assistant", "all is well")
    assert choice.finish_reason == "stop"
    assert {name: getattr(reply.usage, name) for name in usage} == usage


def test_a_streamed_chat_brings_the_same_text_as_one_that_is_not(openai, sandbox):
    sandbox.script(answer(ANSWER), answer(ANSWER))

    whole = ask(openai, "hi").choices[0].message.content
    streamed = stream(openai, "hi")

    assert whole == ANSWER
    assert streamed.error is None
    assert streamed.text == ANSWER


def test_a_stream_arrives_in_pieces_while_glm_still_answers(openai, sandbox):
    sandbox.script(answer("one two three four five six ", chunkChars=4, paceMs=100))

    streamed = stream(openai, "count")

    assert len(streamed.deltas) >= 3
    assert streamed.text == "one two three four five six "


def test_a_stream_says_once_and_last_why_it_ended(openai, sandbox):
    sandbox.script(answer("done"), answer("cut", finishReason="length"))

    assert stream(openai, "a").finishes == [(0, "stop")]
    assert stream(openai, "b").finishes == [(0, "length")]


@pytest.mark.parametrize("how", [ask, stream])
def test_an_answer_cut_by_its_limit_says_length(openai, sandbox, how):
    sandbox.script(answer("one two three four five six seven eight"))

    reply = how(openai, "count", max_tokens=3)

    ended = reply.choices[0].finish_reason if how is ask else reply.finishes[-1][1]
    assert ended == "length"
    assert sandbox.chats()[-1]["max_tokens"] == 3


def test_two_choices_are_asked_for_in_parallel_and_their_usage_is_added(openai, sandbox):
    usage = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
    sandbox.default(answer("both", usage=usage, firstDelayMs=300))

    reply = ask(openai, "twice", n=2)

    assert [choice.message.content for choice in reply.choices] == ["both", "both"]
    assert reply.usage.total_tokens == 10
    first, second = sandbox.calls()
    assert second["startedAt"] < first["endedAt"]


def test_two_streamed_choices_come_one_after_the_other(openai, sandbox):
    sandbox.script(answer("first"), answer("second"))

    streamed = stream(openai, "twice", n=2)

    assert streamed.texts == {0: "first", 1: "second"}
    assert sorted(streamed.finishes) == [(0, "stop"), (1, "stop")]


@pytest.mark.parametrize("how", [ask, stream])
def test_a_stop_string_of_the_caller_ends_the_answer_and_is_kept_from_a_model_that_thinks(openai, sandbox, how):
    sandbox.script(answer("one HALT two", chunkChars=1))

    reply = how(openai, "go", stop="HALT")

    text = reply.choices[0].message.content if how is ask else reply.text
    assert text == "one "
    assert "stop" not in sandbox.chats()[-1]


def test_stop_strings_that_glm_does_not_take_end_the_answer_all_the_same(openai, sandbox):
    sandbox.script(answer("alpha beta gamma delta", chunkChars=2))

    both = stream(openai, "go", stop=["gamma", "never there", "beta"])

    assert both.text == "alpha "
    assert both.finishes == [(0, "stop")]


def test_the_stop_string_of_the_template_neither_reaches_glm_nor_cuts_an_answer(openai, sandbox):
    text = "Look:\n### heading\n###\nand more ### here"
    sandbox.script(answer(text), answer(text))

    assert ask(openai, "markdown").choices[0].message.content == text
    assert stream(openai, "markdown").text == text
    assert ["stop" in body for body in sandbox.chats()] == [False, False]


def test_the_parameters_of_the_caller_reach_glm_within_its_ranges(openai, sandbox):
    ask(openai, "greedy", temperature=0, max_tokens=64)
    ask(openai, "hot", temperature=2, top_p=0)
    ask(openai, "as it is", temperature=0.3, top_p=0.5)

    greedy, hot, plain = sandbox.chats()
    assert {body["model"] for body in sandbox.chats()} == {GLM_MODEL}
    assert greedy["do_sample"] is False
    assert greedy["max_tokens"] == 64
    # GLM's pages differ in whether 1 itself belongs to the range.
    assert (hot["temperature"] in (0.99, 1), hot["top_p"]) == (True, 0.01)
    assert (plain["temperature"], plain["top_p"]) == (0.3, 0.5)


def test_a_chat_without_a_limit_asks_for_no_more_than_the_model_can_write(openai, sandbox):
    ask(openai, "as long as you like")
    ask(openai, "as long as you like", model=LONG_MODEL)

    limits = [body.get("max_tokens", 1) for body in sandbox.chats()]
    assert limits[0] <= 131072
    assert limits[1] <= 4095


def test_emoji_that_glm_splits_arrive_whole(openai, sandbox):
    text = "👩‍👩‍👧‍👦 família 🇩🇪 ok 𝔘𝔫𝔦"
    sandbox.script(answer(text, chunkChars=1))

    streamed = stream(openai, "families?")

    assert streamed.error is None
    assert streamed.text == text


def test_thoughts_of_the_model_are_not_part_of_the_answer(openai, sandbox):
    sandbox.script(answer("42", reasoning="let me think"), answer("42", reasoning="and again"))

    assert ask(openai, "?").choices[0].message.content == "42"
    assert stream(openai, "?").text == "42"


def test_a_prompt_of_300000_characters_arrives_whole(openai, sandbox):
    question = "天地玄黄宇宙洪荒" * 37500
    sandbox.script(answer("read"), answer("read"))

    assert ask(openai, question, model=LONG_MODEL).choices[0].message.content == "read"
    assert stream(openai, question, model=LONG_MODEL).text == "read"
    for body in sandbox.chats():
        assert body["messages"][-1]["content"] == question
