"""Tasks under test: as processes, which can be killed, or as threads, which start at once."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from connect.task.assignment import TaskAssignment
from connect.task.control import Control
from connect.task.events import Events
from connect.task.loading import load
from connect.task.metrics import Metrics
from connect.task.parts import TaskParts
from connect.task.run_sink import SinkRun
from connect.task.run_source import SourceRun
from tests.connect.harness import OpenEgress
from tests.node.harness import wait_until

ROOT = Path(__file__).parents[3]


class Heard:
    """What a task has said."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def hear(self, lines: Iterable[bytes]) -> None:
        for line in lines:
            self.events.append(json.loads(line))

    def states(self) -> list[str]:
        return [each["state"] for each in self.events if each["event"] == "state"]

    def trace(self) -> str:
        return next(each["trace"] for each in self.events if each.get("state") == "FAILED")

    def logs(self) -> str:
        return "\n".join(each["message"] for each in self.events if each["event"] == "log")

    def wait_for(self, state: str) -> None:
        wait_until(lambda: {state, "FAILED"} & set(self.states()), state)
        assert state in self.states(), self.events


class TaskProcess(Heard):
    """``python -m connect.task`` with the tests' connectors."""

    def __init__(self, document: dict[str, Any], *arguments: str, **environment: str) -> None:
        super().__init__()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.connect.task.program", *arguments],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self.say(document)
        self._reader = threading.Thread(target=self.hear, args=(self.process.stdout,), daemon=True)
        self._reader.start()

    def say(self, document: dict[str, Any]) -> None:
        self.process.stdin.write(json.dumps(document).encode() + b"\n")
        self.process.stdin.flush()

    def ended(self, seconds: float = 60) -> int:
        """Its exit code, once all that it said is heard."""
        code = self.process.wait(seconds)
        self._reader.join(60)
        self.process.stdin.close()
        self.process.stdout.close()
        return code

    def stop(self) -> int:
        self.say({"do": "stop"})
        return self.ended()


class TaskThread(Heard):
    """The same without a process of its own."""

    def __init__(self, document: dict[str, Any]) -> None:
        super().__init__()
        reading, writing = os.pipe()
        self.control = Control(paused=document.get("initial_state") == "PAUSED")
        self.metrics = Metrics()
        self._events = Events(writing)
        self._writing = writing
        self._reader = threading.Thread(target=self.hear, args=(os.fdopen(reading, "rb"),))
        self._reader.start()
        assignment = TaskAssignment.of(json.dumps(document))
        self._thread = threading.Thread(target=self._run, args=(assignment,))
        self._thread.start()

    def _run(self, assignment: TaskAssignment) -> None:
        kind: Callable[..., Any] = SourceRun if assignment.kind == "source" else SinkRun
        try:
            kind(
                TaskParts(
                    assignment=assignment,
                    loaded=load(assignment.plugin, assignment.config, assignment.task_config),
                    egress=OpenEgress(),
                    control=self.control,
                    metrics=self.metrics,
                    events=self._events,
                )
            ).run()
        except Exception as error:
            self._events.state("FAILED", error)
        else:
            self._events.state("STOPPED")
        os.close(self._writing)

    def do(self, word: str) -> None:
        self.control.obey(json.dumps({"do": word}))

    def ended(self) -> str:
        """Its last state."""
        self._thread.join(60)
        assert not self._thread.is_alive(), self.events
        self._reader.join(60)
        return self.states()[-1]

    def stop(self) -> str:
        # Not Control.stop: that would end this process, were the task slow.
        self.control.stopping.set()
        return self.ended()
