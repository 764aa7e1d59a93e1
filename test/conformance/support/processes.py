"""Starts the processes under test, keeps their logs and never leaves one behind."""

import os
import random
import signal
import socket
import subprocess
import time
from pathlib import Path

HOME = Path(os.environ["CONFORMANCE_HOME"])
PROJECT = HOME.parent

# Below the range from which the system takes ports for outgoing connections, so that no
# connection of a test can sit on a port between its choice and its use.
_PORTS = range(20000, 32000)

# All that a program needs from outside: no proxy, no key and no setting of the caller.
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH")

running = []


def free_port():
    """A loopback port nobody listens on."""
    for port in random.SystemRandom().sample(_PORTS, 200):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no free loopback port found")


def wait_until(question, what, seconds=20.0, every=0.05):
    """Asks again and again until the answer is true and returns it; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s in vain: {what}")
        time.sleep(every)


class Process:
    """One child process with its log file; `name` says in reports which one it is."""

    def __init__(self, name, command, settings):
        logs = HOME / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        self.name = f"{name}-{len(list(logs.glob(f'{name}-*.log'))) + 1}"
        self.log_file = logs / f"{self.name}.log"
        self.output_file = logs / f"{self.name}.out"
        kept = {k: v for k, v in os.environ.items() if k in _KEPT}
        with self.log_file.open("wb") as log, self.output_file.open("wb") as output:
            self._child = subprocess.Popen(
                command,
                cwd=logs,
                env={**kept, "LOGDIR": str(logs), **settings},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=log,
            )
        running.append(self)

    @property
    def exit_code(self):
        """The exit code, None while it runs."""
        return self._child.poll()

    def output(self):
        """What it has printed on standard output."""
        return self.output_file.read_text()

    def log(self, start=0):
        """What it has printed on standard error, from byte `start` on."""
        return self.log_file.read_bytes()[start:].decode(errors="replace")

    def wait_ready(self, ready, seconds=40.0):
        """Waits for `ready`, and fails at once with the log if the process ends before."""

        def asked():
            if self.exit_code is not None:
                raise AssertionError(f"{self.name} ended with {self.exit_code}:\n{self.log()}")
            return ready()

        wait_until(asked, f"{self.name} is ready", seconds)

    def signal(self, number=signal.SIGTERM):
        """Sends a signal and does not wait."""
        self._child.send_signal(number)

    def wait(self, seconds=20.0):
        """Waits for the end and gives the exit code."""
        return self._child.wait(seconds)

    def end(self):
        """Ends the process if it still runs: politely, then for good."""
        if self.exit_code is None:
            self.signal()
            try:
                self.wait(5)
            except subprocess.TimeoutExpired:
                self.kill()
        self._forget()

    def kill(self):
        """Ends the process as a crash would."""
        self._child.kill()
        self._child.wait()
        self._forget()

    def _forget(self):
        if self in running:
            running.remove(self)
