"""Every failure that a caller can meet: HTTP status, exception of the client, and how often GLM is asked."""

import dataclasses

import httpx
import openai as sdk
import pytest

from door import SECRET_WORDS, Door, ask, openai_client
from support.chatting import user
from support.sandbox import ENDLESS, answer, fault, refusal
from support.stack import EMBEDDING_MODEL, MODEL


@dataclasses.dataclass
class Row:
    """What a client with its own retries meets."""

    status: int
    error: type
    # Requests that GLM gets, the client's retries included.
    asked: int
    scenario: dict | None = None
    messages: object = "hi"
    more: dict = dataclasses.field(default_factory=dict)


def refused(code, glm_status, status, error, asked=1):
    """A row in which GLM refuses."""
    scenario = refusal(code, glm_status, message=SECRET_WORDS)
    return Row(status, error, asked, scenario)


# Nobody need ask again: the client must not, whatever it does by itself.
FINAL = {
    "request_invalid": Row(400, sdk.BadRequestError, 0, messages=[user(7)]),
    "conversation_empty": Row(400, sdk.BadRequestError, 0, messages=[]),
    "conversation_blank": Row(400, sdk.BadRequestError, 0, messages=[user(" \n")]),
    "model_not_served": Row(404, sdk.NotFoundError, 0, more={"model": "gpt-4o"}),
    "model_does_not_chat": Row(404, sdk.NotFoundError, 0, more={"model": EMBEDDING_MODEL}),
    "images_unsupported": Row(
        400,
        sdk.BadRequestError,
        0,
        messages=[user([{"type": "image_url", "image_url": {"url": "http://x/1.png"}}])],
    ),
    "parameter_rejected": refused("1210", 400, 400, sdk.BadRequestError),
    "content_blocked": refused("1301", 400, 400, sdk.BadRequestError),
    "context_overflow": refused("1261", 400, 400, sdk.BadRequestError),
    "quota_exhausted": refused("1113", 429, 429, sdk.RateLimitError),
    "quota_window": refused("1308", 429, 429, sdk.RateLimitError),
    "key_missing": refused("1001", 401, 502, sdk.InternalServerError),
    # A refused token is replaced once.
    "key_invalid": refused("1000", 401, 502, sdk.InternalServerError, asked=2),
    "no_permission": refused("1220", 403, 502, sdk.InternalServerError),
    "model_not_permitted": refused("1311", 429, 502, sdk.InternalServerError),
    "model_unknown": refused("1211", 400, 502, sdk.InternalServerError),
    # A page in place of an answer comes from another server.
    "upstream_malformed": Row(502, sdk.InternalServerError, 1, fault("html-200")),
}

# Waiting helps: the client is told how long. These take the worker's own waits, some 20 seconds.
LOAD = {
    "rate_limited": refused("1302", 429, 429, sdk.RateLimitError, asked=8),
    "overloaded": refused("1305", 429, 503, sdk.InternalServerError, asked=8),
}

# Another try may help: the client is not kept from it. Here it makes none, so the tries are the worker's.
PASSING = {
    "upstream_error": refused("1234", 500, 502, sdk.InternalServerError, asked=3),
    "upstream_unreachable": Row(
        502, sdk.InternalServerError, 3, fault("reset-before-headers")
    ),
    "upstream_cut": Row(502, sdk.InternalServerError, 3, fault("end-without-done", after=0)),
    "upstream_aborted": Row(
        502, sdk.InternalServerError, 3, answer("", finishReason="network_error")
    ),
    "answer_empty": Row(
        502, sdk.InternalServerError, 3, {"kind": "empty", "empty": "null-content"}
    ),
}

every_final = pytest.mark.parametrize("row", FINAL.values(), ids=FINAL.keys())
every_load = pytest.mark.parametrize("row", LOAD.values(), ids=LOAD.keys())
every_passing = pytest.mark.parametrize("row", PASSING.values(), ids=PASSING.keys())


def meet(client, sandbox, row, streamed=False):
    """Asks, and gives the exception that the client raised."""
    if row.scenario is not None:
        sandbox.default(row.scenario)
    with pytest.raises(sdk.APIError) as raised:
        ask(client, row.messages, streamed, **row.more)
    return raised.value


def told(error):
    """What a caller reads: a sentence, and nothing of the provider's own."""
    body = error.body
    assert body["message"].strip() != ""
    assert body["type"].strip() != ""
    assert "sandbox" not in str(body)
    return body["code"]


@every_final
def test_what_nobody_can_wait_for_is_asked_once(openai, sandbox, row):
    error = meet(openai, sandbox, row)

    assert (type(error), error.status_code) == (row.error, row.status)
    assert sandbox.begun() == row.asked
    told(error)


