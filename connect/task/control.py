"""What the worker tells a task's process, read by a thread of its own."""

import json
import logging
import os
import threading
from typing import Final, TextIO

STOP_S: Final = 5.0
"""From the word to stop until the process ends itself, whatever its connector is at."""

LOG: Final = logging.getLogger("connect.task")


class Control:
    """What is asked of the loop. The end of the standard input means "stop": the worker died."""

    def __init__(self, *, paused: bool = False) -> None:
        self.stopping = threading.Event()
        self._paused = paused
        self._commit_asked = False
        self._changed = threading.Condition()

    @property
    def paused(self) -> bool:
        return self._paused

    def take_commit(self) -> bool:
        """Whether a commit was asked for since the last call."""
        with self._changed:
            asked, self._commit_asked = self._commit_asked, False
        return asked

    def ask_commit(self) -> None:
        with self._changed:
            self._commit_asked = True
            self._changed.notify_all()

    def wait(self, seconds: float) -> None:
        """Until something is asked, or that long. With nothing to do, the loop waits here."""
        with self._changed:
            if not self.stopping.is_set():
                self._changed.wait(seconds)

    def obey(self, line: str) -> None:
        """One line of input. What is not understood is left alone: a newer worker may say more."""
        try:
            command = json.loads(line)["do"]
        except (ValueError, KeyError, TypeError):
            LOG.warning("a command was not understood")
            return
        if command == "stop":
            self.stop()
        elif command == "commit":
            self.ask_commit()
        elif command in ("pause", "resume"):
            with self._changed:
                self._paused = command == "pause"
                self._changed.notify_all()

    def stop(self) -> None:
        """Ask the loop to end, and end the process when it does not in ``STOP_S``."""
        with self._changed:
            if self.stopping.is_set():
                return
            self.stopping.set()
            self._changed.notify_all()
        last = threading.Timer(STOP_S, _end_at_once)
        last.daemon = True
        last.start()

    def read(self, lines: TextIO) -> None:
        """Start the thread that obeys what comes."""
        threading.Thread(target=self._read, args=(lines,), name="commands", daemon=True).start()

    def _read(self, lines: TextIO) -> None:
        for line in lines:
            self.obey(line)
        self.stop()


def _end_at_once() -> None:
    LOG.error("the task did not stop within %s s; what it had not flushed comes again", STOP_S)
    os._exit(1)
