"""Chats as Chatchat's server has them: LangChain's chain over ChatOpenAI, and what its page then shows."""

import asyncio
import dataclasses

from langchain.callbacks import AsyncIteratorCallbackHandler
from langchain.chains import LLMChain
from langchain.chat_models import ChatOpenAI
from langchain.prompts.chat import ChatMessagePromptTemplate, ChatPromptTemplate

MODEL = "zhipu-api"

# One loop for all chats, as in a server: clients that LangChain leaves open close themselves on it.
_loop = asyncio.new_event_loop()

# The prompts of Chatchat's prompt_config.py, as far as their form matters.
CHAT = "{{ input }}"
KNOWLEDGE = (
    "<指令>根据已知信息，简洁和专业的来回答问题。</指令>\n"
    "<已知信息>{{ context }}</已知信息>\n"
    "<问题>{{ question }}</问题>\n"
)


def run(work):
    """Runs a coroutine to its end."""
    return _loop.run_until_complete(work)


@dataclasses.dataclass
class Shown:
    """What the page shows in the end, and what was swallowed on the way."""

    pieces: list
    error: Exception | None = None

    @property
    def text(self):
        """The whole bubble."""
        return "".join(self.pieces)


def chat_model(deployment, callbacks=(), temperature=0.7, max_tokens=None, streaming=True):
    """LangChain's client as Chatchat makes it: it streams, also for answers that are shown whole."""
    return ChatOpenAI(
        streaming=streaming,
        verbose=True,
        callbacks=list(callbacks),
        openai_api_key="EMPTY",
        openai_api_base=deployment.base_url,
        model_name=MODEL,
        temperature=temperature,
        max_tokens=max_tokens if max_tokens is None or max_tokens > 0 else None,
        openai_proxy=None,
        max_retries=0,
    )


def turn(role, text, raw=True):
    """One message of a prompt; `raw` keeps braces in what somebody has said before."""
    template = f"{{% raw %}}{text}{{% endraw %}}" if raw else text
    return ChatMessagePromptTemplate.from_template(template, "jinja2", role=role)


async def run_shown(handler, running):
    """Reads the handler to its end while `running` goes on, and keeps its error as Chatchat does."""
    errors = []

    async def finish():
        try:
            await running
        except Exception as error:  # Chatchat logs any and shows none
            errors.append(error)
        finally:
            handler.done.set()

    task = asyncio.create_task(finish())
    pieces = [piece async for piece in handler.aiter()]
    await task
    return Shown(pieces, errors[0] if errors else None)


def show(deployment, template, inputs, history=(), **options):
    """One answer of `template` filled with `inputs`, after the turns of `history`."""

    async def shown():
        handler = AsyncIteratorCallbackHandler()
        prompt = [turn(role, text) for role, text in history] + [turn("user", template, raw=False)]
        model = chat_model(deployment, callbacks=[handler], **options)
        chain = LLMChain(prompt=ChatPromptTemplate.from_messages(prompt), llm=model)
        return await run_shown(handler, chain.acall(inputs))

    return run(shown())


def show_chat(deployment, question, **options):
    """What "LLM 对话" shows."""
    return show(deployment, CHAT, {"input": question}, **options)


def knowledge_prompt(context, question):
    """The message that GLM has to get for a question about a document."""
    filled = KNOWLEDGE.replace("{{ context }}", context).replace("{{ question }}", question)
    # Jinja drops the line break at the end of a template.
    return filled.removesuffix("\n")


def show_knowledge(deployment, context, question, **options):
    """What "知识库问答" shows for a question about a document."""
    return show(deployment, KNOWLEDGE, {"context": context, "question": question}, **options)