@every_final
def test_in_a_stream_it_has_the_same_code_and_is_asked_as_often(openai, sandbox, row):
    whole = meet(openai, sandbox, row)
    sandbox.reset()

    streamed = meet(openai, sandbox, row, streamed=True)

    assert told(streamed) == told(whole)
    assert sandbox.begun() == row.asked


@every_passing
def test_what_may_pass_is_told_as_such(door, sandbox, row):
    with openai_client(door, max_retries=0, timeout=120) as client:
        error = meet(client, sandbox, row)

    assert (type(error), error.status_code) == (row.error, row.status)
    assert error.response.headers.get("x-should-retry") != "false"
    assert sandbox.begun() == row.asked
    told(error)


@every_load
def test_for_load_the_client_is_told_how_long_to_wait(door, sandbox, row):
    with openai_client(door, max_retries=0, timeout=120) as client:
        error = meet(client, sandbox, row)

    assert (type(error), error.status_code) == (row.error, row.status)
    assert 0 < int(error.response.headers["retry-after"]) <= 60
    assert sandbox.begun() == row.asked
    told(error)


@pytest.mark.parametrize("broken", ["reset-mid-event", "close-mid-event", "error-data"])
def test_an_answer_that_breaks_off_never_looks_complete(openai, sandbox, broken):
    sandbox.default(fault(broken, text="this will break off in the middle", after=4))
    said = []

    with pytest.raises(sdk.APIError) as raised:
        for chunk in openai.chat.completions.create(
            model=MODEL, messages=[user("hi")], stream=True
        ):
            said.append(chunk)

    text = "".join(choice.delta.content or "" for chunk in said for choice in chunk.choices)
    assert text and "this will break off in the middle".startswith(text)
    assert {choice.finish_reason for chunk in said for choice in chunk.choices} == {None}
    assert sandbox.begun() == 1
    told(raised.value)


def test_an_answer_that_breaks_off_has_one_error_and_no_done(door, sandbox):
    sandbox.script(fault("error-data", text="half", after=1))
    body = {"model": MODEL, "messages": [user("hi")], "stream": True}

    reply = httpx.post(f"{door.base_url}/chat/completions", json=body)

    events = [line for line in reply.text.split("\n") if line.startswith("data:")]
    assert '"error"' in events[-1]
    assert "[DONE]" not in reply.text


def test_embeddings_fail_in_the_same_way(openai, sandbox):
    sandbox.default(refusal("1113", 429, message=SECRET_WORDS))

    with pytest.raises(sdk.RateLimitError) as raised:
        openai.embeddings.create(model=EMBEDDING_MODEL, input="a")

    assert sandbox.begun() == 1
    told(raised.value)


def test_a_name_that_chats_does_not_embed(openai, sandbox):
    with pytest.raises(sdk.NotFoundError):
        openai.embeddings.create(model=MODEL, input="a")

    assert sandbox.begun() == 0


def test_a_body_that_is_no_json_is_refused_in_openais_form(door):
    reply = httpx.post(f"{door.base_url}/chat/completions", content=b"{", headers={
        "content-type": "application/json"
    })

    assert reply.status_code == 400
    assert set(reply.json()["error"]) == {"message", "type", "param", "code"}


def test_a_body_that_is_too_large_is_413(start, sandbox):
    door = start(Door, sandbox, BODY_LIMIT="64KiB")

    with openai_client(door) as client, pytest.raises(sdk.APIStatusError) as raised:
        ask(client, "x" * 100_000)

    assert raised.value.status_code == 413
    assert sandbox.chats() == []


def test_whoever_finds_the_queue_full_or_waits_too_long_may_come_again(start, sandbox):
    narrow = {"LIMIT_WORKER_CONCURRENCY": "1", "QUEUE_LIMIT": "1", "QUEUE_TIMEOUT": "1"}
    door = start(Door, sandbox, **narrow)
    sandbox.script(ENDLESS)

    with openai_client(door, max_retries=0) as client:
        with client.chat.completions.create(
            model=MODEL, messages=[user("hi")], stream=True
        ) as running:
            next(iter(running))
            with pytest.raises(sdk.InternalServerError) as raised:
                ask(client, "me too")

    assert raised.value.status_code == 503
    assert int(raised.value.response.headers["retry-after"]) > 0
    assert len(sandbox.chats()) == 1
    told(raised.value)


def test_a_generation_that_lasts_too_long_is_504(start, sandbox):
    door = start(Door, sandbox, GENERATION_TIMEOUT="1")
    sandbox.script(answer("late", firstDelayMs=20_000))

    with openai_client(door, max_retries=0) as client:
        with pytest.raises(sdk.InternalServerError) as raised:
            ask(client, "hi")

    assert raised.value.status_code == 504
    outcomes = [call["outcome"] for call in sandbox.calls() if call["path"].endswith("completions")]
    assert outcomes == ["cancelled"]
