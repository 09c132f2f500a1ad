"""What ``up`` says while it works: one line per step, with the time it took."""

import contextlib
import os
import sys
import time
from collections.abc import Iterator


class Progress:
    """Lines on stderr; stdout is for what was asked for."""

    def __init__(self) -> None:
        # Set by the launcher, so that the set-up before Python was there to count is counted.
        begun = os.environ.get("HEADWATER_STARTED_AT")
        already = max(0.0, time.time() - float(begun)) if begun else 0.0
        self._begun = time.monotonic() - already

    @property
    def elapsed_s(self) -> float:
        return time.monotonic() - self._begun

    def say(self, sentence: str) -> None:
        sys.stderr.write(f"{sentence}\n")
        sys.stderr.flush()

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Say that ``name`` is done, and how long it took."""
        begun = time.monotonic()
        yield
        self.say(f"  {name:<44} {time.monotonic() - begun:5.1f} s")
