"""OpenAI's Python client at the worker: a streamed chat, a tool, an answer in JSON by a schema."""

import json
import os

from openai import OpenAI
from pydantic import BaseModel

MODEL = os.environ.get("MODEL", "zhipu-api")
client = OpenAI(
    base_url=os.environ.get("OPENAI_BASE_URL", "http://127.0.0.1:21002/v1"),
    api_key=os.environ.get("OPENAI_API_KEY", "unused"),
)


def chat(question):
    """Prints the answer word by word."""
    stream = client.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": question}], stream=True
    )
    for chunk in stream:
        print(chunk.choices[0].delta.content or "", end="", flush=True)
    print()


def get_weather(city):
    """Stands for a service of your own."""
    return {"city": city, "weather": "晴", "degrees": 21}


TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "description": "查询一座城市的天气 The weather of a city",
            "parameters": {
                "type": "object",
                "properties": {"city": {"type": "string"}},
                "required": ["city"],
            },
        },
    }
]


def chat_with_tools(question):
    """Lets the model call the tool, hands back what it found, and prints the answer."""
    messages = [{"role": "user", "content": question}]
    while True:
        reply = client.chat.completions.create(model=MODEL, messages=messages, tools=TOOLS)
        message = reply.choices[0].message
        if not message.tool_calls:
            print(message.content)
            return
        messages.append(message)
        for call in message.tool_calls:
            found = get_weather(**json.loads(call.function.arguments))
            print(f"{call.function.name}({call.function.arguments}) -> {found}")
            content = json.dumps(found, ensure_ascii=False)
            messages.append({"role": "tool", "tool_call_id": call.id, "content": content})


class Weather(BaseModel):
    """What the answer in JSON has to look like."""

    city: str
    degrees: int


def chat_in_json(question):
    """Prints the answer as a value of the class."""
    reply = client.chat.completions.parse(
        model=MODEL,
        messages=[{"role": "user", "content": question}],
        response_format=Weather,
    )
    print(repr(reply.choices[0].message.parsed))


if __name__ == "__main__":
    chat("你好")
    chat_with_tools("北京天气")
    chat_in_json("上海 21 度")
