"""Runs a record's converters and transformations: what ``connect/runtime/stages.py`` decides."""

import logging
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from connect.runtime.cpu_budget import cpu_budget
from connect.runtime.dead_letters import Origin, error_log_line
from connect.runtime.messages import ConsumedMessage
from connect.runtime.run_reading import MessageRun, RunReading
from connect.runtime.stages import Done, Dropped, Failed, Stages, Wait, Work
from connect.spi.errors import ConnectError
from connect.spi.records import SourceRecord
from connect.spi.runs import Run
from connect.task.metrics import Metrics

CPU_SECONDS_A_BATCH: Final = 10.0

LOG: Final = logging.getLogger("connect.task")


class StageRunner:
    """``reading`` does the same as ``stages`` to many at once, where that is possible. ``wait`` is
    called with seconds when an operation is to be tried again after them."""

    def __init__(
        self,
        stages: Stages,
        *,
        reading: RunReading | None = None,
        needs_budget: bool,
        origin: Origin,
        metrics: Metrics,
        wait: Callable[[float], None],
    ) -> None:
        self.policy = stages.policy
        self.origin = origin
        self._stages = stages
        self._reading = reading
        self._needs_budget = needs_budget
        self._metrics = metrics
        self._wait = wait

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Around the records of one batch: a stranger's expressions have their time bounded."""
        if not self._needs_budget:
            yield
            return
        with cpu_budget(CPU_SECONDS_A_BATCH):
            yield

    @property
    def takes_runs(self) -> bool:
        """Whether ``run_columns`` may know an answer."""
        return self._reading is not None

    def run_columns(self, runs: Sequence[MessageRun]) -> list[Run] | None:
        """What ``run`` would make of each message; None when something is wrong with one of them.
        Nothing is counted or logged then: ``run`` comes to it."""
        if self._reading is None:
            return None
        try:
            return [self._reading.read(run) for run in runs]
        except Exception:
            return None

    def run(self, record: ConsumedMessage | SourceRecord) -> Any | Failed | None:
        """What became of the record; None when it was dropped, ``Failed`` when that is tolerated.

        Raises ``ConnectError`` when it failed and that is not.
        """
        work = self._stages.through(record)
        if not isinstance(work, Work):
            return work
        outcome = work.step(_now_ms(), random.random())
        while isinstance(outcome, Wait):
            self._metrics.retries += 1
            self._wait(outcome.milliseconds / 1000)
            outcome = work.step(_now_ms(), random.random())
        match outcome:
            case Done(result):
                return result
            case Dropped():
                return None
            case Failed():
                self.note(record, outcome)
                return outcome

    def note(self, record: ConsumedMessage | SourceRecord, failed: Failed) -> None:
        """Count and log a failure. Raises ``ConnectError`` when it is not tolerated."""
        self._metrics.errors += 1
        line = error_log_line(record, failed, self.policy, self.origin)
        if line is not None:
            LOG.error("%s", line)
        if not failed.tolerated:
            raise ConnectError(
                f"Tolerance exceeded in error handler: {_which(record)} failed at "
                f"{failed.stage.value} in {failed.class_name}: {failed.error}"
            ) from failed.error


def _which(record: ConsumedMessage | SourceRecord) -> str:
    """By its place, so that it can be looked at, or passed over by setting offsets."""
    if isinstance(record, SourceRecord):
        return "a record"
    return f"the record {record.topic}-{record.partition}@{record.offset}"


def _now_ms() -> int:
    return time.monotonic_ns() // 1_000_000
