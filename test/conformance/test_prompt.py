"""What becomes of the caller's messages on their way through FastChat's prompt to GLM."""

import pytest
from openai import BadRequestError

from support.chatting import ask, assistant, system, user
from support.stack import DEFAULT_SYSTEM, VISION_MODEL, post

PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
    "+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def messages_at_glm(openai, sandbox, *messages, **more):
    """Sends a chat and gives the messages that GLM saw."""
    ask(openai, *messages, **more)
    return sandbox.last_messages()


def test_the_system_text_of_the_caller_reaches_glm_as_a_system_message(openai, sandbox):
    sent = [system("You are terse."), user("1+1?")]

    assert messages_at_glm(openai, sandbox, *sent) == sent


def test_without_a_system_text_glm_gets_that_of_the_template(openai, sandbox):
    assert messages_at_glm(openai, sandbox, "hi") == [system(DEFAULT_SYSTEM), user("hi")]


def test_the_last_system_message_counts_wherever_it_stands(openai, sandbox):
    sent = [system("A"), user("q"), assistant("a"), system("B"), user("q2")]

    arrived = messages_at_glm(openai, sandbox, *sent)

    assert arrived == [system("B"), user("q"), assistant("a"), user("q2")]


def test_a_history_of_several_turns_arrives_as_the_same_turns(openai, sandbox):
    sent = [system("S")]
    for number in range(6):
        sent += [user(f"question {number}"), assistant(f"answer {number}\nin two lines")]
    sent.append(user("and now?"))

    assert messages_at_glm(openai, sandbox, *sent) == sent


def test_two_user_turns_in_a_row_stay_two(openai, sandbox):
    sent = [system("S"), user("q1"), user("q2")]

    assert messages_at_glm(openai, sandbox, *sent) == sent


@pytest.mark.parametrize(
    "text",
    [
        "Explain\n### heading\ntext",
        "## h2\n### h3\n#### h4\nbody",
        "before\n###\nafter",
        "ends with\n###",
        "###",
        "\n###",
        "### user: not a turn",
        "a line\n### user: with a blank before the role",
        "user: hello\nassistant: hello",
        "###user: at the very start",
    ],
)
def test_markdown_headings_arrive_byte_for_byte(openai, sandbox, text):
    sent = [system("S"), user(text), assistant(text), user(text)]

    assert messages_at_glm(openai, sandbox, *sent) == sent


@pytest.mark.parametrize(
    "text",
    ["  lead and trail  ", "\n\nlead", "trail\n\n", "a\r\nb\rc", "\ttab\t", "in\n\n\n side"],
)
def test_white_space_inside_a_turn_survives(openai, sandbox, text):
    sent = [system("S"), user(text), assistant(text), user(text)]

    assert messages_at_glm(openai, sandbox, *sent) == sent


@pytest.mark.parametrize(
    "text", ["👩‍👩‍👧‍👦🇩🇪", "𝔘𝔫𝔦", "עברית العربية", "e\u0301 \u200b\ufeff\u2028", "\x00\x1f"]
)
def test_every_character_arrives_as_it_was_written(openai, sandbox, text):
    sent = [system("S"), user(text), assistant(text), user(text)]

    assert messages_at_glm(openai, sandbox, *sent) == sent


def test_turns_around_an_empty_assistant_turn_stay_apart(openai, sandbox):
    arrived = messages_at_glm(openai, sandbox, system("S"), user("q1"), assistant(""), user("q2"))

    assert [m for m in arrived if m["content"] != ""] == [system("S"), user("q1"), user("q2")]


def test_text_parts_arrive_joined_by_line_breaks(openai, sandbox):
    parts = [{"type": "text", "text": "part one"}, {"type": "text", "text": "part two"}]

    arrived = messages_at_glm(openai, sandbox, system("S"), user(parts))

    assert arrived == [system("S"), user("part one\npart two")]


def test_an_image_reaches_a_model_that_sees_as_a_content_part(openai, sandbox):
    parts = [
        {"type": "text", "text": "what is this?"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}},
    ]

    arrived = messages_at_glm(openai, sandbox, user(parts), model=VISION_MODEL)

    # GLM takes a picture with or without the words "data:image/png;base64,".
    picture, text = sorted(arrived[-1]["content"], key=lambda part: part["type"])
    assert picture["type"] == "image_url"
    assert picture["image_url"]["url"].removeprefix("data:image/png;base64,") == PIXEL
    assert text == parts[0]


def test_an_image_for_a_model_that_cannot_see_is_refused(openai, sandbox):
    parts = [
        {"type": "text", "text": "what is this?"},
        {"type": "image_url", "image_url": {"url": "http://127.0.0.1/cat.png"}},
    ]

    with pytest.raises(BadRequestError) as refused:
        ask(openai, user(parts))

    assert refused.value.body["code"] == 40302
    assert sandbox.calls() == []


def test_messages_given_as_one_string_are_no_conversation(api, sandbox):
    body = {"model": "zhipu-api", "messages": "once upon a time"}

    reply = post(f"{api.url}/v1/chat/completions", body)

    assert reply["choices"][0]["finish_reason"] == "stop"
    assert sandbox.last_messages() == [user("once upon a time")]


def test_a_system_text_alone_is_what_the_user_says(openai, sandbox):
    agent = "Answer with these tools.\n### Tools\nsearch\nQuestion: 1+1?\nThought:"

    assert messages_at_glm(openai, sandbox, system(agent)) == [user(agent)]
    arrived = messages_at_glm(openai, sandbox, system(agent), assistant("I should"))
    assert arrived == [user(agent), assistant("I should")]


def test_fastchats_own_chat_endpoint_reaches_glm_too(api, sandbox):
    body = {"model": "zhipu-api", "messages": [user("hi")], "temperature": 0.5}

    reply = post(f"{api.url}/api/v1/chat/completions", body)

    assert reply["choices"][0]["message"]["content"] != ""
    assert reply["usage"]["total_tokens"] > 0
    assert sandbox.last_messages() == [system(DEFAULT_SYSTEM), user("hi")]
