"""Reads the frames of /worker_generate_stream as FastChat's own callers do."""

import json

from support.stack import client

# One user turn in our template.
PROMPT = "S\n###user: hi\n###assistant:"


def request_body(prompt=PROMPT, **more):
    """The body of a generation as the API server of FastChat sends it."""
    return {
        "model": "zhipu-api",
        "prompt": prompt,
        "temperature": 0.7,
        "logprobs": None,
        "top_p": 1.0,
        "top_k": -1,
        "presence_penalty": 0.0,
        "frequency_penalty": 0.0,
        "max_new_tokens": 1000,
        "echo": False,
        "stop_token_ids": None,
        "stop": ["###"],
        **more,
    }


def frames(address, body):
    """Yields each frame of a stream as it arrives."""
    with client.stream("POST", f"{address}/worker_generate_stream", json=body) as response:
        assert response.status_code == 200
        rest = b""
        for piece in response.iter_raw():
            *whole, rest = (rest + piece).split(b"\0")
            yield from (json.loads(frame) for frame in whole if frame)
        assert rest == b"", "the stream ended inside a frame"
