"""Answers in JSON: by mode, by schema, and what becomes of those that are no JSON."""

import json

import pytest
from openai import APIError, BadRequestError
from pydantic import BaseModel

from door import ask
from support.chatting import system, user
from support.sandbox import answer

MODE = {"type": "json_object"}
SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "degrees": {"type": "integer"}},
    "required": ["city", "degrees"],
    "additionalProperties": False,
}
BY_SCHEMA = {"type": "json_schema", "json_schema": {"name": "weather", "schema": SCHEMA}}


class Weather(BaseModel):
    """The same schema as a model of pydantic."""

    city: str
    degrees: int


def test_json_mode_reaches_glm_and_the_answer_is_json(openai, sandbox, streamed):
    said = ask(openai, "hi, in JSON", streamed, response_format=MODE)

    assert sandbox.chats()[0]["response_format"] == MODE
    assert json.loads(said.text) == {"answer": "hi, in JSON"}


def test_a_schema_is_json_mode_with_an_instruction(openai, sandbox, streamed):
    said = ask(openai, "上海 21", streamed, response_format=BY_SCHEMA)

    [asked] = sandbox.chats()
    told = json.dumps(asked["messages"], ensure_ascii=False)
    assert asked["response_format"] == MODE
    assert all(word in told for word in ("city", "degrees", "上海 21"))
    assert json.loads(said.text) == {"city": "上海", "degrees": 21}


def test_a_schema_stands_beside_the_callers_own_system_turn(openai, sandbox):
    ask(openai, [system("be kind"), user("上海 21")], response_format=BY_SCHEMA)

    turns = sandbox.last_messages()
    assert turns[-1] == user("上海 21")
    assert any("be kind" in turn["content"] for turn in turns if turn["role"] == "system")


def test_the_clients_parse_gives_the_model(openai):
    made = openai.chat.completions.parse(
        model="zhipu-api", messages=[user("上海 21")], response_format=Weather
    )

    assert made.choices[0].message.parsed == Weather(city="上海", degrees=21)


@pytest.mark.parametrize("text", ["no JSON at all", '{"city": "half'])
def test_an_answer_by_schema_that_is_no_json_is_a_failure(openai, sandbox, streamed, text):
    sandbox.default(answer(text))

    with pytest.raises(APIError):
        ask(openai, "hi", streamed, response_format=BY_SCHEMA)


def test_plain_text_is_plain_text(openai, sandbox):
    said = ask(openai, "hi", response_format={"type": "text"})

    assert said.text.startswith("你好")


@pytest.mark.parametrize("wrong", [{"type": "yaml"}, {"type": "json_schema"}])
def test_a_format_that_nobody_knows_is_refused_by_its_name(openai, sandbox, wrong):
    with pytest.raises(BadRequestError) as refused:
        ask(openai, "hi", response_format=wrong)

    assert refused.value.param.startswith("response_format")
    assert sandbox.begun() == 0
