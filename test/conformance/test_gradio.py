"""FastChat's web page, which never asks the worker for its template but takes one of its own."""

import pytest

from support.chatting import system
from support.frames import frames
from support.oracle import Conversations, render
from support.sandbox import answer
from support.stack import MODEL

# The templates that the page derives from names such as glm-4 (one_shot) and chatglm3-6b.
TEMPLATES = ["one_shot", "chatglm3", "chatglm2", "chatglm"]


def page_body(made):
    """The body that the web page sends: stop is a string or null, and there is no top_k."""
    limits = {"temperature": 0.7, "repetition_penalty": 1.0, "top_p": 1.0, "max_new_tokens": 1024}
    return {"model": MODEL, **limits, "echo": False, **made}


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_turns_of_the_web_page_arrive_as_turns(worker, sandbox, seed, template):
    chance = Conversations(seed)
    conversations = [chance.alternating() for _ in range(10)]
    prompts = render({"gradio": template, "conversations": conversations})

    for conversation, made in zip(conversations, prompts, strict=True):
        *_, last = frames(worker.url, page_body(made))
        assert last["finish_reason"] == "stop", made["prompt"]
        turns = [m for m in sandbox.last_messages() if m["role"] != "system"]
        assert turns[-len(conversation) :] == conversation, made["prompt"]


def test_a_turn_that_the_user_never_wrote_is_not_sent(worker, sandbox):
    hello = [{"role": "user", "content": "你好"}]
    [made] = render({"gradio": "one_shot", "conversations": [hello]})

    list(frames(worker.url, page_body(made)))

    assert [m for m in sandbox.last_messages() if m["role"] != "system"] == hello


def test_the_stop_string_of_the_web_page_cuts_no_heading(worker, sandbox):
    [made] = render({"gradio": "one_shot", "conversations": [[{"role": "user", "content": "hi"}]]})
    assert made["stop"] == "###"
    sandbox.script(answer("a\n### heading\nb"))

    *_, last = frames(worker.url, page_body(made))

    assert last["text"] == "a\n### heading\nb"
    assert system("") not in sandbox.last_messages()
