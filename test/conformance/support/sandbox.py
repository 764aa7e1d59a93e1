"""The controls of the sandbox: what GLM answers next, and what it was asked."""

from support.stack import client, start_sandbox_process


def answer(text, **more):
    """A scenario: GLM answers `text`."""
    return {"kind": "chat", "text": text, **more}


def calling(*calls, **more):
    """A scenario: GLM calls tools, each given as `(name, arguments)`."""
    asked = [{"name": name, "arguments": arguments} for name, arguments in calls]
    return {"kind": "chat", "toolCalls": asked, **more}


def refusal(code, status, **more):
    """A scenario: GLM refuses with its business code."""
    return {"kind": "error", "code": code, "status": status, **more}


def fault(name, **more):
    """A scenario: the answer breaks in one of the sandbox's ways."""
    return {"kind": "fault", "fault": name, **more}


# Goes on for minutes; a test that asks for it leaves amid the answer.
ENDLESS = answer("tick ", repeat=5000, paceMs=50)


class Sandbox:
    """A running sandbox."""

    def __init__(self):
        self._process, ready = start_sandbox_process()
        self.glm = ready["glm"]
        self.api_key = ready["apiKey"]
        self._control = ready["control"]

    def reset(self):
        """Forgets scenarios, calls and ledger."""
        self._post("reset", None)

    def script(self, *scenarios):
        """Says what the next requests meet, in this order."""
        self._post("script", list(scenarios))

    def default(self, scenario):
        """Says what every request meets that no script is left for."""
        self._post("default", scenario)

    def calls(self):
        """What GLM was asked since the reset, but its list of models: a worker asks for that at its start."""
        return [call for call in self._get("calls") if call["method"] != "GET"]

    def chats(self):
        """The bodies of the chat requests, oldest first."""
        return [c["body"] for c in self.calls() if c["path"].endswith("/chat/completions")]

    def last_messages(self):
        """The messages of the newest chat request."""
        return self.chats()[-1]["messages"]

    def begun(self):
        """How many requests GLM got since the reset."""
        return len(self.calls())

    def all_cancelled(self):
        """Whether every request GLM got since the reset was given up by the worker."""
        return {call["outcome"] for call in self.calls()} == {"cancelled"}

    def end(self):
        """Ends the process."""
        self._process.end()

    def _get(self, what):
        response = client.get(f"{self._control}/{what}")
        response.raise_for_status()
        return response.json()

    def _post(self, what, body):
        client.post(f"{self._control}/{what}", json=body).raise_for_status()
