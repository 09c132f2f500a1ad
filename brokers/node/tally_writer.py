"""Writes what a tally has due into the audit log, each second.

Serving waits for none of it. While PostgreSQL is away the counts grow and nothing else does.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from brokers.metering.refusal_tally import Refusals, RefusalTally
from brokers.node.ports import MetadataUnavailable

log = logging.getLogger(__name__)

WRITE_SECONDS: Final = 1.0
LEAVE_SECONDS: Final = 0.5


class TallyWriter:
    """``record`` may raise ``MetadataUnavailable``; ``now_ms`` is the wall clock."""

    def __init__(
        self,
        tally: RefusalTally,
        record: Callable[[Sequence[Refusals]], Awaitable[None]],
        now_ms: Callable[[], int],
    ) -> None:
        self._tally = tally
        self._record = record
        self._now_ms = now_ms

    async def work(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(WRITE_SECONDS)
            due = self._tally.due(self._now_ms())
            if not due:
                continue
            try:
                await self._record(due)
            except MetadataUnavailable:
                self._tally.take_back(due)

    async def leave(self) -> None:
        """The broker stops: what was not written yet."""
        rest = self._tally.all()
        if not rest:
            return
        try:
            async with asyncio.timeout(LEAVE_SECONDS):
                await self._record(rest)
        except (MetadataUnavailable, TimeoutError):
            log.warning("%d acts could not be written to the audit log", len(rest))
