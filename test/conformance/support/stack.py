"""Starts the four programs of a deployment: FastChat's two servers, our worker and our sandbox."""

import json
import os
import ssl
import subprocess

import httpx

from support.processes import PROJECT, Process, free_port, wait_until

NODE = os.environ["CONFORMANCE_NODE"]
FASTCHAT_PYTHON = os.environ["CONFORMANCE_FASTCHAT_PYTHON"]
CLI = str(PROJECT / "dist" / "cli.js")

# The names the suite asks for: a plain one, one with a window of a million tokens, one that sees
# images and one that embeds; and the GLM model behind the plain one.
MODEL = "zhipu-api"
LONG_MODEL = "zhipu-long"
VISION_MODEL = "zhipu-vision"
EMBEDDING_MODEL = "embedding-3"
GLM_MODEL = "glm-4.6"
DEFAULT_SYSTEM = "你是智谱AI小助手，请根据用户的提示来完成任务"
MODEL_NAMES = f"{MODEL},{LONG_MODEL}=glm-4-long,{VISION_MODEL}=glm-4.6v,{EMBEDDING_MODEL}"

client = httpx.Client(timeout=30, trust_env=False)


def answers(url, method="GET", status=200, using=client):
    """Whether `url` answers with `status` right now."""
    try:
        return using.request(method, url, timeout=5).status_code == status
    except httpx.HTTPError:
        return False


def post(url, body=None):
    """POSTs JSON and gives the parsed JSON of a 200."""
    response = client.post(url, json=body)
    assert response.status_code == 200, f"{url}: {response.status_code} {response.text[:500]}"
    return response.json()


class Controller(Process):
    """The real FastChat controller."""

    program = ["-m", "fastchat.serve.controller"]

    def __init__(self, port=None, settings=()):
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        where = ["--host", "127.0.0.1", "--port", str(self.port)]
        command = [FASTCHAT_PYTHON, *self.program, *where]
        super().__init__("controller", command, dict(settings))
        self.wait_ready(lambda: answers(f"{self.url}/test_connection"))

    def models(self):
        """The model names it would route now, sorted."""
        return sorted(post(f"{self.url}/list_models")["models"])

    def address_of(self, model):
        """The worker it would send a caller of `model` to; empty when there is none."""
        return post(f"{self.url}/get_worker_address", {"model": model})["address"]

    def end(self):
        """Kills it: a thread of FastChat's controller outlives a polite end."""
        if self.exit_code is None:
            self.kill()


class ApiServer(Process):
    """The real FastChat OpenAI API server."""

    def __init__(self, controller, settings=()):
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        module = ["-m", "fastchat.serve.openai_api_server", "--host", "127.0.0.1"]
        where = ["--port", str(port), "--controller-address", controller.url]
        super().__init__("api-server", [FASTCHAT_PYTHON, *module, *where], dict(settings))
        self.wait_ready(lambda: answers(f"{self.url}/openapi.json"))


class Worker(Process):
    """Our worker, started as an operator starts it."""

    def __init__(self, controller_url, sandbox, settings=(), ready=True, port=None, tls=None):
        self.port = port or free_port()
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self.client = tls.client() if tls else client
        super().__init__(
            "worker",
            [NODE, CLI, "serve"],
            {
                "HOST": "127.0.0.1",
                "PORT": str(self.port),
                "WORKER_ADDRESS": self.url,
                "CONTROLLER_ADDRESS": controller_url,
                "FASTCHAT_WORKER_HEART_BEAT_INTERVAL": "1",
                "ZHIPUAI_API_KEY": sandbox.api_key,
                "ZHIPUAI_BASE_URL": sandbox.glm,
                "MODEL_NAMES": MODEL_NAMES,
                "GLM_MODEL": GLM_MODEL,
                "CONTEXT_LEN": "auto",
                "LOG_LEVEL": "debug",
                **(tls.settings if tls else {}),
                **dict(settings),
            },
        )
        path = "/readyz" if ready else "/healthz"
        self.wait_ready(lambda: answers(self.url + path, using=self.client))

    def is_ready(self):
        """Whether it is registered and takes work."""
        return answers(f"{self.url}/readyz")

    def queue_length(self):
        """Running and waiting generations, as the worker itself counts them."""
        return post(f"{self.url}/worker_get_status")["queue_length"]

    def wait_idle(self, seconds=5.0):
        """Waits until no generation runs or waits."""
        wait_until(lambda: self.queue_length() == 0, "the worker is idle", seconds)


class Certificates:
    """A certificate for loopback, of an authority that nobody knows by itself."""

    def __init__(self, folder):
        self.ca = str(folder / "ca.pem")
        self.settings = {
            "SSL": "true",
            "SSL_KEYFILE": str(folder / "key.pem"),
            "SSL_CERTFILE": str(folder / "cert.pem"),
        }
        tools = PROJECT / "test" / "support"
        run = [str(tools / "run-source.mjs"), "test/support/write-certificates.ts"]
        subprocess.run([NODE, *run, str(folder)], check=True)

    def client(self):
        """An HTTP client that knows the authority."""
        context = ssl.create_default_context(cafile=self.ca)
        return httpx.Client(timeout=30, trust_env=False, verify=context)


def start_sandbox_process():
    """Starts `glm-worker sandbox` and gives the process and the JSON it prints when ready."""
    process = Process("sandbox", [NODE, CLI, "sandbox", "--glm-port", "0"], {})
    process.wait_ready(lambda: "\n" in process.output())
    return process, json.loads(process.output().splitlines()[0])
