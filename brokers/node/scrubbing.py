"""Scrubbing, seen from the owner of the logs: which segments are read again, and what was found.

One job at a time and few bytes per job: a whole volume takes days, and a compaction never waits
long behind it in a storage worker.
"""

import asyncio
import logging
import uuid
from random import Random
from typing import TYPE_CHECKING, Final

from brokers.kernel.errors import StorageError
from brokers.kernel.ids import TopicId
from brokers.kernel.limits import MIB
from brokers.log import files
from brokers.log.checkpoints import PartitionKey
from brokers.log.scrubber import is_damaged
from brokers.log.storage_job import SCRUB, Damage, InputSegment, Report, ScrubRequest
from brokers.node.partition_runtime import PartitionRuntime
from brokers.node.scrub_reports import on_damage
from brokers.node.storage_jobs import Job, StorageJobs

if TYPE_CHECKING:
    from brokers.node.node import Node

log = logging.getLogger(__name__)

JOB_BYTES: Final = 256 * MIB
"""Of one job, and never less than a segment."""

BYTES_PER_SECOND: Final = 32 * MIB
"""A worker's pace while it reads; a tenth or so of what a disk gives."""

AGAIN_AFTER_MS: Final = 7 * 86_400_000
"""A partition that was read through rests so long."""


async def scrub(node: "Node", jobs: StorageJobs) -> None:
    """Have closed segments read again, until cancelled."""
    scrubber = Scrubber(node, jobs)
    while True:
        await asyncio.sleep(node.config.scrub_interval_s)
        await scrubber.turn()


class Scrubber:
    """Where the pass through the volume is. Each run of the broker has an order of its own, so that
    one that restarts often does not read the same partitions each time."""

    def __init__(self, node: "Node", jobs: StorageJobs) -> None:
        self._node = node
        self._jobs = jobs
        self._under_way: tuple[Job, int] | None = None
        """The job, and the offset up to which it reads."""
        self._read_to: dict[PartitionKey, int] = {}
        self._rests_until_ms: dict[PartitionKey, int] = {}

    async def turn(self) -> None:
        """Take in what was found, and ask for the next stretch. Errors end a job, never the
        broker."""
        if self._under_way is not None and not await self._look_after(*self._under_way):
            return
        self._under_way = None
        for partition in self._in_order():
            try:
                if await self._ask(partition):
                    return
            except (StorageError, OSError) as error:
                log.error("%s: cannot ask for scrubbing: %s", partition, error)
                self._rest(PartitionKey(partition.topic_id, partition.index))

    def _in_order(self) -> list[PartitionRuntime]:
        """Those that are due, the one that was begun first."""
        now_ms = self._node.clock.monotonic_ms()
        due = {PartitionKey(each.topic_id, each.index): each for each in self._node.partitions}
        keys = sorted(key for key in due if self._rests_until_ms.get(key, 0) <= now_ms)
        Random(self._node.incarnation).shuffle(keys)
        keys.sort(key=lambda key: key not in self._read_to)
        return [due[key] for key in keys]

    def _rest(self, key: PartitionKey) -> None:
        self._read_to.pop(key, None)
        self._rests_until_ms[key] = self._node.clock.monotonic_ms() + AGAIN_AFTER_MS

    async def _ask(self, partition: PartitionRuntime) -> bool:
        """Whether there was anything to ask. Raises ``StorageError`` and ``OSError``."""
        key = PartitionKey(partition.topic_id, partition.index)
        if partition.is_closed or partition.log.failure is not None:
            return False
        segments = _stretch(partition, self._read_to.get(key, 0))
        if not segments:
            if key in self._read_to:
                self._rest(key)
            return False
        request = ScrubRequest(
            topic_id=str(uuid.UUID(bytes=key.topic_id)),
            partition=key.partition,
            generation=partition.log.generation,
            bytes_per_second=BYTES_PER_SECOND,
            segments=segments,
        )
        job = await self._jobs.begin(partition, SCRUB, request)
        self._under_way = job, segments[-1].end_offset
        return True

    async def _look_after(self, job: Job, end_offset: int) -> bool:
        """Whether the job has ended."""
        try:
            if job.is_wanted:
                report = await self._jobs.report(job)
                if report is None:
                    return False
                await self._take_note(job, report, end_offset)
        except (StorageError, OSError) as error:
            log.error("%s: scrubbing came to nothing: %s", job.partition, error)
            self._rest(job.key)
        await self._jobs.end(job)
        return True

    async def _take_note(self, job: Job, report: Report, end_offset: int) -> None:
        self._node.metrics.scrubbed_bytes += report.bytes_read
        if report.failure:
            raise StorageError(report.failure)
        self._read_to[job.key] = end_offset
        for damage in report.damage:
            await note_damage(self._node, self._jobs, job, damage)


def _stretch(partition: PartitionRuntime, from_offset: int) -> list[InputSegment]:
    """The next closed segments that are durable, as many as one job has bytes for."""
    found: list[InputSegment] = []
    room = JOB_BYTES
    for segment in partition.log.closed_segments():
        if segment.end_offset <= from_offset:
            continue
        if segment.end_offset > partition.log.recovery_point or (found and segment.size > room):
            break
        room -= segment.size
        found.append(InputSegment(segment.base_offset, segment.end_offset, segment.size))
    return found


async def note_damage(node: "Node", jobs: StorageJobs, job: Job, damage: Damage) -> None:
    """Look at a batch that a worker reported bad, and report it if it is. Raises ``StorageError``
    and ``OSError``.

    The segment may have been compacted or let go since, and a report is only a file.
    """
    segment = next(
        (s for s in job.partition.log.closed_segments() if s.base_offset == damage.segment_base),
        None,
    )
    if segment is None or not job.is_wanted:
        return
    volume = node.volume
    directory = volume.partition_directory(job.key.topic_id, job.key.partition)
    path = files.offset_path(directory, damage.segment_base, files.LOG_SUFFIX)
    bad = await jobs.in_thread(lambda: is_damaged(volume.disk, path, damage.position, segment.size))
    if bad and job.is_wanted:
        on_damage(
            node, TopicId(job.key.topic_id), job.key.partition, damage.segment_base, damage.position
        )
