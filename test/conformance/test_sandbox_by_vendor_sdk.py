"""The vendor's own SDK as the judge of our sandbox: it must take the fake for its service."""

import base64
import json

import pytest
from zai import ZhipuAiClient
from zai.core import APIAuthenticationError, APIReachLimitError, APIRequestFailedError

from support.sandbox import answer, calling, fault, refusal

MODEL = "glm-4.6"
HELLO = [{"role": "user", "content": "你好"}]
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "查询一座城市的天气",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}


@pytest.fixture(params=[True, False], ids=["plain key", "signed token"])
def sdk(request, sandbox):
    """The SDK at the sandbox, with each of its two ways to prove its key."""
    return sdk_client(sandbox, disable_token_cache=request.param)


def sdk_client(sandbox, **more):
    """The SDK without its own retries, which would hide the first answer."""
    options = {"api_key": sandbox.api_key, "max_retries": 0, **more}
    return ZhipuAiClient(base_url=sandbox.glm, **options)


def test_both_proofs_of_the_key_are_seen_for_what_they_are(sandbox):
    for plain in (True, False):
        client = sdk_client(sandbox, disable_token_cache=plain)
        client.chat.completions.create(model=MODEL, messages=HELLO)

    assert [call["auth"]["kind"] for call in sandbox.calls()] == ["bearer", "jwt"]


def test_a_chat_is_read_whole(sdk, sandbox):
    sandbox.script(answer("很好 👍", reasoning="hm"))

    reply = sdk.chat.completions.create(
        model=MODEL, messages=HELLO, temperature=0.5, thinking={"type": "enabled"}
    )

    [choice] = reply.choices
    assert (choice.message.role, choice.message.content) == ("assistant", "很好 👍")
    assert choice.message.reasoning_content == "hm"
    assert choice.finish_reason == "stop"
    assert reply.usage.total_tokens == reply.usage.prompt_tokens + reply.usage.completion_tokens
    assert reply.model == MODEL


def test_a_streamed_chat_is_read_piece_by_piece(sdk, sandbox):
    sandbox.script(answer("one two three", reasoning="let me count"))

    chunks = list(sdk.chat.completions.create(model=MODEL, messages=HELLO, stream=True))

    deltas = [chunk.choices[0].delta for chunk in chunks]
    assert "".join(delta.content or "" for delta in deltas) == "one two three"
    assert "".join(delta.reasoning_content or "" for delta in deltas) == "let me count"
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert chunks[-1].usage.total_tokens > 0


def test_a_picture_is_taken_by_a_model_that_sees(sdk, sandbox):
    pixel = base64.b64encode(b"\x89PNG not really").decode()
    parts = [
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{pixel}"}},
        {"type": "text", "text": "what is this?"},
    ]

    reply = sdk.chat.completions.create(
        model="glm-4.6v", messages=[{"role": "user", "content": parts}]
    )

    assert reply.choices[0].finish_reason == "stop"


def test_a_tool_is_called_and_its_result_is_told(sdk):
    turns = [{"role": "user", "content": "北京天气"}]

    reply = sdk.chat.completions.create(model=MODEL, messages=turns, tools=[WEATHER])
    [choice] = reply.choices
    [call] = choice.message.tool_calls
    result = {"role": "tool", "tool_call_id": call.id, "content": "晴，21 度"}
    turns += [choice.message.model_dump(exclude_none=True), result]
    told = sdk.chat.completions.create(model=MODEL, messages=turns, tools=[WEATHER])

    assert (choice.finish_reason, choice.message.content) == ("tool_calls", None)
    assert (call.type, call.function.name) == ("function", "get_weather")
    assert json.loads(call.function.arguments) == {"city": "北京"}
    assert told.choices[0].finish_reason == "stop"
    assert "晴，21 度" in told.choices[0].message.content


