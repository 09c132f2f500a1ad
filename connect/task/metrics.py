"""What a task counts, and the thread that tells it: it is the process's heartbeat too."""

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from connect.task.events import Events
from connect.task.waits import Wait

BEAT_S: Final = 2.0
OVER_LIMIT_BEATS: Final = 3
"""How many beats in a row a task may use more memory than it was given."""

_STATM: Final = Path("/proc/self/statm")
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")


@dataclass(slots=True)
class Metrics:
    """Since the process began. ``bytes``: of keys and values, as Kafka has them. ``lag``: records
    that a sink has not read yet, None where nobody can know. ``batch_ms``: how long the last batch
    took, from Kafka to the target or the other way. ``moving`` and ``committing``: whether a step
    waits for what it is to ask again. A sink may take records and yet not be able to commit, so
    that all of them would come again."""

    records: int = 0
    bytes: int = 0
    errors: int = 0
    dead_letters: int = 0
    retries: int = 0
    lag: int | None = None
    batch_ms: float = 0.0
    moving: Wait = field(default_factory=Wait)
    committing: Wait = field(default_factory=Wait)

    @property
    def waiting(self) -> str:
        """Why a task that runs moves or commits nothing, in the words of what it is to ask again;
        empty when all is well."""
        return self.moving.why or self.committing.why

    def waiting_s(self, now: float) -> int:
        """For how long that has been so; ``now`` is monotonic, in seconds."""
        return (self.moving if self.moving.why else self.committing).seconds(now)

    def wait_after(self, error: Exception) -> None:
        """A try to move records has failed and there will be another one."""
        self.retries += 1
        self.moving.fail(error, time.monotonic())

    def go_on(self) -> None:
        """A try to move records went well."""
        self.moving.end()

    def put_off_commit(self, error: Exception) -> None:
        """Nothing was committed, and the next commit tries again."""
        self.retries += 1
        self.committing.fail(error, time.monotonic(), "nothing is committed: ")


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
            waiting_s=metrics.waiting_s(time.monotonic()),
        )
