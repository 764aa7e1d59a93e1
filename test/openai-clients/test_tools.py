"""Tools: what reaches GLM, what comes back, and round trips in both ways of asking."""

import json

import pytest
from openai import BadRequestError

from door import WEATHER, ask, result
from support.chatting import user
from support.sandbox import answer, calling

BOTH = [("get_weather", {"city": "北京"}), ("get_time", {"zone": "Asia/Shanghai"})]


def called(said):
    """Names and arguments of the calls."""
    return [(name, json.loads(arguments)) for _, name, arguments in said.calls]


def test_a_round_trip(openai, sandbox, streamed):
    turns = [user("北京天气")]

    first = ask(openai, turns, streamed, tools=[WEATHER])
    turns += [first.message, result(first.calls[0], "晴，21 度")]
    last = ask(openai, turns, streamed, tools=[WEATHER])

    assert called(first) == [("get_weather", {"city": "北京"})]
    assert (first.finish, first.text or None) == ("tool_calls", None)
    assert last.finish == "stop"
    assert "晴，21 度" in last.text
    [call] = first.calls
    asked = sandbox.last_messages()
    assert [turn["role"] for turn in asked] == ["user", "assistant", "tool"]
    assert asked[1]["tool_calls"][0]["id"] == asked[2]["tool_call_id"] == call[0]
    assert asked[1]["tool_calls"][0]["function"]["arguments"] == call[2]


@pytest.mark.parametrize("in_pieces", [False, True], ids=["at once", "in pieces"])
def test_several_calls_keep_their_places(openai, sandbox, streamed, in_pieces):
    sandbox.script(calling(*BOTH, text="I look", **({"argumentChars": 3} if in_pieces else {})))

    said = ask(openai, "hi", streamed, tools=[WEATHER])

    assert called(said) == BOTH
    assert (said.text, said.finish) == ("I look", "tool_calls")
    assert len({id for id, _, _ in said.calls}) == 2


def test_tool_stream_is_passed_on_and_brings_pieces(openai, sandbox):
    sandbox.script(calling(BOTH[0], paceMs=20))

    said = ask(openai, "hi", True, tools=[WEATHER], extra_body={"tool_stream": True})

    pieces = [p for c in said.chunks for x in c.choices for p in x.delta.tool_calls or []]
    assert sandbox.chats()[0]["tool_stream"] is True
    assert len(pieces) > 2
    assert [p.function.name for p in pieces if p.function.name] == ["get_weather"]
    assert called(said) == [("get_weather", {"city": "北京"})]


def test_reasoning_that_comes_back_with_calls_reaches_glm(openai, sandbox, streamed):
    sandbox.script(calling(BOTH[0], reasoning="I must look"))
    first = ask(openai, "hi", streamed, tools=[WEATHER])
    turn = {**first.message, "reasoning_content": first.reasoning}

    ask(openai, [user("hi"), turn, result(first.calls[0], "21")], streamed, tools=[WEATHER])

    assert first.reasoning == "I must look"
    assert sandbox.last_messages()[1]["reasoning_content"] == "I must look"


def test_a_tool_without_description_and_parameters_is_one_that_glm_takes(openai, sandbox):
    bare = {"type": "function", "function": {"name": "get_weather", "strict": True}}

    said = ask(openai, "hi", tools=[bare])

    [sent] = sandbox.chats()[0]["tools"]
    assert said.finish == "stop"
    assert sent["function"]["name"] == "get_weather"


@pytest.mark.parametrize("choice", ["auto", "none"])
def test_whether_tools_are_offered_is_up_to_the_caller(openai, sandbox, choice):
    said = ask(openai, "北京天气", tools=[WEATHER], tool_choice=choice)

    [asked] = sandbox.chats()
    assert ("tools" in asked) is (choice == "auto")
    assert said.finish == ("tool_calls" if choice == "auto" else "stop")


@pytest.mark.parametrize(
    "choice", ["required", {"type": "function", "function": {"name": "get_weather"}}]
)
def test_glm_cannot_be_made_to_call(openai, sandbox, streamed, choice):
    with pytest.raises(BadRequestError) as refused:
        ask(openai, "hi", streamed, tools=[WEATHER], tool_choice=choice)

    assert refused.value.param == "tool_choice"
    assert sandbox.begun() == 0


def test_too_many_tools_are_refused_by_their_name(openai, sandbox):
    with pytest.raises(BadRequestError) as refused:
        ask(openai, "hi", tools=[WEATHER] * 129)

    assert refused.value.param.startswith("tools")
    assert sandbox.begun() == 0


def test_results_may_be_parts_and_may_be_empty(openai, sandbox):
    first = ask(openai, "北京天气", tools=[WEATHER])
    parts = [{"type": "text", "text": "晴"}, {"type": "text", "text": "21 度"}]

    for content in (parts, ""):
        turns = [user("北京天气"), first.message, result(first.calls[0], content)]
        assert ask(openai, turns, tools=[WEATHER]).finish == "stop"

    assert "晴" in sandbox.chats()[1]["messages"][2]["content"]


def test_a_broken_stream_is_asked_again_before_a_call_and_never_after(openai, sandbox):
    cut = {"finishReason": None, "done": False}
    sandbox.script(answer("", **cut), calling(BOTH[0]))
    assert called(ask(openai, "hi", True, tools=[WEATHER])) == BOTH[:1]
    assert sandbox.begun() == 2

    sandbox.reset()
    sandbox.script(calling(BOTH[0], **cut), calling(BOTH[1]))
    with pytest.raises(Exception, match=r"\S"):
        ask(openai, "hi", True, tools=[WEATHER])
    assert sandbox.begun() == 1
