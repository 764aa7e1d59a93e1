"""The list of models, as FastChat's API server shows it."""

import pytest
from openai import BadRequestError

from support.stack import EMBEDDING_MODEL, LONG_MODEL, MODEL, VISION_MODEL

ALL_MODELS = sorted([MODEL, LONG_MODEL, VISION_MODEL, EMBEDDING_MODEL])


def test_the_list_names_every_model_of_the_worker(openai):
    assert sorted(model.id for model in openai.models.list()) == ALL_MODELS


def test_asking_for_the_list_again_and_again_keeps_the_worker_in_service(openai, controller):
    for _ in range(3):
        openai.models.list()

    assert controller.models() == ALL_MODELS


def test_a_model_that_nobody_serves_is_refused_by_its_name(openai, sandbox):
    with pytest.raises(BadRequestError) as refused:
        openai.chat.completions.create(
            model="no-such-model", messages=[{"role": "user", "content": "hi"}]
        )

    assert refused.value.body["code"] == 40301
    assert "no-such-model" in refused.value.body["message"]
    assert sandbox.calls() == []
