"""What Chatchat's page shows when GLM refuses or breaks off."""

import openai
import pytest

from chatchat.agents import react, show_agent, structured
from chatchat.chatting import show_chat
from support.chatting import ask
from support.sandbox import answer, fault, refusal

UPSTREAM_WORDS = "account 12345 of key sandbox.local-demo-secret"

ACCOUNT = "模型服务的密钥或账户有问题，请联系管理员。"
# GLM's code, its HTTP status, how the sentence begins.
REFUSALS = {
    "arrears": ("1113", 429, "模型服务的额度已用完"),
    "refused key": ("1000", 401, ACCOUNT),
    "blocked content": ("1301", 400, "内容未通过 GLM 的安全审核"),
    "too long": ("1261", 400, "对话超出模型的上下文长度"),
}
EVERY_REFUSAL = pytest.mark.parametrize(
    ("code", "status", "sentence"), REFUSALS.values(), ids=REFUSALS.keys()
)


@EVERY_REFUSAL
def test_a_refusal_is_shown_as_a_sentence(chatchat, sandbox, code, status, sentence):
    sandbox.default(refusal(code, status, message=UPSTREAM_WORDS))

    shown = show_chat(chatchat, "hi")

    assert shown.error is None
    assert shown.text.startswith(sentence)
    assert "sandbox" not in shown.text


@EVERY_REFUSAL
def test_without_errors_as_text_nothing_is_shown(without_overlay, sandbox, code, status, sentence):
    sandbox.default(refusal(code, status, message=UPSTREAM_WORDS))

    shown = show_chat(without_overlay, "hi")

    assert shown.text == ""
    assert isinstance(shown.error, openai.APIError)
    assert shown.error.body["message"].startswith(sentence)


@EVERY_REFUSAL
def test_a_chat_that_is_not_streamed_fails_with_the_same_sentence(
    chatchat, sandbox, code, status, sentence
):
    sandbox.default(refusal(code, status, message=UPSTREAM_WORDS))

    with chatchat.openai() as client, pytest.raises(openai.BadRequestError) as refused:
        ask(client, "hi")

    told = refused.value.body["message"]
    assert told.startswith(sentence)
    assert show_chat(chatchat, "hi").text == told


def test_an_answer_that_breaks_off_ends_with_the_reason(chatchat, sandbox):
    sandbox.default(fault("reset-mid-event", text="the first half of it, then nothing", after=3))

    shown = show_chat(chatchat, "hi")

    assert shown.error is None
    begin, reason = shown.text.split("回答因上游故障而中断")
    assert "the first half of it, then nothing".startswith(begin.strip())
    assert begin.strip() != ""
    assert "interrupted" in reason


def test_an_answer_that_is_blocked_half_way_does_not_look_complete(chatchat, sandbox):
    sandbox.default(answer("half of an answer", finishReason="sensitive"))

    shown = show_chat(chatchat, "hi")

    assert shown.error is None
    assert shown.text.startswith("half of an answer")
    assert REFUSALS["blocked content"][2] in shown.text


@pytest.mark.parametrize("agent", [structured, react], ids=["structured", "react"])
def test_an_agent_shows_the_sentence_as_its_answer(chatchat, sandbox, calculator, agent):
    sandbox.default(refusal("1113", 429))

    shown = show_agent(agent, chatchat, "hi", [calculator.tool])

    assert REFUSALS["arrears"][2] in shown


def test_after_an_error_the_next_chat_is_answered(chatchat, sandbox):
    sandbox.script(refusal("1301", 400), answer("fine"))

    assert show_chat(chatchat, "a").text != "fine"
    assert show_chat(chatchat, "b").text == "fine"


def test_what_fastchat_refuses_by_itself_is_not_shown(chatchat, sandbox):
    shown = show_chat(chatchat, "天" * 700_000)

    assert shown.text == ""
    assert "maximum context length" in str(shown.error)
    assert sandbox.chats() == []
