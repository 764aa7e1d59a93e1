"""Chats, embeddings and the list of models as OpenAI's client meets them."""

import base64
import struct

import pytest
from openai import BadRequestError, NotFoundError

from door import ask
from support.chatting import assistant, system, user
from support.sandbox import answer
from support.stack import EMBEDDING_MODEL, GLM_MODEL, MODEL, VISION_MODEL

TURNS = [system("be brief"), user("你好"), assistant("hello"), user("and now?")]


def test_an_answer_comes_with_its_end_and_its_tokens(openai, sandbox, streamed):
    sandbox.script(answer("很好 👍 three"))
    counted = {"stream_options": {"include_usage": True}} if streamed else {}

    said = ask(openai, "hi", streamed, **counted)

    assert (said.text, said.finish, said.calls) == ("很好 👍 three", "stop", [])
    assert said.usage.total_tokens == said.usage.prompt_tokens + said.usage.completion_tokens > 0
    assert said.usage.prompt_tokens_details.cached_tokens == 0


def test_the_turns_reach_glm_in_their_roles(openai, sandbox, streamed):
    ask(openai, TURNS, streamed)

    [asked] = sandbox.chats()
    assert asked["messages"] == TURNS
    assert asked["model"] == GLM_MODEL


def test_a_developers_turn_is_a_system_turn_and_parts_are_joined(openai, sandbox):
    parts = [{"type": "text", "text": "one"}, {"type": "text", "text": "two"}]

    ask(openai, [{"role": "developer", "content": "be brief"}, user(parts)])

    turns = sandbox.last_messages()
    assert [turn["role"] for turn in turns] == ["system", "user"]
    said = turns[1]["content"]
    texts = said if isinstance(said, str) else "\n".join(part["text"] for part in said)
    assert texts.split() == ["one", "two"]


def test_the_model_goes_by_the_name_that_was_asked_for(openai, streamed):
    if streamed:
        assert {chunk.model for chunk in ask(openai, "hi", True).chunks} == {MODEL}
    else:
        made = openai.chat.completions.create(model=MODEL, messages=TURNS)
        assert (made.model, made.object) == (MODEL, "chat.completion")
        assert made.id and made.created > 0


def test_all_chunks_of_a_stream_belong_together(openai):
    chunks = ask(openai, "hi", True).chunks

    assert {chunk.object for chunk in chunks} == {"chat.completion.chunk"}
    assert len({(chunk.id, chunk.created) for chunk in chunks}) == 1
    assert chunks[0].choices[0].delta.role == "assistant"
    assert [chunk.choices[0].finish_reason for chunk in chunks[:-1]] == [None] * (len(chunks) - 1)


def test_tokens_are_told_in_a_stream_only_where_they_are_asked_for(openai):
    plain = ask(openai, "hi", True)
    counted = ask(openai, "hi", True, stream_options={"include_usage": True})

    assert plain.usage is None
    assert [bool(chunk.choices) for chunk in counted.chunks[-2:]] == [True, False]
    assert counted.chunks[-1].usage.total_tokens > 0


def test_reasoning_comes_beside_the_text(openai, sandbox, streamed):
    sandbox.script(answer("42", reasoning="let me think"))

    said = ask(openai, "hi", streamed)

    assert (said.text, said.reasoning) == ("42", "let me think")


def test_parameters_are_brought_into_glms_range_and_ours_are_not_passed(openai, sandbox):
    ask(
        openai,
        "hi",
        temperature=1.7,
        max_completion_tokens=77,
        stop=["END"],
        user="user-4711",
        seed=1,
        presence_penalty=0.5,
        parallel_tool_calls=True,
        store=False,
        metadata={"a": "b"},
        extra_body={"nobody_knows": 1},
    )

    [asked] = sandbox.chats()
    assert asked["max_tokens"] == 77
    assert asked["user_id"] == "user-4711"
    assert 0 < asked["temperature"] <= 1
    strangers = {"seed", "presence_penalty", "parallel_tool_calls", "store", "metadata", "user"}
    assert not strangers & asked.keys()
    assert "nobody_knows" not in asked


