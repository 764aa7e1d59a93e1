"""The programs of examples/ do what their first lines say."""

import os
import subprocess
import sys

import pytest

from support.processes import PROJECT
from support.stack import EMBEDDING_MODEL, MODEL

ASKS = ["你好！我是沙盒里的 GLM 替身", "get_weather", "北京", "21"]

EXAMPLES = {
    "openai_chat.py": (sys.executable, [*ASKS, "Weather(city='上海', degrees=21)"]),
    "langchain_agent.py": (sys.executable, [*ASKS[1:], "Weather(city='上海', degrees=21)"]),
    "chat.sh": ("sh", [MODEL, EMBEDDING_MODEL, "chat.completion.chunk", "[DONE]", '"embedding"']),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_runs_as_it_is(door, name):
    program, shown = EXAMPLES[name]

    ran = subprocess.run(
        [program, PROJECT / "examples" / name],
        env={"PATH": os.environ["PATH"], "OPENAI_BASE_URL": door.base_url, "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert (ran.returncode, ran.stderr) == (0, "")
    assert [text for text in shown if text not in ran.stdout] == []
