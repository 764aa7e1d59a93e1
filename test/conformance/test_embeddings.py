"""Embeddings through FastChat's API server, which asks the worker for four inputs at a time."""

import pytest
from openai import BadRequestError

from support.sandbox import refusal
from support.stack import EMBEDDING_MODEL, MODEL, post

# OpenAI's client asks for base64 by itself and gives the numbers back.
FORMATS = [{}, {"encoding_format": "float"}, {"encoding_format": "base64"}]


def embed(openai, texts, **more):
    """The embeddings of some texts."""
    return openai.embeddings.create(model=EMBEDDING_MODEL, input=texts, **more)


def test_a_text_is_embedded_and_its_tokens_are_counted(openai, sandbox):
    reply = embed(openai, "天地玄黄")

    [one] = reply.data
    assert (one.index, len(one.embedding)) == (0, 2048)
    assert reply.usage.prompt_tokens > 0
    [call] = sandbox.calls()
    assert (call["body"]["model"], call["body"]["input"]) == ("embedding-3", ["天地玄黄"])


def test_more_texts_than_a_batch_come_back_in_their_order(openai):
    texts = [f"text number {n}" for n in range(6)]

    together = embed(openai, texts, encoding_format="float")
    alone = [embed(openai, text, encoding_format="float").data[0].embedding for text in texts]

    assert [one.index for one in together.data] == list(range(6))
    assert [one.embedding for one in together.data] == alone


def test_numbers_and_base64_say_the_same(openai):
    default, numbers, _ = (embed(openai, "天地玄黄", **form).data[0].embedding for form in FORMATS)

    # base64 carries 32 bits of each number.
    assert default == pytest.approx(numbers, rel=1e-6, abs=1e-7)


def test_the_older_path_with_the_model_in_it_works(api):
    path = f"{api.url}/v1/engines/{EMBEDDING_MODEL}/embeddings"
    reply = post(path, {"input": ["a", "b"]})

    assert [one["index"] for one in reply["data"]] == [0, 1]


def test_a_refusal_of_glm_reaches_the_caller_with_our_code(openai, sandbox):
    sandbox.default(refusal("1113", 429))

    with pytest.raises(BadRequestError) as refused:
        embed(openai, "hi")

    assert refused.value.body["code"] == 42902


def test_a_chat_model_without_an_embedding_model_says_that_it_cannot_embed(openai, sandbox):
    with pytest.raises(BadRequestError) as refused:
        openai.embeddings.create(model=MODEL, input="hi")

    assert refused.value.body["code"] == 40301
    assert sandbox.calls() == []
