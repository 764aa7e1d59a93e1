"""Short ways to chat with OpenAI's client, and to see all that a stream brought."""

import dataclasses

from openai import OpenAI

from support.stack import MODEL


def openai_client(api):
    """OpenAI's client, without its own retries, which would hide what the stack does."""
    return OpenAI(base_url=f"{api.url}/v1", api_key="unused", max_retries=0, timeout=30)


def user(text):
    """A user turn."""
    return {"role": "user", "content": text}


def assistant(text):
    """An assistant turn."""
    return {"role": "assistant", "content": text}


def system(text):
    """A system turn."""
    return {"role": "system", "content": text}


def ask(openai, *messages, model=MODEL, **more):
    """One chat that is not streamed; plain strings are user turns."""
    turns = [user(m) if isinstance(m, str) else m for m in messages]
    return openai.chat.completions.create(model=model, messages=turns, **more)


def first_text(stream):
    """Reads a stream up to its first piece of text and gives that."""
    for chunk in stream:
        if chunk.choices[0].delta.content:
            return chunk.choices[0].delta.content
    raise AssertionError("the stream ended without text")


@dataclasses.dataclass
class Streamed:
    """What a stream brought, per choice where it matters."""

    texts: dict = dataclasses.field(default_factory=dict)
    deltas: list = dataclasses.field(default_factory=list)
    finishes: list = dataclasses.field(default_factory=list)
    error: Exception | None = None

    @property
    def text(self):
        """The whole text of the first choice."""
        return self.texts.get(0, "")

    def take(self, chunk):
        """Adds one event."""
        for choice in chunk.choices:
            text = choice.delta.content or ""
            self.texts[choice.index] = self.texts.get(choice.index, "") + text
            if text:
                self.deltas.append(text)
            if choice.finish_reason:
                self.finishes.append((choice.index, choice.finish_reason))


def stream(openai, *messages, model=MODEL, **more):
    """One streamed chat, read to its end or to the error that the client raised."""
    streamed = Streamed()
    try:
        for chunk in ask(openai, *messages, model=model, stream=True, **more):
            streamed.take(chunk)
    except Exception as error:  # the tests say which error they expect
        streamed.error = error
    return streamed
