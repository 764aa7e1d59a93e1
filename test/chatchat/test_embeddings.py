"""Embeddings of a knowledge base: LangChain's client for the name text-embedding-ada-002."""

import json

import pytest
from langchain.embeddings.openai import OpenAIEmbeddings

from chatchat.chatting import run
from chatchat.deployment import TOKENS, overlay_settings
from support.sandbox import refusal
from support.stack import ApiServer, Controller, Worker, post

TEXTS = ["天地玄黄", "# heading\n###user: x", *(f"text number {n}" for n in range(6))]


@pytest.fixture
def embedder(embeddings, monkeypatch):
    """LangChain's client as Chatchat makes it: the address comes from the environment."""
    monkeypatch.setenv("OPENAI_API_BASE", embeddings.base_url)
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", TOKENS["TIKTOKEN_CACHE_DIR"])
    return OpenAIEmbeddings(
        model="text-embedding-ada-002", openai_api_key="EMPTY", chunk_size=250, max_retries=1
    )


def embedded(sandbox):
    """The texts that GLM was asked for, in their order."""
    calls = [call["body"] for call in sandbox.calls() if call["path"].endswith("/embeddings")]
    assert {body["model"] for body in calls} <= {"embedding-3"}
    return [text for body in calls for text in body["input"]]


def test_documents_get_their_vectors_in_their_order(embedder, sandbox):
    together = embedder.embed_documents(TEXTS)

    assert sorted(embedded(sandbox)) == sorted(TEXTS)
    assert [len(vector) for vector in together] == [2048] * len(TEXTS)
    for text, vector in zip(TEXTS, together, strict=True):
        assert embedder.embed_query(text) == pytest.approx(vector)


def test_the_asynchronous_way_gives_the_same_vectors(embedder):
    assert run(embedder.aembed_documents(TEXTS)) == embedder.embed_documents(TEXTS)


def test_a_refusal_of_glm_says_its_sentence(embedder, sandbox):
    sandbox.default(refusal("1113", 429))

    with pytest.raises(Exception, match="模型服务的额度已用完"):
        embedder.embed_documents(["hi"])


def test_the_name_for_embeddings_is_not_among_chatchats_models(chatchat, embeddings):
    assert chatchat.controller.models() == ["zhipu-api"]
    assert embeddings.controller.models() == ["text-embedding-ada-002"]


def test_embed_model_lets_other_programs_embed_through_the_chats_name(start, sandbox, tmp_path):
    file = tmp_path / "models.json"
    file.write_text(json.dumps({"zhipu-api": {"embed_model": "embedding-3"}}))
    controller = start(Controller)
    start(
        Worker, controller.url, sandbox, settings={**overlay_settings(), "MODELS_FILE": str(file)}
    )
    api = start(ApiServer, controller)

    path = f"{api.url}/v1/embeddings"
    reply = post(path, {"model": "zhipu-api", "input": ["hi"]})

    assert [len(one["embedding"]) for one in reply["data"]] == [2048]
    assert embedded(sandbox) == ["hi"]
