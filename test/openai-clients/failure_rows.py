"""Every failure that a caller of /v1 can meet: HTTP status, exception of the client, requests to GLM."""

import contextlib
import dataclasses
from collections.abc import Callable

import openai as sdk

from door import SECRET_WORDS, ask
from support.chatting import user
from support.processes import wait_until
from support.sandbox import ENDLESS, answer, fault, refusal
from support.stack import EMBEDDING_MODEL, MODEL, VISION_MODEL, answers

PICTURE = {"type": "image_url", "image_url": {"url": "http://x/1.png"}}
NO_PICTURE = {"type": "image_url", "image_url": {"url": "no picture!"}}
SCHEMA = {"type": "json_schema", "json_schema": {"name": "any", "schema": {"type": "object"}}}

# In place of a row's own settings: a worker of its own, which has accepted nothing yet.
UNTOUCHED = {}


def chat(messages="hi", **more):
    """A request of a row: a chat."""
    return lambda client, streamed: ask(client, messages, streamed, **more)


def embed(inputs, model=EMBEDDING_MODEL):
    """A request of a row: vectors."""
    return lambda client, streamed: client.embeddings.create(model=model, input=inputs)


def stop(door):
    """Tells the worker to end, which it does not while something runs."""
    door.signal()
    wait_until(lambda: answers(f"{door.url}/readyz", status=503), "it is draining")


@dataclasses.dataclass
class Row:
    """A failure as a client meets it."""

    status: int
    error: type
    # Requests that GLM gets, those that run meanwhile included.
    asked: int
    request: Callable = chat()
    # What GLM answers.
    scenario: dict | None = None
    # Of a worker of its own; None = the one of all tests.
    settings: dict | None = None
    # Further options of the client.
    client: dict = dataclasses.field(default_factory=dict)
    # Streams that run meanwhile, each with so many bytes beside its question.
    running: int = 0
    ballast: int = 0
    # Done to the worker before it is asked.
    before: Callable = lambda door: None

    @contextlib.contextmanager
    def surroundings(self, door, client, sandbox):
        """All that makes it fail; ends with the block."""
        if self.scenario is not None:
            sandbox.default(self.scenario)
        sandbox.script(*[ENDLESS] * self.running)
        with contextlib.ExitStack() as streams:
            for _ in range(self.running):
                more = {"extra_body": {"metadata": "x" * self.ballast}}
                stream = client.chat.completions.create(
                    model=MODEL, messages=[user("hi")], stream=True, **more
                )
                next(iter(streams.enter_context(stream)))
            self.before(door)
            yield


def invalid(message, **more):
    """A row of a chat that is refused before GLM is asked."""
    return Row(400, sdk.BadRequestError, 0, chat([message], **more))


def refused(code, glm_status, status, error, asked=1, **more):
    """A row in which GLM refuses."""
    scenario = refusal(code, glm_status, message=SECRET_WORDS)
    return Row(status, error, asked, scenario=scenario, **more)


def broken(scenario, **more):
    """A row in which GLM's answers are none, however often it is asked."""
    return Row(502, sdk.InternalServerError, 3, scenario=scenario, **more)


