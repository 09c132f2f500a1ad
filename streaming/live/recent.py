"""Batches that went out a moment ago, for readers who are only a little behind.

Someone who pauses, or who comes back with a cursor, then neither fetches nor encodes again what
others have just had. One memory for a whole web process, the oldest batch leaves first.
"""

from collections import deque
from collections.abc import Hashable
from typing import Final

from streaming.live.shared_batch import SharedBatch

RECENT_BYTES_MAX: Final = 16 * 1024 * 1024
"""Of keys and values; their texts take about twice as much again."""
BATCH_OVERHEAD_BYTES: Final = 512
"""Counted for every batch, so that empty ones have an end too."""


class RecentBatches:
    """Batches by topic (any hashable name for it) and partition."""

    def __init__(self, bytes_max: int = RECENT_BYTES_MAX) -> None:
        self._bytes_max = bytes_max
        self._bytes = 0
        self._arrivals: deque[tuple[Hashable, SharedBatch]] = deque()
        self._kept: dict[tuple[Hashable, int], deque[SharedBatch]] = {}

    def add(self, topic: Hashable, batch: SharedBatch) -> None:
        """Remember ``batch``, which begins where the partition's last one ended, or later."""
        self._arrivals.append((topic, batch))
        self._kept.setdefault((topic, batch.partition), deque()).append(batch)
        self._bytes += batch.size + BATCH_OVERHEAD_BYTES
        while self._bytes > self._bytes_max:
            self._forget(*self._arrivals.popleft())

    def at(self, topic: Hashable, partition: int, offset: int) -> SharedBatch | None:
        """The batch that ``offset`` is in, if it is remembered."""
        kept = self._kept.get((topic, partition))
        if not kept or offset < kept[0].start:
            return None
        for batch in kept:
            if batch.start <= offset < batch.next_offset:
                return batch
        return None

    def drop(self, topic: Hashable) -> None:
        """Forget a topic that nobody follows any more."""
        for named, batch in self._arrivals:
            if named == topic:
                self._bytes -= batch.size + BATCH_OVERHEAD_BYTES
        self._arrivals = deque(entry for entry in self._arrivals if entry[0] != topic)
        for key in [key for key in self._kept if key[0] == topic]:
            del self._kept[key]

    def _forget(self, topic: Hashable, batch: SharedBatch) -> None:
        self._bytes -= batch.size + BATCH_OVERHEAD_BYTES
        kept = self._kept[topic, batch.partition]
        kept.popleft()
        if not kept:
            del self._kept[topic, batch.partition]
