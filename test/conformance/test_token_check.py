"""What FastChat's API server learns from the worker about tokens and windows."""

import pytest
from openai import BadRequestError

from support.chatting import ask, user
from support.stack import LONG_MODEL, MODEL, post


def check(api, prompt, max_tokens=100, model=MODEL):
    """FastChat's token check of one prompt."""
    item = {"model": model, "prompt": prompt, "max_tokens": max_tokens}
    [checked] = post(f"{api.url}/api/v1/token_check", {"prompts": [item]})["prompts"]
    return checked


def test_the_token_check_tells_window_and_tokens_of_each_model(api):
    plain = check(api, "how many tokens is this?")

    assert plain["fits"] is True
    assert plain["contextLength"] == 200_000
    # What the worker says to GLM around a bare text may be counted with it.
    assert 4 <= plain["tokenCount"] <= 60
    assert check(api, "hi", model=LONG_MODEL)["contextLength"] == 1_000_000


def test_a_longer_prompt_counts_more_tokens(api):
    counts = [check(api, "天地玄黄 and so on " * times)["tokenCount"] for times in (1, 10, 100)]

    assert counts == sorted(set(counts))


@pytest.mark.parametrize("prompt", ["", "  \n", "S\n###assistant:", "S\n###user:assistant:"])
def test_a_prompt_without_anything_to_answer_can_still_be_counted(api, prompt):
    assert check(api, prompt)["fits"] is True


def test_a_prompt_that_leaves_no_room_for_the_answer_does_not_fit(api):
    assert check(api, "hi", max_tokens=200_000)["fits"] is False


def test_a_conversation_longer_than_the_window_is_refused_before_glm_is_asked(openai, sandbox):
    with pytest.raises(BadRequestError) as refused:
        ask(openai, user("天地玄黄" * 200_000))

    assert refused.value.body["code"] == 40303
    assert "200000" in refused.value.body["message"]
    assert sandbox.calls() == []