@pytest.mark.parametrize("tool_stream", [False, True], ids=["whole", "in pieces"])
def test_streamed_calls_are_put_together_by_their_places(sdk, sandbox, tool_stream):
    asked = [("get_weather", {"city": "北京"}), ("get_time", {"zone": "Asia/Shanghai"})]
    sandbox.script(calling(*asked, text="I look"))

    chunks = list(
        sdk.chat.completions.create(
            model=MODEL, messages=HELLO, stream=True, tools=[WEATHER], tool_stream=tool_stream
        )
    )

    deltas = [chunk.choices[0].delta for chunk in chunks]
    pieces = [piece for delta in deltas for piece in delta.tool_calls or []]
    texts = ["".join(p.function.arguments for p in pieces if p.index == at) for at in (0, 1)]
    assert "".join(delta.content or "" for delta in deltas) == "I look"
    assert [p.function.name for p in pieces if p.id] == ["get_weather", "get_time"]
    assert [json.loads(text) for text in texts] == [arguments for _, arguments in asked]
    assert (len(pieces) > 2) is tool_stream
    assert chunks[-1].choices[0].finish_reason == "tool_calls"


def test_json_is_answered_where_it_is_asked_for(sdk):
    reply = sdk.chat.completions.create(
        model=MODEL, messages=HELLO, response_format={"type": "json_object"}
    )

    assert json.loads(reply.choices[0].message.content) == {"answer": "你好"}


def test_a_choice_of_tools_that_glm_does_not_have_is_refused(sdk):
    with pytest.raises(APIRequestFailedError) as raised:
        sdk.chat.completions.create(
            model=MODEL, messages=HELLO, tools=[WEATHER], tool_choice="required"
        )

    assert raised.value.response.json()["error"]["code"] == "1214"


def test_embeddings_come_in_order_and_of_the_size_asked_for(sdk):
    reply = sdk.embeddings.create(model="embedding-3", input=["a", "b"], dimensions=256)
    again = sdk.embeddings.create(model="embedding-3", input="a")

    assert [one.index for one in reply.data] == [0, 1]
    assert [len(one.embedding) for one in reply.data] == [256, 256]
    assert reply.data[0].embedding != reply.data[1].embedding
    assert len(again.data[0].embedding) == 2048
    assert reply.usage.total_tokens > 0


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("1113", 429, APIReachLimitError),
        ("1301", 400, APIRequestFailedError),
        ("1000", 401, APIAuthenticationError),
    ],
)
def test_an_error_is_raised_as_its_class_with_glms_code_in_it(sdk, sandbox, code, status, error):
    sandbox.script(refusal(code, status))

    with pytest.raises(error) as raised:
        sdk.chat.completions.create(model=MODEL, messages=HELLO)

    assert raised.value.response.json()["error"]["code"] == code


@pytest.mark.parametrize("plain", [True, False])
def test_a_wrong_key_is_an_authentication_error(sandbox, plain):
    wrong = sdk_client(sandbox, api_key="sandbox.wrong-secret", disable_token_cache=plain)

    with pytest.raises(APIAuthenticationError):
        wrong.chat.completions.create(model=MODEL, messages=HELLO)


def test_a_request_that_glm_forbids_is_refused(sdk):
    with pytest.raises(APIRequestFailedError) as raised:
        sdk.chat.completions.create(model=MODEL, messages=[{"role": "system", "content": "S"}])

    assert raised.value.response.json()["error"]["code"] == "1214"


def test_an_error_amid_a_stream_is_raised(sdk, sandbox):
    sandbox.script(fault("error-data", text="some text before", after=2))

    with pytest.raises(Exception) as raised:
        list(sdk.chat.completions.create(model=MODEL, messages=HELLO, stream=True))

    assert type(raised.value).__module__.startswith("zai.")


def test_the_sdks_own_retry_gets_through_a_busy_moment(sandbox):
    sandbox.script(refusal("1302", 429), answer("at last"))

    reply = sdk_client(sandbox, max_retries=1).chat.completions.create(model=MODEL, messages=HELLO)

    assert reply.choices[0].message.content == "at last"
    assert len(sandbox.calls()) == 2
