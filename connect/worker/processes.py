"""The processes of one worker, as it hears of them: no database, no decisions about rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from connect.services.begin_task import BegunTask
from connect.services.claim_configuration import Configuration
from connect.services.record_task_figures import TaskFigures
from connect.services.record_task_log import Said
from connect.states import State
from connect.worker.child import Child, Event, how_it_ended
from connect.worker.cpu_share import CpuShare
from connect.worker.limits import LOG_LINES_PER_FLUSH, SILENT_S, START_S
from connect.worker.turn import Running

_STATES: Final = {"RUNNING": State.RUNNING, "PAUSED": State.PAUSED}
_LAST_WORDS: Final = 20
_HELD_SAID_EACH_S: Final = 600.0


@dataclass(slots=True)
class TaskProcess:
    """One generation of a task. Moments are monotonic, in seconds."""

    child: Child
    begun: BegunTask
    started_at: float
    heard_at: float
    accounted_at: float
    paused: bool
    share: CpuShare
    state: State | None = None
    """What it said it is; None until it has."""
    stop_by: float | None = None
    """When it is ended if it has not ended by itself; None while it was not asked to."""
    abandoned: bool = False
    """Its task is another's by now: nothing is said about its end."""
    failure: str | None = None
    metrics: dict[str, Any] = field(default_factory=dict)
    news: bool = False
    """Whether ``metrics`` or ``topics`` are other than what was written down."""
    topics: set[str] = field(default_factory=set)
    lines: list[Said] = field(default_factory=list)
    left_out: int = 0
    last_words: list[str] = field(default_factory=list)
    """What it said last, for when it ends without a word about why."""
    held_said_at: float | None = None
    """When its log was told that it is held to its share of processor time."""

    @property
    def running(self) -> Running:
        return Running(
            self.begun.generation, self.begun.revision, self.paused, self.stop_by is not None
        )

    def hear(self, event: Event, now: float) -> State | None:
        """Take in what it said; the state that is to be reported, if it is another."""
        self.heard_at = now
        match event:
            case {"event": "state", "state": "FAILED"}:
                self.failure = str(event.get("trace") or event.get("message") or "")
            case {"event": "state", "state": str(word)} if word in _STATES:
                before, self.state = self.state, _STATES[word]
                return None if before is self.state else self.state
            case {"event": "metrics"}:
                self.metrics = {key: value for key, value in event.items() if key != "event"}
                self.news = True
            case {"event": "topics", "topics": list(topics)}:
                self.topics.update(map(str, topics))
                self.news = True
            case {"event": "log"}:
                self._note(event)
        return None

    def _note(self, event: Event) -> None:
        message = str(event.get("message", ""))
        self.last_words = [*self.last_words, message][-_LAST_WORDS:]
        if len(self.lines) >= LOG_LINES_PER_FLUSH:
            self.left_out += 1
            return
        self.say(str(event.get("level", "INFO")), message)

    def say(self, level: str, message: str) -> None:
        """A line of this worker's own in the task's log, or one of the task's."""
        at = datetime.now(UTC)
        self.lines.append(Said(self.begun.task_id, self.begun.generation, at, level, message))

    def take_lines(self) -> list[Said]:
        """What is to be written down since this was asked last."""
        if self.left_out:
            self.say("WARNING", f"{self.left_out} lines were left out: it says too much at a time")
        taken, self.lines, self.left_out = self.lines, [], 0
        return taken

    def take_figures(self, now: float) -> TaskFigures | None:
        """As ``take_lines``; None when there is nothing to write down."""
        ran_s = int(now - self.accounted_at)
        if not ran_s and not self.news:
            return None
        self.accounted_at += ran_s
        self.news = False
        resident = self.child.resident_bytes()
        metrics = {"pid": self.child.pid, **self.metrics}
        if resident:
            metrics["rss_bytes"] = resident
        topics, self.topics = frozenset(self.topics), set()
        return TaskFigures(self.begun.task_id, self.begun.generation, metrics, topics, ran_s)

    def keep_to_share(self, now: float) -> None:
        """Hold it, or let it go on, by what it has used. One that is to end is let go on."""
        held = self.share.held_until is not None
        to_be_held = self.share.look(self.child.cpu_seconds(), now) and self.stop_by is None
        if held and not to_be_held:
            self.child.go_on()
        if to_be_held and not held:
            self.child.hold()
            if self.held_said_at is None or now - self.held_said_at > _HELD_SAID_EACH_S:
                self.held_said_at = now
                cores = f"{self.share.cores:g}"
                self.say("WARNING", f"it is slowed down to the {cores} cores that a task may use")

    def overdue(self, now: float) -> str | None:
        """Why it is to be ended by force, if it is."""
        if self.stop_by is not None:
            return "it did not end in time" if now >= self.stop_by else None
        if self.state is None and now - self.started_at > START_S:
            return f"it did not begin to run within {START_S:g} s"
        if now - self.heard_at > SILENT_S:
            return f"it said nothing for {SILENT_S:g} s and was ended"
        return None

    def why_it_failed(self, code: int) -> str | None:
        """Once it has ended: None when it was asked to, and did."""
        if self.failure is not None:
            return self.failure
        if self.stop_by is not None:
            return None
        return "\n".join([f"{how_it_ended(code)}; it was not asked to. It said last:",
                          *self.last_words])  # fmt: skip


@dataclass(slots=True)
class Attempt:
    """A process that makes a connector's tasks."""

    child: Child
    wanted: Configuration
    deadline: float
    answer: Mapping[str, Any] | None = None
    given_up: bool = False
    last_words: list[str] = field(default_factory=list)

    def hear(self, event: Event) -> None:
        match event:
            case {"event": "configured" | "failed"}:
                self.answer = event
            case {"event": "log"}:
                self.last_words = [*self.last_words, str(event.get("message", ""))][-_LAST_WORDS:]

    def failure(self, code: int) -> str | None:
        """Once it has ended: why there are no tasks; None when there are."""
        match self.answer:
            case {"event": "configured", "task_configs": list()}:
                return None
            case {"event": "failed", **more}:
                said = (more.get("message"), more.get("trace"))
                return "\n".join(str(each) for each in said if each)
        return "\n".join([f"tasks could not be made: {how_it_ended(code)}", *self.last_words])
