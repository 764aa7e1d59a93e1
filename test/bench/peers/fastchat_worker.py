# What a FastChat worker for GLM costs in Python: FastChat's own BaseModelWorker, with httpx towards GLM.
#
# Written to be a fair rival: correct frames, one pooled HTTP client, a token that is used again, no
# access log, uvloop and httptools. What FastChat decides stays: the routes, the slot for each request,
# the JSON of the small endpoints, and embeddings that hold up the event loop, for their hook is no
# coroutine.

import base64
import json
import os
import re
import struct
import time

import httpx
import jwt
import uvicorn
from fastchat.conversation import Conversation, SeparatorStyle
from fastchat.serve.base_model_worker import BaseModelWorker, app

ROLES = ("user", "assistant", "system")
STOP = "###"
SEPARATOR = f"\n{STOP}"
TURN = re.compile(rf"{SEPARATOR}(user|assistant): ?")

CONTEXT_LENGTH = 128_000
INTERNAL_ERROR = 50001
TOKEN_SECONDS = 600

# FastChat's names of the parameters, and GLM's.
PARAMETERS = (("temperature", "temperature"), ("top_p", "top_p"), ("max_new_tokens", "max_tokens"))


class GlmError(Exception):
    """GLM said inside a stream that it cannot go on."""


FAILURES = (GlmError, httpx.HTTPError, LookupError, ValueError)


class Credentials:
    """Signs GLM's token, and uses each for half its life."""

    def __init__(self, api_key):
        self._id, self._secret = api_key.split(".")
        self._header = None
        self._renew_at = 0

    def header(self):
        now = time.time()
        if now >= self._renew_at:
            self._header = {"authorization": f"Bearer {self._sign(now)}"}
            self._renew_at = now + TOKEN_SECONDS / 2
        return self._header

    def _sign(self, now):
        issued = int(now * 1000)
        claims = {"api_key": self._id, "exp": issued + TOKEN_SECONDS * 1000, "timestamp": issued}
        return jwt.encode(claims, self._secret, "HS256", headers={"sign_type": "SIGN"})


def messages_of(prompt):
    """The turns that FastChat has written into one prompt; a completion's prompt is one turn."""
    system, *turns = TURN.split(prompt)
    if not turns:
        return [{"role": "user", "content": prompt}]
    pairs = [("system", system), *zip(turns[::2], turns[1::2])]
    return [{"role": role, "content": content} for role, content in pairs if content]


def chat_of(model, params, stream):
    """The body of GLM's chat/completions."""
    chat = {"model": model, "messages": messages_of(params["prompt"]), "stream": stream}
    for name, glm_name in PARAMETERS:
        if params.get(name) is not None:
            chat[glm_name] = params[name]
    stop = params.get("stop") or []
    words = [word for word in ([stop] if isinstance(stop, str) else stop) if word != STOP]
    if words:
        chat["stop"] = words
    return chat


def answer_of(text, usage, finish_reason):
    """FastChat reads no other reasons than these two."""
    if finish_reason not in (None, "stop", "length"):
        finish_reason = "stop"
    return {"text": text, "error_code": 0, "usage": usage, "finish_reason": finish_reason}


def failure_of(error):
    return {"text": f"GLM cannot be asked: {error}", "error_code": INTERNAL_ERROR}


def frame_of(answer):
    return json.dumps(answer, ensure_ascii=False).encode() + b"\0"


async def chunks_of(response):
    """The chunks of GLM's event stream; it is read to its end, so that its connection is used again."""
    async for line in response.aiter_lines():
        if not line.startswith("data:"):
            continue
        data = line[5:].lstrip()
        if data == "[DONE]":
            continue
        chunk = json.loads(data)
        if "error" in chunk:
            raise GlmError(chunk["error"].get("message"))
        yield chunk


class GlmWorker(BaseModelWorker):
    def __init__(self, *, api_key, base_url, model, model_names, concurrency):
        super().__init__(
            controller_addr="",
            worker_addr="",
            worker_id="bench",
            model_path="",
            model_names=model_names,
            limit_worker_concurrency=concurrency,
        )
        self.context_len = CONTEXT_LENGTH
        self._model = model
        self._credentials = Credentials(api_key)
        settings = {
            "base_url": base_url,
            "timeout": httpx.Timeout(300, connect=10),
            "limits": httpx.Limits(max_connections=None, max_keepalive_connections=None),
        }
        self._client = httpx.AsyncClient(**settings)
        self._plain_client = httpx.Client(**settings)

    def make_conv_template(self, conv_template=None, model_path=None):
        return Conversation(
            name="zhipu-api",
            system_message="你是智谱AI小助手，请根据用户的提示来完成任务",
            messages=[],
            roles=ROLES,
            sep_style=SeparatorStyle.ADD_COLON_SINGLE,
            sep=SEPARATOR,
            stop_str=STOP,
        )

    def count_token(self, params):
        return {"count": len(params["prompt"]), "error_code": 0}

    async def generate_stream_gate(self, params):
        try:
            async for answer in self._answers(params):
                yield frame_of(answer)
        except FAILURES as error:
            yield frame_of(failure_of(error))

    async def _answers(self, params):
        """The whole answer so far, for each chunk of GLM's."""
        chat = chat_of(self._model, params, True)
        text = ""
        usage = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
        headers = self._credentials.header()
        async with self._client.stream(
            "POST", "/chat/completions", json=chat, headers=headers
        ) as response:
            response.raise_for_status()
            async for chunk in chunks_of(response):
                usage = chunk.get("usage") or usage
                for choice in chunk.get("choices", ()):
                    text += choice["delta"].get("content") or ""
                    yield answer_of(text, usage, choice.get("finish_reason"))

    def generate_gate(self, params):
        try:
            reply = self._post("/chat/completions", chat_of(self._model, params, False))
            choice = reply["choices"][0]
            return answer_of(choice["message"]["content"], reply["usage"], choice["finish_reason"])
        except FAILURES as error:
            return failure_of(error)

    def get_embeddings(self, params):
        try:
            body = {"model": params["model"], "input": params["input"]}
            reply = self._post("/embeddings", body)
            vectors = [row["embedding"] for row in reply["data"]]
            if params.get("encoding_format") == "base64":
                vectors = [
                    base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
                    for vector in vectors
                ]
            return {"embedding": vectors, "token_num": reply["usage"]["total_tokens"]}
        except FAILURES as error:
            return failure_of(error)

    def _post(self, path, body):
        response = self._plain_client.post(path, json=body, headers=self._credentials.header())
        response.raise_for_status()
        return response.json()


if __name__ == "__main__":
    # FastChat keeps the first worker that is made and gives its requests to that one.
    GlmWorker(
        api_key=os.environ["ZHIPUAI_API_KEY"],
        base_url=os.environ["UPSTREAM"],
        model="glm-4",
        model_names=["zhipu-api", "embedding-3"],
        concurrency=100_000,
    )
    uvicorn.run(
        app, host="127.0.0.1", port=int(os.environ["PORT"]), log_level="warning", access_log=False
    )
