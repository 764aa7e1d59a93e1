"""Replicas that are replaced while callers ask: what is lost, and for how long."""

import time

import pytest

from support.load import Load
from support.processes import wait_until
from support.sandbox import answer
from support.stack import MODEL, ApiServer, Controller, Worker, post

TEXT = "one two three four five six seven eight nine ten "
CALLERS = 8

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
    wait_until(lambda: load.count > 2 * CALLERS, "the load runs", 60)
    for old in replicas:
        new = start(Worker, controller.url, sandbox, settings=SETTINGS)
        told = time.monotonic()
        old.signal()
        goodbye = f"Register an existing worker: {old.url}"
        wait_until(lambda: goodbye in controller.log(), "it leaves")
        moved = time.monotonic() - told
        assert old.wait() == 0
        print(f"traffic moved after {moved:.2f} s, process gone after {time.monotonic() - told:.2f} s")
        assert moved < 1
        wait_until(lambda: served(new) >= 2, "the new one answers", 60)
    asked = load.stop()

    print(f"{len(asked)} answers")
    assert [one.problem for one in asked if one.problem] == []


def test_a_replica_that_is_killed_takes_what_it_runs_and_its_share_until_a_refresh(
    start, deployment
):
    controller, api, replicas = deployment
    load = start(Load, api, CALLERS, TEXT)
    wait_until(lambda: load.count > 2 * CALLERS, "the load runs", 60)
    killed = time.monotonic()
    replicas[0].kill()
    count = load.count
    wait_until(lambda: load.count > count + 4 * CALLERS, "the load goes on", 60)
    # What any GET of /v1/models does, and the controller itself 90 to 180 s after the last beat.
    post(f"{controller.url}/refresh_all_workers")
    refreshed = time.monotonic()
    count = load.count
    wait_until(lambda: load.count > count + 4 * CALLERS, "the load goes on", 60)
    asked = load.stop()

    lost = [one for one in asked if one.problem]
    cut = [one for one in lost if one.began < killed]
    print(
        f"{len(lost)} of {len(asked)} answers lost, {len(cut)} of them had begun;"
        f" the last one {lost[-1].ended - killed:.1f} s after the kill,"
        f" the refresh came after {refreshed - killed:.1f} s"
    )
    assert 0 < len(cut) <= CALLERS
    # Whoever had asked the controller before the refresh may still fail after it.
    assert [one for one in lost if one.began > refreshed] == []
