"""Who may call /v1, and what becomes of a caller who leaves."""

import httpx
import pytest
from openai import AuthenticationError

from door import Door, ask, openai_client
from support.chatting import first_text, user
from support.processes import wait_until
from support.sandbox import ENDLESS, answer
from support.stack import EMBEDDING_MODEL, MODEL

KEYS = "first-caller-key,second-caller-key"


@pytest.fixture(scope="module")
def guarded(sandbox):
    """A worker that knows its callers by key."""
    started = Door(sandbox, API_KEYS=KEYS)
    yield started
    started.end()


@pytest.mark.parametrize("key", KEYS.split(","))
def test_each_key_opens_all_of_v1(guarded, sandbox, key):
    with openai_client(guarded, api_key=key) as client:
        assert ask(client, "hi").finish == "stop"
        assert client.embeddings.create(model=EMBEDDING_MODEL, input="a").data
        assert MODEL in [model.id for model in client.models.list()]


@pytest.mark.parametrize("key", ["wrong", "first-caller-ke", KEYS])
def test_another_key_is_refused_and_glm_is_not_asked(guarded, sandbox, streamed, key):
    with openai_client(guarded, api_key=key) as client:
        with pytest.raises(AuthenticationError) as refused:
            ask(client, "hi", streamed)
        with pytest.raises(AuthenticationError):
            client.models.list()

    assert refused.value.body["message"].strip() != ""
    assert key not in str(refused.value)
    assert sandbox.begun() == 0


def test_the_keys_are_in_no_log(guarded):
    assert not any(key in guarded.log() for key in KEYS.split(","))


def test_fastchats_paths_need_no_key_of_v1(guarded):
    assert MODEL in httpx.post(f"{guarded.url}/worker_get_status").json()["model_names"]


def test_without_keys_any_key_will_do_on_this_machine(openai):
    assert ask(openai, "hi").finish == "stop"


def test_a_page_of_another_origin_is_refused(door, sandbox):
    body = {"model": MODEL, "messages": [user("hi")]}
    origin = {"origin": "http://evil.example"}

    reply = httpx.post(f"{door.base_url}/chat/completions", json=body, headers=origin)

    assert reply.status_code == 403
    assert reply.json()["error"]["message"].strip() != ""
    assert sandbox.begun() == 0


@pytest.mark.parametrize("scenario", [ENDLESS, answer("never", firstDelayMs=60_000)])
def test_whoever_leaves_a_stream_leaves_glm_too(door, sandbox, scenario):
    sandbox.script(scenario)
    with openai_client(door, max_retries=0, timeout=60) as client:
        if scenario is ENDLESS:
            with client.chat.completions.create(
                model=MODEL, messages=[user("hi")], stream=True
            ) as running:
                assert first_text(running)
        else:
            with pytest.raises(Exception, match="timed out"):
                ask(client.with_options(timeout=0.5), "hi", True)

    wait_until(sandbox.all_cancelled, "GLM is not read any more", seconds=2)
    door.wait_idle()


def test_whoever_gives_up_a_whole_answer_leaves_glm_too(door, sandbox):
    sandbox.script(ENDLESS)

    with openai_client(door, max_retries=0, timeout=0.5) as client:
        with pytest.raises(Exception, match="timed out"):
            ask(client, "hi")

    wait_until(sandbox.all_cancelled, "GLM is not read any more", seconds=2)
    door.wait_idle()
