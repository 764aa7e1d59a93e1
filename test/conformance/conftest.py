"""The running stack as fixtures, the logs of a failed test, and the counts for run.mjs."""

import json
import os
import shutil
import signal
from pathlib import Path

import pytest

from support import processes
from support.chatting import openai_client
from support.sandbox import Sandbox
from support.stack import ApiServer, Controller, Worker

# A proxy of this machine must not see loopback requests.
for name in [key for key in os.environ if key.lower().endswith("_proxy")]:
    del os.environ[name]

# Another one may be tried; every run tells which it was.
SEED = int(os.environ.get("CONFORMANCE_SEED", "1"))

_LOG_LIMIT = 6000
_outcome = {"passed": 0, "failed": 0}


@pytest.fixture(scope="session")
def sandbox():
    """GLM's stand-in."""
    started = Sandbox()
    yield started
    started.end()


@pytest.fixture(scope="session")
def controller():
    """FastChat's controller."""
    started = Controller()
    yield started
    started.end()


@pytest.fixture(scope="session")
def worker(controller, sandbox):
    """Our worker, registered."""
    started = Worker(controller.url, sandbox)
    yield started
    started.end()


@pytest.fixture(scope="session")
def api(controller, worker):
    """FastChat's OpenAI API server in front of the worker."""
    started = ApiServer(controller)
    yield started
    started.end()


@pytest.fixture
def openai(api):
    """OpenAI's client at the API server."""
    with openai_client(api) as ready:
        yield ready


@pytest.fixture(scope="module")
def own_controller():
    """A controller for the tests of one file, whose workers come and go."""
    started = Controller()
    yield started
    started.end()


@pytest.fixture(scope="module")
def own_openai(own_controller):
    """OpenAI's client at an API server of that controller."""
    started = ApiServer(own_controller)
    with openai_client(started) as ready:
        yield ready
    started.end()


@pytest.fixture
def start():
    """Starts programs for one test: `start(Controller)`; all are ended with the test."""
    started = []

    def begin(program, *args, **settings):
        started.append(program(*args, **settings))
        return started[-1]

    yield begin
    for program in reversed(started):
        program.end()


@pytest.fixture(autouse=True)
def fresh_sandbox(request):
    """Lets no test see what another one scripted or asked."""
    if "sandbox" in request.fixturenames:
        request.getfixturevalue("sandbox").reset()


@pytest.fixture(scope="session")
def seed():
    """What random conversations are made from; told at the end of the run."""
    return SEED


def pytest_sessionstart():
    """Begins with empty logs, and lets SIGTERM end the run as Ctrl-C does: with all fixtures."""
    shutil.rmtree(processes.HOME / "logs", ignore_errors=True)
    signal.signal(signal.SIGTERM, signal.getsignal(signal.SIGINT))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item):
    """Remembers where each log stood when the test began."""
    item.stash[_log_starts] = {p.name: p.log_file.stat().st_size for p in processes.running}
    yield


_log_starts = pytest.StashKey()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """Attaches what the processes logged during a test that failed."""
    result = yield
    report = result.get_result()
    if report.failed:
        starts = item.stash[_log_starts]
        for process in processes.running:
            log = process.log(starts.get(process.name, 0))
            if log.strip():
                report.sections.append((f"log of {process.name}", log[-_LOG_LIMIT:]))


def pytest_runtest_logreport(report):
    """Counts each test once; a test that did not run or broke its clean-up counts as failed."""
    if report.failed or report.skipped:
        _outcome["failed"] += 1
    elif report.when == "call":
        _outcome["passed"] += 1


def pytest_collectreport(report):
    """Counts a test file that cannot be read."""
    if report.failed or report.skipped:
        _outcome["failed"] += 1


def pytest_terminal_summary(terminalreporter):
    """Tells how to make the same random conversations again."""
    terminalreporter.write_line(f"random conversations: CONFORMANCE_SEED={SEED}")


def pytest_sessionfinish():
    """Ends what a broken fixture left, and writes the counts."""
    for process in list(processes.running):
        process.kill()
    Path(os.environ["CONFORMANCE_COUNTS"]).write_text(json.dumps(_outcome))
