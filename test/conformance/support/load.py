"""Many callers at once, each asking one chat after the other, and what became of every answer."""

import dataclasses
import threading
import time

from support.chatting import openai_client, user
from support.stack import MODEL


@dataclasses.dataclass
class Asked:
    """One chat: when it began and ended, by the clock of the test, and what was wrong with it."""

    began: float
    ended: float
    problem: str | None


class Load:
    """Callers of an API server until `stop`; every second one streams."""

    def __init__(self, api, callers, text):
        self._api = api
        self._text = text
        self._stopped = threading.Event()
        self._asked = []
        self._threads = [
            threading.Thread(target=self._call, args=(number % 2 == 0,), daemon=True)
            for number in range(callers)
        ]
        for thread in self._threads:
            thread.start()

    def end(self):
        """Stops without a look at the answers."""
        self.stop()

    def stop(self):
        """Lets every caller finish the chat it is at and gives all of them, in order of their ends."""
        self._stopped.set()
        for thread in self._threads:
            thread.join(60)
        return sorted(self._asked, key=lambda asked: asked.ended)

    @property
    def count(self):
        """How many chats have ended."""
        return len(self._asked)

    def _call(self, stream):
        with openai_client(self._api) as client:
            while not self._stopped.is_set():
                began = time.monotonic()
                problem = self._problem_of(client, stream)
                self._asked.append(Asked(began, time.monotonic(), problem))

    def _problem_of(self, client, stream):
        """What the caller got that it should not have got; None for the whole answer."""
        try:
            text, finish = self._chat(client, stream)
        except Exception as error:  # Whatever it is, the caller has no answer.
            return f"{type(error).__name__}: {error}"[:200]
        if text == self._text and finish == "stop":
            return None
        return f"cut after {len(text)} characters, finish {finish}"

    def _chat(self, client, stream):
        asked = {"model": MODEL, "messages": [user("hi")]}
        if not stream:
            [choice] = client.chat.completions.create(**asked).choices
            return choice.message.content, choice.finish_reason
        text, finish = "", None
        for chunk in client.chat.completions.create(**asked, stream=True):
            [choice] = chunk.choices
            text += choice.delta.content or ""
            finish = choice.finish_reason or finish
        return text, finish
