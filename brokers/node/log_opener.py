"""Opening the logs of partitions that this broker has, and which of them it could not open.

A log that cannot be opened keeps no other from being opened. Which partitions there are to be, and
what is done with a log, is ``partitions.py``'s.
"""

import asyncio
import logging
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final, NamedTuple

from brokers.kernel.clock import Clock
from brokers.kernel.errors import HeadwaterError
from brokers.kernel.ids import PartitionIndex
from brokers.log.disk import DiskFull
from brokers.log.partition_log import PartitionLog
from brokers.log.scan import CorruptLog
from brokers.log.volume import OPENERS, Volume
from brokers.metadata.records import PartitionRecord, TopicRecord
from brokers.node.log_config import to_log_config
from brokers.node.seen_state import Partition

log = logging.getLogger(__name__)

PROGRESS_SECONDS: Final = 2.0


class Opened(NamedTuple):
    """One that is open, and by what it was."""

    topic: TopicRecord
    record: PartitionRecord
    log: PartitionLog


class LogOpener:
    """``failures`` says why, per partition that is not open; ``damaged`` are those whose logs lack
    or garble what was durable. Both are of the event loop, but for ``open_all``."""

    def __init__(self, volume: Volume, clock: Clock) -> None:
        self.failures: dict[Partition, str] = {}
        self.damaged: set[Partition] = set()
        self._lacking_room: set[Partition] = set()
        self._volume = volume
        self._clock = clock

    async def open_all(
        self, mine: Sequence[tuple[TopicRecord, PartitionRecord]], *, clean: bool
    ) -> list[Opened]:
        """In threads: recovery reads whole logs, and waits for the disk. Raises ``StorageError``
        only for the volume itself."""
        started = time.monotonic()
        shares: list[list[tuple[TopicRecord, PartitionRecord]]] = [[] for _ in range(OPENERS)]
        for topic, record in mine:
            shares[self._volume.opener(topic.id, record.index)].append((topic, record))
        with ThreadPoolExecutor(OPENERS, thread_name_prefix="open-logs") as threads:
            loop = asyncio.get_running_loop()
            tasks = [
                loop.run_in_executor(threads, partial(self.open_share, share, clean=clean))
                for share in shares
            ]
            pending = {*tasks}
            while pending:
                _, pending = await asyncio.wait(pending, timeout=PROGRESS_SECONDS)
                if pending:
                    log.info("opened %d of %d partitions", len(self._volume.logs), len(mine))
        opened = [each for task in tasks for each in task.result()]
        log.info(
            "opened %d of %d partitions in %.1f s after a%s stop",
            len(opened), len(mine), time.monotonic() - started, " clean" if clean else "n unclean",
        )  # fmt: skip
        return opened

    def open_share(
        self, share: Sequence[tuple[TopicRecord, PartitionRecord]], *, clean: bool
    ) -> list[Opened]:
        """One after the other, in one of several threads: what is noted on the way is noted in one
        step."""
        opened = []
        for topic, record in share:
            found = self.open(topic, record.index, clean=clean)
            if found is not None:
                opened.append(Opened(topic, record, found))
        return opened

    def open(
        self, topic: TopicRecord, index: PartitionIndex, *, clean: bool
    ) -> PartitionLog | None:
        """None, and noted, when it cannot be opened. ``clean``: the process before closed it."""
        try:
            opened = self._volume.open_log(
                topic.id,
                index,
                config=to_log_config(topic.configs),
                now_ms=self._clock.now_ms(),
                clean=clean,
            )
        except HeadwaterError as error:
            self.failures[topic.id, index] = str(error)
            if isinstance(error, CorruptLog):
                self.damaged.add((topic.id, index))
            elif isinstance(error, DiskFull):
                self._lacking_room.add((topic.id, index))
            log.error("%s-%d cannot be opened: %s", topic.name, index, error)
            return None
        self.failures.pop((topic.id, index), None)
        return opened

    def note_damage(self, partition: Partition, why: str) -> None:
        """Found since it was opened."""
        self.failures[partition] = why
        self.damaged.add(partition)

    def forget(self, partition: Partition) -> None:
        """Its log is gone, and so is what was wrong with it."""
        self.failures.pop(partition, None)
        self.damaged.discard(partition)

    def take_lacking_room(self) -> list[Partition]:
        """Those that a full disk kept from being opened since this was asked last."""
        lacking, self._lacking_room = self._lacking_room, set()
        return sorted(lacking)
