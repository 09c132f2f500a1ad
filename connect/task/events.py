"""What a task's process says: one JSON object a line, on what was its standard output."""

import logging
import os
import sys
import threading
import time
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from connect.runtime.traces import sentence_of, trace_of

TRACE_CHARACTERS_MAX: Final = 20_000
MESSAGE_CHARACTERS_MAX: Final = 4_000
NAME_CHARACTERS_MAX: Final = 300


class Events:
    """Safe to use from any thread. When nobody reads any more (the worker died) it is silent; the
    end of the standard input says the same."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lock = threading.Lock()

    @classmethod
    def on_standard_output(cls) -> "Events":
        """Keep standard output for events alone: what anything else prints goes to standard
        error."""
        sys.stdout.flush()
        own = os.dup(1)
        os.dup2(2, 1)
        return cls(own)

    def state(self, state: str, error: BaseException | None = None) -> None:
        """``state``: RUNNING, PAUSED, FAILED or STOPPED."""
        self.write(event="state", state=state, trace=told_of(error) if error else None)

    def log(self, level: str, message: str) -> None:
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        self.write(event="log", level=level, message=message[:MESSAGE_CHARACTERS_MAX], at=at)

    def refused_target(self, host: str, port: int) -> None:
        """The connector wanted to reach what it may not: for the audit log."""
        self.write(event="refused", what="target", name=f"{host}:{port}"[:NAME_CHARACTERS_MAX])

    def refused_config(self) -> None:
        """The config is what keeps the connector from running: for the audit log."""
        self.write(event="refused", what="config")

    def write(self, **event: Any) -> None:
        data = orjson.dumps(event, default=str) + b"\n"
        with self._lock:
            try:
                while data:
                    data = data[os.write(self._descriptor, data) :]
            except BrokenPipeError:
                return


def told_of(error: BaseException) -> str:
    """First what is wrong, as tools that show a trace's first line expect it, then the trace."""
    first = f"{sentence_of(error)[:MESSAGE_CHARACTERS_MAX]}\n"
    return first + cut_trace_of(error, TRACE_CHARACTERS_MAX - len(first))


def cut_trace_of(error: BaseException, characters: int = TRACE_CHARACTERS_MAX) -> str:
    """The error itself is at a trace's end, so the beginning is what is cut."""
    return trace_of(error)[-characters:]


class EventsHandler(logging.Handler):
    """Log records of the task, of its connector and of the libraries they use, as events.

    At most ``PER_WINDOW`` in ``WINDOW_S``: a connector that logs each record must not drown the
    worker. How many were left out is said when the window is over.
    """

    PER_WINDOW: Final = 100
    WINDOW_S: Final = 10.0

    def __init__(self, events: Events) -> None:
        super().__init__()
        self._events = events
        self._window_began = time.monotonic()
        self._in_window = 0

    def emit(self, record: logging.LogRecord) -> None:
        now = time.monotonic()
        if now - self._window_began >= self.WINDOW_S:
            left_out = self._in_window - self.PER_WINDOW
            if left_out > 0:
                self._events.log("WARNING", f"{left_out} lines of log were left out")
            self._window_began, self._in_window = now, 0
        self._in_window += 1
        if self._in_window > self.PER_WINDOW and record.levelno < logging.ERROR:
            return
        try:
            message = self.format(record)
        except Exception:
            self.handleError(record)
            return
        self._events.log(record.levelname, message)
