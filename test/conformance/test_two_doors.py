"""The same conversation by FastChat's way and by the worker's own /v1 is the same to GLM."""

import pytest
from openai import OpenAI

from support.chatting import ask, assistant, system, user
from support.sandbox import refusal

CONVERSATIONS = {
    "one turn": [user("你好")],
    "several turns": [
        system("be brief"),
        user("  two\nlines ### and a mark  "),
        assistant("sure 👍"),
        user("user: is this one turn?"),
    ],
}


@pytest.fixture
def direct(worker):
    """OpenAI's client at the worker itself."""
    with OpenAI(base_url=f"{worker.url}/v1", api_key="unused", max_retries=0) as client:
        yield client


@pytest.mark.parametrize("turns", CONVERSATIONS.values(), ids=CONVERSATIONS.keys())
def test_glm_gets_the_same_turns_of_the_same_model(openai, direct, sandbox, turns):
    for client in (openai, direct):
        ask(client, *turns, temperature=0.3, top_p=0.8, max_tokens=50)

    by_fastchat, by_v1 = sandbox.chats()
    # FastChat puts the template's own system text where the caller has none.
    own = [turn for turn in by_fastchat["messages"] if turn["role"] != "system"]
    same = by_fastchat["messages"] if turns[0]["role"] == "system" else own
    assert same == by_v1["messages"] == turns
    fields = ("model", "temperature", "top_p", "max_tokens")
    assert [by_fastchat[name] for name in fields] == [by_v1[name] for name in fields]


def test_both_tell_a_failure_in_the_same_sentence(openai, direct, sandbox):
    sandbox.default(refusal("1113", 429))
    told = []

    for client in (openai, direct):
        with pytest.raises(Exception, match=r"\S") as refused:
            ask(client, "hi")
        told.append(refused.value.body["message"])

    assert told[0] == told[1]
