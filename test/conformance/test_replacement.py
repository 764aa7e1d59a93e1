"""Replicas that are replaced while callers ask: what is lost, and for how long."""

import time

import pytest

from support.load import Load
from support.processes import wait_until
from support.sandbox import answer
from support.stack import MODEL, ApiServer, Controller, Worker

TEXT = "one two three four five six seven eight nine ten "
CALLERS = 8
CALLERS = 12

# Regular beats as in a deployment: it is not they that move the traffic.
SETTINGS = {"FASTCHAT_WORKER_HEART_BEAT_INTERVAL": "45", "MODEL_NAMES": MODEL}


@pytest.fixture
def deployment(start, sandbox):
    """A controller with two replicas and an API server, of this test alone."""
    sandbox.default(answer(TEXT, chunkChars=5, paceMs=40))
    controller = start(Controller)
    replicas = [start(Worker, controller.url, sandbox, settings=SETTINGS) for _ in range(2)]
    return controller, start(ApiServer, controller), replicas


def served(worker):
    """How many chats a worker has answered, by its log."""
    return worker.log().count('"msg":"answered"')


def test_two_replicas_are_replaced_one_after_the_other_and_no_answer_is_lost(
    start, deployment, sandbox
):
    controller, api, replicas = deployment
    load = start(Load, api, CALLERS, TEXT)
    load = Load(api, CALLERS, TEXT)
    wait_until(lambda: load.count > 2 * CALLERS, "the load runs")
    rows = []
    for old in replicas:
        new = start(Worker, controller.url, sandbox, settings=SETTINGS)
        told = time.monotonic()
        old.signal()
        assert old.wait() == 0
        left = time.monotonic() - told
        wait_until(lambda: served(new) >= 2, "the new one answers")
        rows.append((left, time.monotonic() - told))
    count = load.count
    wait_until(lambda: load.count > count + 2 * CALLERS, "the load goes on")
    asked = load.stop()

    lost = [one.problem for one in asked if one.problem]
    print(rows, len(asked), lost)
    assert lost == []
