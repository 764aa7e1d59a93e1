"""FastChat's own prompt code as the oracle: what it writes, the worker must read back unchanged."""

from support.chatting import system
from support.oracle import Conversations, render
from support.stack import DEFAULT_SYSTEM, MODEL, post

ROUNDS = 50


def expected(conversation):
    """What GLM must see: the same turns, without the empty ones, which GLM refuses."""
    turns = [turn for turn in conversation if turn["content"] != ""]
    return turns if turns[0]["role"] == "system" else [system(DEFAULT_SYSTEM), *turns]


def test_whatever_fastchat_writes_from_our_template_is_read_back_as_the_same_turns(
    worker, sandbox, seed
):
    template = post(f"{worker.url}/worker_get_conv_template", {"model": MODEL})["conv"]
    chance = Conversations(seed)
    conversations = [chance.conversation() for _ in range(ROUNDS)]
    question = {"template": template, "model": MODEL, "conversations": conversations}

    for conversation, body in zip(conversations, render(question), strict=True):
        reply = post(f"{worker.url}/worker_generate", body)
        assert reply["error_code"] == 0, body["prompt"]
        assert sandbox.last_messages() == expected(conversation), body["prompt"]


def test_the_template_is_the_one_of_the_original_worker(worker):
    template = post(f"{worker.url}/worker_get_conv_template", {"model": MODEL})["conv"]
    [body] = render(
        {
            "template": template,
            "model": MODEL,
            "conversations": [[{"role": "user", "content": "你好"}]],
        }
    )

    assert body["prompt"] == f"{DEFAULT_SYSTEM}\n###user: 你好\n###assistant:"
    assert body["stop"] == ["###"]
    assert template["name"] == MODEL
