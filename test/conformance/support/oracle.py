"""Conversations by chance, and FastChat's own code as the judge of how they are written."""

import json
import os
import random
import re
import subprocess
from pathlib import Path

from support.chatting import assistant, system, user
from support.processes import HOME
from support.stack import FASTCHAT_PYTHON

_RENDER = str(Path(__file__).with_name("render.py"))

# Pieces that a decoder could trip over.
_PIECES = [
    *("hello", "你好", "👍🏽", "👩‍👩‍👧", "𝔘", "\u2028", ":", "%s", "{system_message}", "\\n###"),
    *("###", "\n###", "\n### ", "#", "\n#", "\n##", "\n####", "```\n### code\n```"),
    *("user:", "assistant:", "system:", "Human:", "<|", "### user:", "\nuser: hi\n"),
    *("\n###user", "\n###assistant ", "\n### assistant: x", "\n", "\n\n", " ", "  ", "\t", "\r\n"),
]


# What begins a turn in some template: nothing could tell it from a real turn.
_FORGED = re.compile(r"\n### ?(user|assistant|Human|Assistant):")


def render(question):
    """Asks FastChat's own code, see render.py."""
    done = subprocess.run(
        [FASTCHAT_PYTHON, _RENDER],
        input=json.dumps(question),
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LOGDIR": str(HOME / "logs")},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


class Conversations:
    """Makes conversations; the same seed makes the same ones."""

    def __init__(self, seed):
        self._random = random.Random(seed)

    def text(self):
        """A text with something in it that is not white space."""
        while True:
            text = "".join(self._random.choices(_PIECES, k=self._random.randint(1, 8)))
            if text.strip() and not _FORGED.search(text):
                return text

    def turns(self):
        """User and assistant turns of which the last is the user's; some are empty."""
        turns = []
        for _ in range(self._random.randint(0, 5)):
            content = self.text() if self._random.random() < 0.85 else ""
            turns.append(self._random.choice([user, assistant])(content))
        return [*turns, user(self.text())]

    def alternating(self):
        """Turns as the web page has them: user and assistant by turns, none empty."""
        turns = []
        for _ in range(self._random.randint(0, 3)):
            turns += [user(self.text()), assistant(self.text())]
        return [*turns, user(self.text())]

    def conversation(self):
        """Turns, sometimes behind a system text."""
        before = [system(self.text())] if self._random.random() < 0.5 else []
        return [*before, *self.turns()]
