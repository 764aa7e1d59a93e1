"""Every failure that a caller can meet: HTTP status, exception of the client, and how often GLM is asked."""

import re

import httpx
import openai as sdk
import pytest

from door import SECRET_WORDS, Door, openai_client
from failure_rows import CODES, FINAL, LATER, NOT_HERE, PASSING
from support.chatting import user
from support.processes import PROJECT
from support.sandbox import fault, refusal
from support.stack import EMBEDDING_MODEL, MODEL

# What a client does by itself hides how often the worker has asked, where it may ask again.
ONCE = {"max_retries": 0, "timeout": 120}


def every(rows):
    """The test for each of these rows."""
    return pytest.mark.parametrize(("kind", "row"), rows.items(), ids=rows.keys())


@pytest.fixture
def worker(door, start, sandbox, row):
    """The worker that a row asks."""
    return door if row.settings is None else start(Door, sandbox, **row.settings)


def meet(worker, sandbox, row, streamed=False, **options):
    """Asks once, checks what the client raised and how often GLM was asked, and gives the exception."""
    sandbox.reset()
    with openai_client(worker, **options, **row.client) as client:
        with row.surroundings(worker, client, sandbox):
            with pytest.raises(sdk.APIError) as raised:
                row.request(client, streamed)
    error = raised.value
    assert (type(error), error.status_code) == (row.error, row.status)
    assert len(sandbox.calls()) == row.asked
    return error


def told(error):
    """What a caller reads: a sentence, and nothing of the provider's own."""
    body = error.body
    assert body["message"].strip() != ""
    assert body["type"].strip() != ""
    assert "sandbox" not in str(body)
    return body["code"]


def test_every_failure_of_the_docs_has_a_row_here():
    page = (PROJECT / "docs" / "errors.md").read_text()
    documented = re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)

    rows = [*FINAL, *LATER, *PASSING, *NOT_HERE]
    assert sorted(rows) == sorted(documented)


@every(FINAL)
def test_what_nobody_can_wait_for_is_asked_once(worker, sandbox, kind, row):
    error = meet(worker, sandbox, row)

    assert told(error) == CODES.get(kind, kind)


@every(FINAL)
def test_in_a_stream_it_is_the_same(worker, sandbox, kind, row):
    error = meet(worker, sandbox, row, streamed=True)

    assert told(error) == CODES.get(kind, kind)


@every(PASSING)
def test_what_may_pass_is_told_as_such(worker, sandbox, kind, row):
    error = meet(worker, sandbox, row, **ONCE)

    assert error.response.headers.get("x-should-retry") != "false"
    assert told(error) == CODES.get(kind, kind)


@every(LATER)
def test_where_waiting_helps_the_client_is_told_how_long(worker, sandbox, kind, row):
    error = meet(worker, sandbox, row, **ONCE)

    assert 0 < int(error.response.headers["retry-after"]) <= 60
    assert told(error) == CODES.get(kind, kind)


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


def test_a_body_that_is_no_json_is_refused_in_openais_form(door):
    reply = httpx.post(f"{door.base_url}/chat/completions", content=b"{", headers={
        "content-type": "application/json"
    })

    assert reply.status_code == 400
    assert set(reply.json()["error"]) == {"message", "type", "param", "code"}
