"""LangChain's chat model and its agents at the worker."""

import pytest
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from pydantic import BaseModel, Field

from support.sandbox import answer, calling
from support.stack import EMBEDDING_MODEL, MODEL


@tool
def get_weather(city: str) -> str:
    """查询一座城市的天气"""
    return f"{city}：晴，21 度"


@tool
def add(first: int, second: int) -> int:
    """Adds two whole numbers."""
    return first + second


class Weather(BaseModel):
    """The weather of a city."""

    city: str = Field(description="name of the city")
    degrees: int


@pytest.fixture
def chat(door):
    """LangChain's model as its documents set it up."""
    return ChatOpenAI(base_url=door.base_url, api_key="unused", model=MODEL)


def test_an_agent_takes_three_steps(chat, sandbox):
    sandbox.script(
        calling(("get_weather", {"city": "北京"}), text="first the weather"),
        calling(("add", {"first": 21, "second": 2})),
        answer("23 tomorrow"),
    )
    agent = create_agent(chat, tools=[get_weather, add])

    turns = agent.invoke({"messages": [HumanMessage("北京天气, and two more?")]})["messages"]

    assert [type(turn) for turn in turns] == [
        HumanMessage,
        AIMessage,
        ToolMessage,
        AIMessage,
        ToolMessage,
        AIMessage,
    ]
    assert [turn.content for turn in turns[2:]] == ["北京：晴，21 度", "", "23", "23 tomorrow"]
    asked = sandbox.chats()
    assert len(asked) == 3
    assert [turn["role"] for turn in asked[2]["messages"]] == [
        "user",
        "assistant",
        "tool",
        "assistant",
        "tool",
    ]
    assert asked[2]["messages"][2]["content"] == "北京：晴，21 度"


def test_an_agent_is_seen_at_work_token_by_token(chat, sandbox):
    slowly = {"paceMs": 20}
    sandbox.script(
        calling(("get_weather", {"city": "北京"}), argumentChars=4, **slowly),
        answer("sunny all day", **slowly),
    )
    agent = create_agent(chat, tools=[get_weather])
    question = {"messages": [HumanMessage("北京天气")]}

    pieces = [piece for piece, _ in agent.stream(question, stream_mode="messages")]

    texts = [piece.text for piece in pieces if isinstance(piece, AIMessage) and piece.text]
    assert "".join(texts) == "sunny all day"
    assert len(texts) > 2
    assert [turn["stream"] for turn in sandbox.chats()] == [True, True]
    assert sandbox.chats()[1]["messages"][-1]["content"] == "北京：晴，21 度"


@pytest.mark.parametrize("method", ["json_schema", "json_mode"])
def test_structured_output(chat, method):
    structured = chat.with_structured_output(Weather, method=method)
    schema = Weather.model_json_schema()
    question = f"上海 21 as JSON by {schema}" if method == "json_mode" else "上海 21"

    if method == "json_mode":
        question = question.replace("'", '"')
    assert structured.invoke(question) == Weather(city="上海", degrees=21)


def test_structured_output_by_a_function_asks_for_what_glm_does_not_have(chat, sandbox):
    structured = chat.with_structured_output(Weather, method="function_calling")

    with pytest.raises(Exception, match="tool_choice"):
        structured.invoke("上海 21")

    assert sandbox.begun() == 0


def test_tokens_of_a_stream_are_counted(chat):
    pieces = list(chat.stream("hi", stream_usage=True))

    whole = sum(pieces[1:], pieces[0])
    assert whole.text.startswith("你好")
    assert whole.usage_metadata["total_tokens"] > 0
    assert whole.response_metadata["finish_reason"] == "stop"


def test_texts_are_embedded(door):
    embeddings = OpenAIEmbeddings(
        base_url=door.base_url,
        api_key="unused",
        model=EMBEDDING_MODEL,
        dimensions=256,
        check_embedding_ctx_length=False,
    )

    assert [len(one) for one in embeddings.embed_documents(["a", "b"])] == [256, 256]
