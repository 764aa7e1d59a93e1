"""A worker that asks who calls, and one that speaks TLS: FastChat itself, as it is, gets through."""

import string
from urllib.parse import quote

import pytest

from support.chatting import ask, openai_client, stream
from support.frames import frames, request_body
from support.processes import free_port, wait_until
from support.sandbox import answer
from support.stack import EMBEDDING_MODEL, MODEL, ApiServer, Certificates, Controller, Worker, client

# All that a user and a password may hold.
USER = string.ascii_letters + string.digits + string.punctuation.replace(":", "") + " "
PASSWORD = string.punctuation + " aZ0"

NAMES = {"MODEL_NAMES": f"{MODEL},{EMBEDDING_MODEL}"}


def check_all_ways(openai, controller, sandbox):
    """Chat, stream, list, embeddings, and the controller's own relay."""
    sandbox.default(answer("reached"))
    assert ask(openai, "hi").choices[0].message.content == "reached"
    assert stream(openai, "hi").text == "reached"
    assert sorted(m.id for m in openai.models.list()) == sorted([MODEL, EMBEDDING_MODEL])
    reply = openai.embeddings.create(model=EMBEDDING_MODEL, input=["one", "two"])
    assert [len(one.embedding) for one in reply.data] == [2048, 2048]
    *_, last = frames(controller.url, request_body())
    assert last["text"] == "reached"
    # Asked for the list, the controller has called the worker: it is still there.
    assert controller.models() == sorted([MODEL, EMBEDDING_MODEL])


def test_fastchat_brings_the_credentials_that_its_worker_demands(
    start, own_controller, own_openai, sandbox
):
    port = free_port()
    pair = f"{quote(USER, safe='')}:{quote(PASSWORD, safe='')}"
    address = f"http://{pair}@127.0.0.1:{port}/glm"
    worker = start(
        Worker, own_controller.url, sandbox, port=port, settings={"WORKER_ADDRESS": address, **NAMES}
    )

    check_all_ways(own_openai, own_controller, sandbox)
    for url in [worker.url, f"{worker.url}/glm"]:
        for path in ["/worker_generate_stream", "/worker_get_status", "/worker_generate"]:
            refused = client.post(url + path, json=request_body())
            assert (refused.status_code, refused.json()["error_code"]) == (401, 40102)
        wrong = client.post(f"{url}/worker_get_status", auth=(USER, PASSWORD + "x"))
        assert wrong.status_code == 401
        right = client.post(f"{url}/worker_get_status", auth=(USER, PASSWORD))
        assert right.json()["model_names"] == [MODEL, EMBEDDING_MODEL]
    assert "this worker is not found" not in worker.log()
    # The controller hands the password to whoever asks it.
    assert own_controller.address_of(MODEL) == address


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """Made anew for the file."""
    return Certificates(tmp_path_factory.mktemp("certificates"))


def fastchat_that_trusts(start, variables):
    """FastChat's servers with these variables, and OpenAI's client at them."""
    controller = start(Controller, settings=variables)
    return controller, start(ApiServer, controller, settings=variables)


def test_fastchat_calls_over_tls_once_both_variables_name_the_authority(
    start, sandbox, certificates
):
    ca = certificates.ca
    trusting = {"REQUESTS_CA_BUNDLE": ca, "SSL_CERT_FILE": ca}
    controller, api = fastchat_that_trusts(start, trusting)
    worker = start(Worker, controller.url, sandbox, tls=certificates, settings=NAMES)

    with openai_client(api) as openai:
        check_all_ways(openai, controller, sandbox)
    assert controller.address_of(MODEL) == worker.url
    assert worker.url.startswith("https://")
    assert "TLS handshake failed" not in worker.log()
    assert "this worker is not found" not in worker.log()


def test_credentials_travel_over_tls_and_the_worker_names_itself(start, sandbox, certificates):
    ca = certificates.ca
    controller, api = fastchat_that_trusts(
        start, {"REQUESTS_CA_BUNDLE": ca, "SSL_CERT_FILE": ca}
    )
    port = free_port()
    settings = {"WORKER_ADDRESS": f"https://u:p%40ss@127.0.0.1:{port}", **NAMES}
    worker = start(
        Worker, controller.url, sandbox, tls=certificates, port=port, settings=settings
    )

    with openai_client(api) as openai:
        check_all_ways(openai, controller, sandbox)
    refused = worker.client.post(f"{worker.url}/worker_get_status")
    assert refused.status_code == 401


def test_with_the_second_variable_alone_a_list_of_models_drops_the_worker(
    start, sandbox, certificates
):
    controller, api = fastchat_that_trusts(start, {"SSL_CERT_FILE": certificates.ca})
    worker = start(Worker, controller.url, sandbox, tls=certificates, settings=NAMES)
    sandbox.default(answer("reached"))

    with openai_client(api) as openai:
        assert ask(openai, "hi").choices[0].message.content == "reached"
        assert stream(openai, "hi").text == "reached"
        assert "Remove stale worker" not in controller.log()
        openai.models.list()
    # A heart beat brings it back, until the next list.
    assert f"Remove stale worker: {worker.url}" in controller.log()
    wait_until(lambda: "REQUESTS_CA_BUNDLE" in worker.log(), "the worker says what is missing")
