"""The worker's dealings with the real controller: heart beats, restarts, refreshes."""

from support.chatting import ask
from support.frames import frames, request_body
from support.processes import free_port, wait_until
from support.sandbox import answer
from support.stack import MODEL, VISION_MODEL, Controller, Worker, answers, post


def beats(controller, worker):
    """How many heart beats of the worker the controller has logged."""
    return controller.log().count(f"Receive heart beat. {worker.url}")


def test_heart_beats_keep_the_worker_listed_past_the_time_of_expiry(start, sandbox):
    controller = start(Controller, settings={"FASTCHAT_CONTROLLER_HEART_BEAT_EXPIRATION": "2"})
    worker = start(Worker, controller.url, sandbox)

    wait_until(lambda: beats(controller, worker) >= 5, "five heart beats", 10)

    assert MODEL in controller.models()
    assert controller.log().count("Register a new worker") == 1


def test_a_worker_that_dies_is_dropped_because_its_heart_beats_end(start, sandbox):
    controller = start(Controller, settings={"FASTCHAT_CONTROLLER_HEART_BEAT_EXPIRATION": "2"})
    worker = start(Worker, controller.url, sandbox)

    worker.kill()

    wait_until(lambda: controller.models() == [], "the worker is dropped", 6)


def test_a_controller_killed_and_restarted_has_the_worker_back_soon(start, sandbox):
    first = start(Controller)
    worker = start(Worker, first.url, sandbox)
    first.kill()
    assert post(f"{worker.url}/worker_generate", request_body())["error_code"] == 0

    second = start(Controller, port=first.port)

    wait_until(lambda: second.address_of(MODEL) == worker.url, "the worker is back", 5)
    *_, last = frames(second.url, request_body())
    assert last["finish_reason"] == "stop"
    assert worker.is_ready()


def test_a_worker_older_than_its_controller_serves_and_registers_later(start, sandbox):
    port = free_port()
    worker = start(Worker, f"http://127.0.0.1:{port}", sandbox, ready=False)
    assert answers(f"{worker.url}/readyz", status=503)
    assert post(f"{worker.url}/worker_generate", request_body())["error_code"] == 0

    controller = start(Controller, port=port)

    wait_until(lambda: controller.address_of(MODEL) == worker.url, "the worker registers", 10)
    wait_until(worker.is_ready, "the worker knows that it is registered", 2)


def test_a_refresh_of_the_controller_disturbs_neither_stream_nor_service(
    openai, controller, worker, sandbox
):
    sandbox.script(answer("one two three four five six ", chunkChars=4, paceMs=100))

    texts = []
    for chunk in ask(openai, "count", stream=True):
        texts.append(chunk.choices[0].delta.content or "")
        openai.models.list()

    assert "".join(texts) == "one two three four five six "
    assert controller.address_of(MODEL) == worker.url


def test_a_worker_with_a_model_that_sees_is_listed_as_multimodal(controller, worker):
    assert VISION_MODEL in post(f"{controller.url}/list_multimodal_models")["models"]
    post(f"{controller.url}/refresh_all_workers")
    assert VISION_MODEL in post(f"{controller.url}/list_multimodal_models")["models"]


def test_the_controllers_own_status_sums_up_the_worker(controller, worker):
    status = post(f"{controller.url}/worker_get_status")

    assert (MODEL in status["model_names"], status["speed"]) == (True, 1)
    assert status["queue_length"] == 0
