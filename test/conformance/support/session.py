"""What every suite of real callers needs of pytest: the sandbox, programs of a test, logs, counts."""

import json
import os
import shutil
import signal
from pathlib import Path

import pytest

from support import processes
from support.sandbox import Sandbox

# A proxy of this machine must not see loopback requests.
for name in [key for key in os.environ if key.lower().endswith("_proxy")]:
    del os.environ[name]

_LOG_LIMIT = 6000
_outcome = {"passed": 0, "failed": 0}


@pytest.fixture(scope="session")
def sandbox():
    """GLM's stand-in."""
    started = Sandbox()
    yield started
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


def pytest_sessionfinish():
    """Ends what a broken fixture left, and writes the counts."""
    for process in list(processes.running):
        process.kill()
    Path(os.environ["CONFORMANCE_COUNTS"]).write_text(json.dumps(_outcome))
