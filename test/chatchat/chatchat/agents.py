"""Chatchat's two agents: the structured one that it takes for zhipu-api, and the ReAct one."""

from langchain.agents import AgentExecutor, AgentOutputParser, LLMSingleActionAgent, Tool
from langchain.agents.agent import Agent
from langchain.chains import LLMChain
from langchain.memory import ConversationBufferWindowMemory
from langchain.prompts import StringPromptTemplate
from langchain.prompts.chat import ChatPromptTemplate, SystemMessagePromptTemplate
from langchain.schema import AgentAction, AgentFinish

from chatchat.chatting import chat_model, run

# The prompts of Chatchat's prompt_config.py, as far as their form matters.
STRUCTURED = (
    "Respond to the human. You have access to the following tools:\n{tools}\n"
    'Valid "action" values: "Final Answer" or [{tool_names}]\n'
    "```\n{{\n  \"action\": $TOOL_NAME\n}}\n```\n"
    "history: None\n\nQuestion: {input}\n\nThought: {agent_scratchpad}"
)
REACT = (
    "Answer the following questions as best you can. Tools:\n{tools}\n"
    "Action: the action to take, should be one of [{tool_names}]\n"
    "Action Input: the input to the action\nObservation: the result of the action\n"
    "Begin!\n\nhistory: {history}\n\nQuestion: {input}\n\nThought: {agent_scratchpad}\n"
)
STRUCTURED_STOP = "<|observation|>"
REACT_STOPS = ["\nObservation:", "Observation"]


class StructuredParser(AgentOutputParser):
    """Reads `name … tool_call(field='value')` as a call of that tool, and all else as the answer."""

    def parse(self, text):
        text = text.split(STRUCTURED_STOP, 1)[0]
        if "tool_call" not in text:
            return AgentFinish({"output": text}, text)
        argument = text.split("(", 1)[1].rsplit(")", 1)[0].split("=", 1)[1].strip("'\"")
        return AgentAction(text.split("```", 1)[0].strip(), argument, text)


class StructuredAgent(Agent):
    """The agent whose whole prompt, question included, is one system message."""

    @property
    def observation_prefix(self):
        return "Observation:"

    @property
    def llm_prefix(self):
        return "Thought:"

    @property
    def _stop(self):
        return [STRUCTURED_STOP]

    @classmethod
    def _get_default_output_parser(cls, **_):
        return StructuredParser()

    @classmethod
    def create_prompt(cls, tools, **_):
        described = STRUCTURED.replace("{tools}", describe(tools)).replace(
            "{tool_names}", ", ".join(tool.name for tool in tools)
        )
        return ChatPromptTemplate.from_messages(
            [SystemMessagePromptTemplate.from_template(described)]
        )


class ReactPrompt(StringPromptTemplate):
    """The prompt with what the agent has done so far behind its last thought."""

    tools: list

    def format(self, **values):
        steps = values.pop("intermediate_steps")
        done = "".join(f"{action.log}\nObservation: {seen}\nThought: " for action, seen in steps)
        names = ", ".join(tool.name for tool in self.tools)
        described = {"tools": describe(self.tools), "tool_names": names}
        return REACT.format(agent_scratchpad=done, **described, **values)


class ReactParser(AgentOutputParser):
    """Reads `Action:` and `Action Input:`, or `Final Answer:`."""

    def parse(self, text):
        if "Final Answer:" in text:
            return AgentFinish({"output": text.split("Final Answer:", 1)[1].strip()}, text)
        if "Action:" not in text:
            return AgentFinish({"output": text}, text)
        action, given = text.split("Action:", 1)[1].split("Action Input:", 1)
        return AgentAction(action.strip(), given.strip().strip('"'), text)


def describe(tools):
    """The tools as the prompts list them."""
    return "\n".join(f"{tool.name}: {tool.description}" for tool in tools)


class Calculator:
    """A tool that answers every question with 4 and remembers what it was asked."""

    def __init__(self):
        self.asked = []
        self.tool = Tool.from_function(
            func=self._run, name="calculate", description="simple calculations"
        )

    def _run(self, question):
        self.asked.append(question)
        return "4"


def structured(model, tools, memory):
    """The executor that Chatchat takes for models with `zhipu-api` in their name."""
    chain = LLMChain(llm=model, prompt=StructuredAgent.create_prompt(tools))
    names = [tool.name for tool in tools]
    agent = StructuredAgent(llm_chain=chain, allowed_tools=names, output_parser=StructuredParser())
    return AgentExecutor.from_agent_and_tools(agent=agent, tools=tools, memory=memory)


def react(model, tools, memory):
    """The executor that Chatchat takes for all other models."""
    variables = ["input", "intermediate_steps", "history"]
    agent = LLMSingleActionAgent(
        llm_chain=LLMChain(llm=model, prompt=ReactPrompt(tools=tools, input_variables=variables)),
        output_parser=ReactParser(),
        stop=REACT_STOPS,
        allowed_tools=[tool.name for tool in tools],
    )
    return AgentExecutor.from_agent_and_tools(agent=agent, tools=tools, memory=memory)


def show_agent(kind, deployment, question, tools):
    """What "自定义Agent问答" shows as the final answer of an agent."""

    async def answered():
        model = chat_model(deployment)
        executor = kind(model, tools, ConversationBufferWindowMemory(k=6))
        return (await executor.acall(question))["output"]

    return run(answered())
