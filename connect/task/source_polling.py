"""Asking a source for records, with patience for what passes."""

import logging
import random
from collections.abc import Sequence
from typing import Final

from connect.spi.errors import RetriableError
from connect.spi.records import SourceRecord
from connect.spi.task import SourceTask
from connect.task.control import Control
from connect.task.metrics import Metrics
from connect.task.put_backoff import retry_after_s

LOG: Final = logging.getLogger("connect.task")
EMPTY_WAIT_S: Final = 0.05
"""After an empty answer, so that a source which does not wait itself burns no CPU."""


class SourcePolling:
    """Of one task."""

    def __init__(self, task: SourceTask, control: Control, metrics: Metrics) -> None:
        self._task = task
        self._control = control
        self._metrics = metrics
        self._failures = 0

    def poll(self) -> Sequence[SourceRecord]:
        """The next batch, perhaps empty. What is retriable is waited for; other errors are
        raised."""
        try:
            batch = self._task.poll()
        except RetriableError as error:
            self._failures += 1
            self._metrics.wait_after(error)
            after = retry_after_s(self._failures, random.random())
            LOG.warning("the source is to be asked again in %.1f s: %s", after, error)
            self._control.wait(after)
            return ()
        self._failures = 0
        self._metrics.go_on()
        if not batch:
            self._control.wait(EMPTY_WAIT_S)
        return batch or ()
