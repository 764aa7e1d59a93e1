"""The worker under test, how a chat is asked of it, and what a whole or streamed answer came to."""

import dataclasses

from openai import OpenAI

from support.chatting import user
from support.stack import MODEL, Worker

# A tool that most tests offer.
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "查询一座城市的天气",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    },
}

# The bodies of GLM's errors say things that callers must not hear.
SECRET_WORDS = "account 12345 of key sandbox.local-demo-secret"


class Door(Worker):
    """Our worker without a controller."""

    def __init__(self, sandbox, **settings):
        alone = {"NO_REGISTER": "true", "STREAM_INTERVAL": "0", **settings}
        super().__init__("http://127.0.0.1:1", sandbox, alone)
        self.base_url = f"{self.url}/v1"


def openai_client(door, **more):
    """OpenAI's client at the worker; its own retries are on unless `more` says otherwise."""
    options = {"base_url": door.base_url, "api_key": "unused", "timeout": 60, **more}
    return OpenAI(**options)


@dataclasses.dataclass
class Answer:
    """An answer, whichever way it came."""

    text: str | None = None
    reasoning: str | None = None
    finish: str | None = None
    # (id, name, arguments) of each call, by its place.
    calls: list = dataclasses.field(default_factory=list)
    usage: object = None
    chunks: list = dataclasses.field(default_factory=list)

    @property
    def message(self):
        """The answer as a turn of the conversation."""
        made = [
            {"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}
            for id, name, arguments in self.calls
        ]
        return {"role": "assistant", "content": self.text, **({"tool_calls": made} if made else {})}


def _whole(reply):
    [choice] = reply.choices
    calls = [(c.id, c.function.name, c.function.arguments) for c in choice.message.tool_calls or []]
    reasoning = getattr(choice.message, "reasoning_content", None)
    return Answer(choice.message.content, reasoning, choice.finish_reason, calls, reply.usage)


def _join(old, new):
    return new if old is None else old + (new or "")


def _put_together(chunks):
    answer = Answer()
    calls = {}
    for chunk in chunks:
        answer.chunks.append(chunk)
        answer.usage = chunk.usage or answer.usage
        for choice in chunk.choices:
            delta = choice.delta
            answer.text = _join(answer.text, delta.content)
            answer.reasoning = _join(answer.reasoning, getattr(delta, "reasoning_content", None))
            answer.finish = choice.finish_reason or answer.finish
            for piece in delta.tool_calls or []:
                call = calls.setdefault(piece.index, [piece.id, piece.function.name, ""])
                call[2] += piece.function.arguments or ""
    answer.calls = [tuple(calls[index]) for index in sorted(calls)]
    return answer


def ask(client, messages, streamed=False, model=MODEL, **more):
    """Asks a chat, reads it to its end; a text stands for one user turn."""
    turns = [user(messages)] if isinstance(messages, str) else messages
    reply = client.chat.completions.create(
        model=model, messages=turns, **({"stream": True} if streamed else {}), **more
    )
    return _put_together(reply) if streamed else _whole(reply)


def result(call, content):
    """What a tool has found, in answer to a call."""
    return {"role": "tool", "tool_call_id": call[0], "content": content}
