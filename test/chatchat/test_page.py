"""docs/migrating-from-chatglmworker*.md tells users to set what this suite runs with."""

import re

import pytest
import yaml

from chatchat.deployment import Deployment, base_settings, overlay_settings
from support.processes import PROJECT

PAGES = ["migrating-from-chatglmworker.md", "migrating-from-chatglmworker.zh.md"]
EACH_PAGE = pytest.mark.parametrize("page", PAGES)


def blocks(page):
    """The language and the text of each block of code, in their order."""
    text = (PROJECT / "docs" / page).read_text()
    return re.findall(r"^```(\w+)\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


@EACH_PAGE
def test_the_settings_of_the_page_are_those_of_the_overlay(page):
    [block] = [code for language, code in blocks(page) if language == "ini"]
    told = dict(line.split("=", 1) for line in block.split())

    expected = overlay_settings()
    del expected["DRAIN_TIMEOUT"]  # the default
    assert {name: told.pop(name) for name in expected} == expected
    assert set(told) == {"ZHIPUAI_API_KEY", "CONTROLLER_ADDRESS"}


@EACH_PAGE
def test_each_command_of_the_page_is_there_for_windows_too(page):
    languages = [language for language, _ in blocks(page) if language in ("sh", "powershell")]

    assert len(languages) >= 4
    assert languages == ["sh", "powershell"] * (len(languages) // 2)


@EACH_PAGE
def test_the_names_of_the_snippet_for_0_3_chat_and_embed(page, start, sandbox):
    [block] = [code for language, code in blocks(page) if language == "yaml"]
    [platform] = yaml.safe_load(block)["MODEL_PLATFORMS"]
    text = (PROJECT / "docs" / page).read_text()
    [names] = re.findall(r"MODEL_NAMES=(zhipu-api=[\w.-]+,[\w.,=-]+)`", text)
    deployment = start(Deployment, sandbox, {**base_settings(), "MODEL_NAMES": names})

    with deployment.openai() as client:
        listed = [model.id for model in client.models.list().data]
        for model in platform["llm_models"]:
            messages = [{"role": "user", "content": "hi"}]
            reply = client.chat.completions.create(model=model, messages=messages)
            assert reply.choices[0].finish_reason == "stop"
        for model in platform["embed_models"]:
            assert len(client.embeddings.create(model=model, input="hi").data) == 1

    assert listed == platform["llm_models"] + platform["embed_models"]
