"""The vendor's own SDK pointed at the worker in place of GLM."""

import json

import pytest
from zai import ZhipuAiClient
from zai.core import APIReachLimitError, APIRequestFailedError

from door import WEATHER
from support.chatting import user
from support.sandbox import answer, calling, refusal
from support.stack import EMBEDDING_MODEL, MODEL

HELLO = [user("你好")]


@pytest.fixture
def zai(door):
    """The SDK; the key is for GLM and none of the worker's business here."""
    return ZhipuAiClient(base_url=door.base_url, api_key="some.key", max_retries=0)


def test_a_chat_is_read_whole_with_its_reasoning(zai, sandbox):
    sandbox.script(answer("很好 👍", reasoning="hm"))

    reply = zai.chat.completions.create(
        model=MODEL, messages=HELLO, temperature=0.5, thinking={"type": "enabled"}
    )

    [choice] = reply.choices
    assert (choice.message.role, choice.message.content) == ("assistant", "很好 👍")
    assert (choice.message.reasoning_content, choice.finish_reason) == ("hm", "stop")
    assert sandbox.chats()[0]["thinking"]["type"] == "enabled"
    assert reply.usage.total_tokens > 0


def test_a_streamed_chat_is_read_piece_by_piece(zai, sandbox):
    sandbox.script(answer("one two three", reasoning="let me count"))

    chunks = list(zai.chat.completions.create(model=MODEL, messages=HELLO, stream=True))

    deltas = [chunk.choices[0].delta for chunk in chunks]
    assert "".join(delta.content or "" for delta in deltas) == "one two three"
    assert "".join(delta.reasoning_content or "" for delta in deltas) == "let me count"
    assert chunks[-1].choices[0].finish_reason == "stop"


@pytest.mark.parametrize("tool_stream", [False, True], ids=["whole", "in pieces"])
def test_streamed_calls_are_put_together_by_their_places(zai, sandbox, tool_stream):
    asked = [("get_weather", {"city": "北京"}), ("get_time", {"zone": "Asia/Shanghai"})]
    sandbox.script(calling(*asked, paceMs=20))

    chunks = list(
        zai.chat.completions.create(
            model=MODEL, messages=HELLO, stream=True, tools=[WEATHER], tool_stream=tool_stream
        )
    )

    pieces = [p for c in chunks for p in c.choices[0].delta.tool_calls or []]
    texts = ["".join(p.function.arguments for p in pieces if p.index == at) for at in (0, 1)]
    assert [p.function.name for p in pieces if p.id] == ["get_weather", "get_time"]
    assert [json.loads(text) for text in texts] == [arguments for _, arguments in asked]
    assert (len(pieces) > 2) is tool_stream


def test_embeddings_come_in_order(zai):
    reply = zai.embeddings.create(model=EMBEDDING_MODEL, input=["a", "b"], dimensions=256)

    assert [(one.index, len(one.embedding)) for one in reply.data] == [(0, 256), (1, 256)]


def test_errors_are_raised_as_their_classes(zai, sandbox):
    sandbox.default(refusal("1113", 429))
    with pytest.raises(APIReachLimitError):
        zai.chat.completions.create(model=MODEL, messages=HELLO)

    sandbox.default(refusal("1301", 400))
    with pytest.raises(APIRequestFailedError):
        zai.chat.completions.create(model=MODEL, messages=HELLO)