def test_a_stop_string_ends_the_answer_and_is_no_part_of_it(openai, sandbox, streamed):
    sandbox.script(answer("one END two"))

    said = ask(openai, "hi", streamed, stop="END")

    assert (said.text, said.finish) == ("one ", "stop")


def test_an_answer_that_reaches_its_limit_says_length(openai, sandbox, streamed):
    sandbox.script(answer("one two three four"))

    assert ask(openai, "hi", streamed, max_tokens=2).finish == "length"


@pytest.mark.parametrize("reason", ["sensitive", "content_filter"])
def test_an_answer_that_glm_censors_says_content_filter(openai, sandbox, streamed, reason):
    sandbox.script(answer("half", finishReason=reason))

    said = ask(openai, "hi", streamed)

    assert (said.text, said.finish) == ("half", "content_filter")


@pytest.mark.parametrize(
    ("wrong", "param"),
    [({"n": 2}, "n"), ({"logprobs": True}, "logprobs"), ({"tool_choice": "required"}, "tool_choice")],
)
def test_what_glm_cannot_do_is_refused_by_its_name(openai, sandbox, streamed, wrong, param):
    with pytest.raises(BadRequestError) as refused:
        ask(openai, "hi", streamed, **wrong)

    assert refused.value.param == param
    assert refused.value.body["message"].strip() != ""
    assert sandbox.begun() == 0


def test_a_picture_reaches_a_model_that_sees(openai, sandbox):
    url = f"data:image/png;base64,{base64.b64encode(b'not really a picture').decode()}"
    parts = [{"type": "text", "text": "what?"}, {"type": "image_url", "image_url": {"url": url}}]

    ask(openai, [user(parts)], model=VISION_MODEL)

    kinds = [part["type"] for part in sandbox.last_messages()[0]["content"]]
    assert sorted(kinds) == ["image_url", "text"]


@pytest.mark.parametrize("encoding", [None, "float", "base64"])
def test_embeddings_are_numbers_whatever_way_they_travel(openai, sandbox, encoding):
    more = {} if encoding is None else {"encoding_format": encoding}

    made = openai.embeddings.create(model=EMBEDDING_MODEL, input=["a", "b"], dimensions=256, **more)

    vectors = [one.embedding for one in made.data]
    if encoding == "base64":
        vectors = [struct.unpack("<256f", base64.b64decode(one)) for one in vectors]
    assert [one.index for one in made.data] == [0, 1]
    assert [len(one) for one in vectors] == [256, 256]
    assert all(abs(sum(x * x for x in one) - 1) < 1e-3 for one in vectors)
    assert made.usage.prompt_tokens > 0
    assert sandbox.calls()[-1]["body"]["dimensions"] == 256


def test_every_name_that_is_served_is_listed_and_can_be_looked_up(openai):
    names = [model.id for model in openai.models.list()]

    assert {MODEL, VISION_MODEL, EMBEDDING_MODEL} <= set(names)
    assert [openai.models.retrieve(name).id for name in names] == names
    assert {model.object for model in openai.models.list()} == {"model"}


def test_a_name_that_is_not_served_is_not_found(openai, streamed):
    with pytest.raises(NotFoundError) as refused:
        ask(openai, "hi", streamed, model="gpt-4o")
    with pytest.raises(NotFoundError):
        openai.models.retrieve("gpt-4o")

    assert refused.value.code == "model_not_found" or "gpt-4o" in refused.value.message


def test_other_paths_of_openai_are_not_found_in_its_own_form(openai):
    with pytest.raises(NotFoundError) as refused:
        openai.images.generate(prompt="a cat")

    assert refused.value.body["message"].strip() != ""