# Nobody need ask again: the client must not, whatever it does by itself.
FINAL = {
    "request_invalid": invalid(user(7)),
    "request_too_large": Row(
        413, sdk.APIStatusError, 0, chat("x" * 100_000), settings={"BODY_LIMIT": "64KiB"}
    ),
    "page_refused": Row(
        403,
        sdk.PermissionDeniedError,
        0,
        client={"default_headers": {"origin": "http://evil.example"}},
    ),
    "host_refused": Row(
        403, sdk.PermissionDeniedError, 0, client={"default_headers": {"host": "evil.example"}}
    ),
    "credentials_refused": Row(
        401, sdk.AuthenticationError, 0, settings={"WORKER_ADDRESS": "http://user:word@127.0.0.1:1"}
    ),
    "api_key_refused": Row(401, sdk.AuthenticationError, 0, settings={"API_KEYS": "another-key"}),
    "conversation_empty": invalid(user(" \n")),
    "model_not_served": Row(404, sdk.NotFoundError, 0, chat(model="gpt-4o")),
    "model_does_not_chat": Row(404, sdk.NotFoundError, 0, chat(model=EMBEDDING_MODEL)),
    "model_does_not_embed": Row(404, sdk.NotFoundError, 0, embed("a", model=MODEL)),
    "images_unsupported": invalid(user([PICTURE])),
    "image_rejected": invalid(user([NO_PICTURE]), model=VISION_MODEL),
    "input_rejected": Row(400, sdk.BadRequestError, 0, embed(["a", " "])),
    "input_too_long": Row(400, sdk.BadRequestError, 0, embed(["a", "天 " * 50_000])),
    "parameter_rejected": refused("1210", 400, 400, sdk.BadRequestError),
    "content_blocked": refused("1301", 400, 400, sdk.BadRequestError),
    "context_overflow": refused("1261", 400, 400, sdk.BadRequestError),
    "quota_exhausted": refused("1113", 429, 429, sdk.RateLimitError),
    "key_missing": refused("1001", 401, 502, sdk.InternalServerError),
    # A refused token is replaced once.
    "key_invalid": refused("1000", 401, 502, sdk.InternalServerError, asked=2),
    "no_permission": refused("1309", 429, 502, sdk.InternalServerError),
    "model_not_permitted": refused("1311", 429, 502, sdk.InternalServerError),
    "model_unknown": refused("1211", 400, 502, sdk.InternalServerError),
    "upstream_refused": refused("9999", 400, 502, sdk.InternalServerError),
    # What is nobody's path answers without a code of GLM.
    "address_wrong": Row(
        502,
        sdk.InternalServerError,
        1,
        scenario={"kind": "error", "status": 404, "body": "not found", "contentType": "text/plain"},
    ),
    # A page in place of an answer comes from another server.
    "upstream_malformed": Row(502, sdk.InternalServerError, 1, scenario=fault("html-200")),
    "upstream_timeout": Row(
        504,
        sdk.InternalServerError,
        1,
        scenario=fault("hang-before-headers"),
        settings={"UPSTREAM_FIRST_BYTE_TIMEOUT": "3"},
    ),
    "generation_timeout": Row(
        504,
        sdk.InternalServerError,
        1,
        scenario=fault("hang-before-headers"),
        settings={"GENERATION_TIMEOUT": "3"},
    ),
}

ONE_AT_A_TIME = {"LIMIT_WORKER_CONCURRENCY": "1"}
# Bodies may take twice the limit of one where that is more than a tenth of the heap.
TWO_BODIES = {"BODY_LIMIT": "8MiB", "NODE_OPTIONS": "--max-old-space-size=96"}

# Waiting helps: the client is told how long.
LATER = {
    # These two take the worker's own waits, some 20 seconds. The number of tries follows from what
    # was accepted lately, so that must be nothing.
    "rate_limited": refused("1302", 429, 429, sdk.RateLimitError, asked=8, settings=UNTOUCHED),
    "overloaded": refused("1305", 429, 503, sdk.InternalServerError, asked=8, settings=UNTOUCHED),
    "throttled": refused("9999", 429, 429, sdk.RateLimitError, asked=3),
    "bodies_full": Row(
        503,
        sdk.InternalServerError,
        2,
        chat("x" * 400_000),
        settings=TWO_BODIES,
        running=2,
        ballast=8_300_000,
    ),
    "queue_full": Row(
        503, sdk.InternalServerError, 1, settings={**ONE_AT_A_TIME, "QUEUE_LIMIT": "0"}, running=1
    ),
    "queue_timeout": Row(
        503, sdk.InternalServerError, 1, settings={**ONE_AT_A_TIME, "QUEUE_TIMEOUT": "1"}, running=1
    ),
    "draining": Row(503, sdk.InternalServerError, 1, settings=UNTOUCHED, running=1, before=stop),
}

# Another try may help: the client is not kept from it. Here it makes none, so the tries are the worker's.
PASSING = {
    "upstream_error": refused("1234", 500, 502, sdk.InternalServerError, asked=3),
    "upstream_unreachable": broken(fault("reset-before-headers")),
    "upstream_cut": broken(fault("end-without-done", after=0)),
    "upstream_aborted": broken(answer("", finishReason="network_error")),
    "answer_empty": broken({"kind": "empty", "empty": "null-content"}),
    # What it would cost to ask again is the caller's to pay.
    "answer_not_json": Row(
        502, sdk.InternalServerError, 1, chat(response_format=SCHEMA), scenario=answer("no JSON")
    ),
}

# No request to /v1 leads there: prompts that FastChat renders have a template, and a defect would be mended.
NOT_HERE = {"template_stale", "internal_error"}

# Codes that clients look for; any other failure is called as in the table.
CODES = {
    "model_not_served": "model_not_found",
    "model_does_not_chat": "model_not_found",
    "model_does_not_embed": "model_not_found",
    "model_unknown": "model_not_found",
    "context_overflow": "context_length_exceeded",
    "input_too_long": "context_length_exceeded",
    "content_blocked": "content_filter",
    "rate_limited": "rate_limit_exceeded",
    "throttled": "rate_limit_exceeded",
    "quota_exhausted": "insufficient_quota",
    "api_key_refused": "invalid_api_key",
}
