"""The running stack as fixtures."""

import os

import pytest

from support.chatting import openai_client
from support.stack import ApiServer, Controller, Worker

pytest_plugins = ["support.session"]

# Another one may be tried; every run tells which it was.
SEED = int(os.environ.get("CONFORMANCE_SEED", "1"))


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


@pytest.fixture(scope="session")
def seed():
    """What random conversations are made from; told at the end of the run."""
    return SEED


def pytest_terminal_summary(terminalreporter):
    """Tells how to make the same random conversations again."""
    terminalreporter.write_line(f"random conversations: CONFORMANCE_SEED={SEED}")
