"""The worker with its /v1, and the clients at it."""

import pytest

from door import Door, openai_client

pytest_plugins = ["support.session"]


@pytest.fixture(scope="session")
def door(sandbox):
    """The worker by itself: no controller, /v1 for whoever is on this machine."""
    started = Door(sandbox)
    yield started
    started.end()


@pytest.fixture
def openai(door):
    """OpenAI's client as people set it up, with the retries that it makes by itself."""
    with openai_client(door) as ready:
        yield ready


@pytest.fixture(params=[False, True], ids=["whole", "streamed"])
def streamed(request):
    """Both ways to ask."""
    return request.param
