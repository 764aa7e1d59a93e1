"""The deployments that the tests share."""

import pytest

from chatchat.agents import Calculator
from chatchat.deployment import Deployment, base_settings, overlay_settings, write_token_table

pytest_plugins = ["support.session"]


@pytest.fixture(scope="session")
def chatchat(sandbox):
    """The worker as docker/compose.chatchat.yml sets it up."""
    started = Deployment(sandbox, overlay_settings())
    yield started
    started.end()


@pytest.fixture(scope="session")
def without_overlay(sandbox):
    """The same name with the worker's own defaults, to show what the overlay is for."""
    names = overlay_settings()["MODEL_NAMES"]
    started = Deployment(sandbox, {**base_settings(), "MODEL_NAMES": names})
    yield started
    started.end()


@pytest.fixture(scope="session")
def embeddings(sandbox):
    """The second set of servers, which serves the name that Chatchat embeds with."""
    write_token_table()
    names = "text-embedding-ada-002=embedding-3"
    started = Deployment(sandbox, {**base_settings(), "MODEL_NAMES": names})
    yield started
    started.end()


@pytest.fixture
def calculator():
    """A tool for an agent."""
    return Calculator()
