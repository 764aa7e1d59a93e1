"""Chatchat's agents, with a stub for their tool and scripted answers of GLM."""

import re

import pytest

from chatchat.agents import react, show_agent, structured
from support.chatting import system, user
from support.sandbox import answer
from support.stack import DEFAULT_SYSTEM

QUESTION = "2+2 等于几？"

# What GLM writes for a tool and for the end, in the form of each agent. The ReAct one goes on and
# makes up what its tool has said, as models do.
CALLS = {
    structured: "calculate\n```python\ntool_call(question='2+2')\n```",
    react: "I should calculate.\nAction: calculate\nAction Input: 2+2\nObservation: 5\nThought: so",
}
ENDS = {structured: "等于 4。", react: "I know it.\nFinal Answer: 等于 4。"}
BOTH = pytest.mark.parametrize("agent", [structured, react], ids=["structured", "react"])


@BOTH
def test_an_agent_that_needs_no_tool_shows_its_answer(chatchat, sandbox, calculator, agent):
    sandbox.script(answer(ENDS[agent], chunkChars=3))

    assert show_agent(agent, chatchat, QUESTION, [calculator.tool]) == "等于 4。"
    assert calculator.asked == []


@BOTH
def test_an_agent_runs_its_tool_and_shows_what_follows(chatchat, sandbox, calculator, agent):
    sandbox.script(answer(CALLS[agent], chunkChars=5), answer(ENDS[agent]))

    assert show_agent(agent, chatchat, QUESTION, [calculator.tool]) == "等于 4。"

    assert calculator.asked == ["2+2"]
    _, second = sandbox.chats()
    done = second["messages"][-1]["content"].split(QUESTION)[1]
    assert re.findall(r"Observation: ?(\d)", done) == ["4"]


def test_the_one_system_message_of_the_structured_agent_is_a_user_message_for_glm(
    chatchat, sandbox, calculator
):
    sandbox.script(answer(ENDS[structured]))

    show_agent(structured, chatchat, QUESTION, [calculator.tool])

    [message] = sandbox.last_messages()
    assert message["role"] == "user"
    assert message["content"].startswith("Respond to the human.")
    assert message["content"].endswith(f"Question: {QUESTION}\n\nThought: ")


def test_the_react_prompt_is_the_turn_of_a_user(chatchat, sandbox, calculator):
    sandbox.script(answer(ENDS[react]))

    show_agent(react, chatchat, QUESTION, [calculator.tool])

    first, second = sandbox.last_messages()
    assert first == system(DEFAULT_SYSTEM)
    assert second["role"] == "user"
    assert f"Question: {QUESTION}" in second["content"]


@pytest.mark.parametrize("stream", [False, True])
def test_a_single_system_message_by_openais_client_is_answered(chatchat, sandbox, stream):
    sandbox.script(answer("yes"))

    reply = chatchat.openai().chat.completions.create(
        model="zhipu-api", messages=[system("Question: 2+2?\nThought:")], stream=stream
    )

    if stream:
        text = "".join(chunk.choices[0].delta.content or "" for chunk in reply)
    else:
        text = reply.choices[0].message.content
    assert text == "yes"
    assert sandbox.last_messages() == [user("Question: 2+2?\nThought:")]
