"""LangChain at the worker: an agent that uses two tools, and an answer as a value of a class."""

import os

from langchain.agents import create_agent
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from pydantic import BaseModel

llm = ChatOpenAI(
    base_url=os.environ.get("OPENAI_BASE_URL", "http://127.0.0.1:21002/v1"),
    api_key=os.environ.get("OPENAI_API_KEY", "unused"),
    model=os.environ.get("MODEL", "zhipu-api"),
)


@tool
def get_weather(city: str) -> str:
    """查询一座城市的天气 The weather of a city."""
    return f"{city}：晴，21 度"


@tool
def multiply(first: float, second: float) -> float:
    """Multiplies two numbers."""
    return first * second


def run_agent(question):
    """Prints each turn of the conversation: the question, calls, results, the answer."""
    agent = create_agent(llm, tools=[get_weather, multiply])
    for turn in agent.invoke({"messages": [("user", question)]})["messages"]:
        turn.pretty_print()


class Weather(BaseModel):
    """What the structured answer has to look like."""

    city: str
    degrees: int


if __name__ == "__main__":
    run_agent("北京天气")
    print(repr(llm.with_structured_output(Weather).invoke("上海 21 度")))
