"""What a task counts, and the thread that tells it: it is the process's heartbeat too."""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from connect.runtime.traces import sentence_of
from connect.task.events import Events

BEAT_S: Final = 2.0
WAITING_CHARACTERS_MAX: Final = 500
OVER_LIMIT_BEATS: Final = 3
"""How many beats in a row a task may use more memory than it was given."""

_STATM: Final = Path("/proc/self/statm")
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")


@dataclass(slots=True)
class Metrics:
    """Since the process began. ``bytes``: of keys and values, as Kafka has them. ``lag``: records
    that a sink has not read yet, None where nobody can know. ``batch_ms``: how long the last batch
    took, from Kafka to the target or the other way. ``waiting``: why a task that runs moves
    nothing, in the words of what it is to ask again; empty when all is well."""

    records: int = 0
    bytes: int = 0
    errors: int = 0
    dead_letters: int = 0
    retries: int = 0
    lag: int | None = None
    batch_ms: float = 0.0
    waiting: str = ""

    def wait_after(self, error: Exception) -> None:
        """A try has failed and there will be another one."""
        self.retries += 1
        told = sentence_of(error)[:WAITING_CHARACTERS_MAX]
        # Targets say what they like, and neither half a surrogate nor a zero can be passed on.
        self.waiting = told.encode(errors="replace").decode().replace("\0", "")

    def go_on(self) -> None:
        """A try went well."""
        self.waiting = ""


def rss_bytes() -> int:
    """What this process has in memory."""
    return int(_STATM.read_text(encoding="ascii").split()[1]) * _PAGE


class Heartbeat:
    """Tells ``metrics`` each ``BEAT_S``, and calls ``over_limit`` once, with the bytes in use, when
    memory has been above ``memory_bytes`` for ``OVER_LIMIT_BEATS`` beats."""

    def __init__(
        self,
        events: Events,
        metrics: Metrics,
        memory_bytes: int,
        over_limit: Callable[[int], None],
    ) -> None:
        self._events = events
        self._metrics = metrics
        self._memory_bytes = memory_bytes
        self._over_limit = over_limit
        self._beats_over = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Tell the last figures."""
        self._ended.set()
        self._thread.join()
        self._tell(rss_bytes())

    def _run(self) -> None:
        while not self._ended.wait(BEAT_S):
            used = rss_bytes()
            self._tell(used)
            self._beats_over = self._beats_over + 1 if used > self._memory_bytes else 0
            if self._beats_over == OVER_LIMIT_BEATS:
                self._over_limit(used)

    def _tell(self, used: int) -> None:
        metrics = self._metrics
        self._events.write(
            event="metrics",
            records=metrics.records,
            bytes=metrics.bytes,
            errors=metrics.errors,
            dead_letters=metrics.dead_letters,
            retries=metrics.retries,
            lag=metrics.lag,
            batch_ms=round(metrics.batch_ms, 3),
            rss_bytes=used,
            waiting=metrics.waiting,
        )
