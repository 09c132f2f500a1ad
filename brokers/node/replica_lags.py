"""What a leader tells of its followers with each heartbeat: who is behind, how far, how fast."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from heapq import nlargest
from typing import Final

from brokers.kernel.ids import BrokerId, Offset, PartitionIndex, TopicId
from brokers.metadata.lags import ReplicaLag
from brokers.node.partition_runtime import PartitionRuntime

LAGS_MAX: Final = 1_000
"""Told at once, the furthest behind first: a heartbeat stays small whatever happens."""

SMOOTHING: Final = 0.2
"""Weight of the newest look in a rate."""

_Key = tuple[TopicId, PartitionIndex, BrokerId]


@dataclass(frozen=True, slots=True)
class _Look:
    end_offset: Offset
    at_ms: int
    records_per_second: float


class ReplicaLags:
    """Remembers the look before, so as to tell how fast a follower is."""

    def __init__(self) -> None:
        self._before: dict[_Key, _Look] = {}

    def look(
        self, partitions: Iterable[PartitionRuntime], live: Collection[BrokerId], now_ms: int
    ) -> tuple[ReplicaLag, ...]:
        """Of followers among ``live`` that this broker leads; an in-sync one that is not named is
        behind by less than ``leader.NOTICED_MS``."""
        before, self._before = self._before, {}
        found = [
            self._lag(
                partition,
                replica,
                behind_ms,
                _next(before.get((partition.topic_id, partition.index, replica)), end, now_ms),
            )
            for partition in partitions
            for replica, end, behind_ms in partition.followers_behind(now_ms)
            if replica in live
        ]
        return tuple(nlargest(LAGS_MAX, found, key=lambda lag: lag.records))

    def _lag(
        self,
        partition: PartitionRuntime,
        replica: BrokerId,
        behind_ms: int,
        look: _Look,
    ) -> ReplicaLag:
        key = (partition.topic_id, partition.index, replica)
        self._before[key] = look
        sizes = partition.log.describe()
        here = max(1, sizes.log_end_offset - sizes.log_start_offset)
        record_bytes = sizes.size_bytes / here
        # What retention has let go is not to be copied any more.
        records = sizes.log_end_offset - max(look.end_offset, sizes.log_start_offset)
        return ReplicaLag(
            *key,
            records=max(0, records),
            behind_ms=behind_ms,
            bytes_left=round(max(0, records) * record_bytes),
            bytes_per_second=round(look.records_per_second * record_bytes),
        )


def _next(before: _Look | None, end: Offset, now_ms: int) -> _Look:
    if before is None or end < before.end_offset:
        return _Look(end, now_ms, 0.0)
    if now_ms <= before.at_ms:
        return before
    rate = (end - before.end_offset) * 1000 / (now_ms - before.at_ms)
    if before.records_per_second:
        rate = SMOOTHING * rate + (1 - SMOOTHING) * before.records_per_second
    return _Look(end, now_ms, rate)
