"""The programs of a machine with Chatchat: its FastChat servers, and our worker as Compose sets it up."""

import base64
import hashlib
from pathlib import Path

import yaml
from openai import OpenAI

from support.processes import HOME, PROJECT
from support.stack import ApiServer, Controller, Worker

# What the tests and the API server cut embedding inputs with: see `write_token_table`.
TOKEN_TABLES = HOME / "tiktoken"
TOKENS = {"TIKTOKEN_CACHE_DIR": str(TOKEN_TABLES)}

# These the tests have to set by themselves: their ports and their key.
_ADDRESSES = ("CONTROLLER_ADDRESS", "WORKER_ADDRESS", "ZHIPUAI_API_KEY_FILE")


def write_token_table():
    """Writes a table for tiktoken, which fetches its own from the internet: each byte is a token.

    Texts are cut, sent and joined again as with the real one, into more tokens.
    """
    TOKEN_TABLES.mkdir(parents=True, exist_ok=True)
    source = "https://openaipublic.blob.core.windows.net/encodings/cl100k_base.tiktoken"
    name = hashlib.sha1(source.encode()).hexdigest()
    lines = (f"{base64.b64encode(bytes([n])).decode()} {n}\n" for n in range(256))
    (TOKEN_TABLES / name).write_text("".join(lines))


def base_settings():
    """What docker/worker.env says."""
    lines = (PROJECT / "docker" / "worker.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def overlay_settings():
    """What the worker's container gets from docker/compose.yml with compose.chatchat.yml on top."""
    overlay = yaml.safe_load((PROJECT / "docker" / "compose.chatchat.yml").read_text())
    settings = overlay["services"]["worker"]["environment"]
    ours = {name: value for name, value in settings.items() if name not in _ADDRESSES}
    return {**base_settings(), **ours}


class ChatchatController(Controller):
    """FastChat's controller as Chatchat starts it."""

    program = [str(Path(__file__).with_name("controller_app.py"))]

    def __init__(self):
        super().__init__(settings={"RELEASE_PATIENCE": "1"})


class Deployment:
    """A controller, a worker with `settings`, and an API server in front of them."""

    def __init__(self, sandbox, settings):
        self.controller = ChatchatController()
        self.worker = Worker(self.controller.url, sandbox, settings=settings)
        self.api = ApiServer(self.controller, settings=TOKENS)

    @property
    def base_url(self):
        """What Chatchat's clients are given as OpenAI's address."""
        return f"{self.api.url}/v1"

    def openai(self):
        """OpenAI's client by itself, as programs beside Chatchat use it."""
        return OpenAI(base_url=self.base_url, api_key="EMPTY", max_retries=0, timeout=30)

    def end(self):
        """Ends the three programs."""
        for process in (self.api, self.worker, self.controller):
            process.end()
