"""Compaction, seen from the owner of the logs: choose one, ask for it, look at it, swap it in.

The heavy part is a storage worker's. When none answers, logs grow and nothing else happens.
"""

import asyncio
import logging
from typing import TYPE_CHECKING, Final, NamedTuple

from brokers.kernel.errors import StorageError
from brokers.log.adoption import bring_in, checksums, compaction_request, verify_cleaned
from brokers.log.checkpoints import PartitionKey
from brokers.log.compaction import Cleanable
from brokers.log.storage_job import COMPACT, Report
from brokers.log.swap import discard_cleaned
from brokers.node.partition_runtime import PartitionRuntime
from brokers.node.retention_clock import RetentionClock
from brokers.node.scrubbing import note_damage
from brokers.node.storage_jobs import Job, StorageJobs

if TYPE_CHECKING:
    from brokers.node.node import Node

log = logging.getLogger(__name__)

JOBS_MAX: Final = 2
"""Compactions asked for at a time: each may take as much room again as its log has."""

LOOK_SECONDS: Final = 1.0
"""Between looks for a report."""

RETRY_MS: Final = 600_000
"""After one that came to nothing: what kept it (room, a bug) is not gone a moment later."""


class _Choice(NamedTuple):
    partition: PartitionRuntime
    key: PartitionKey
    cleanable: Cleanable

    @property
    def urgency(self) -> tuple[bool, float]:
        return self.cleanable.is_overdue, self.cleanable.dirty_ratio


async def compact(node: "Node", jobs: StorageJobs) -> None:
    """Keep compacted topics compact, until cancelled."""
    compactor = Compactor(node, jobs)
    interval = node.config.compaction_interval_s
    while True:
        await asyncio.sleep(min(interval, LOOK_SECONDS) if compactor.is_waiting else interval)
        await compactor.turn()


class Compactor:
    """What is under way. Belongs to the event loop; after each ``await`` the log may have changed,
    and ``Job.is_wanted`` is asked again."""

    def __init__(self, node: "Node", jobs: StorageJobs) -> None:
        self._node = node
        self._jobs = jobs
        self._clock = RetentionClock()
        self._under_way: dict[PartitionKey, Job] = {}
        self._not_before_ms: dict[PartitionKey, int] = {}

    @property
    def is_waiting(self) -> bool:
        return bool(self._under_way)

    async def turn(self) -> None:
        """Take in what has been built, and ask for more. Errors end a job, never the broker."""
        for job in list(self._under_way.values()):
            try:
                ended = await self._look_after(job)
            except (StorageError, OSError) as error:
                log.error("%s: compaction came to nothing: %s", job.partition, error)
                self._put_off(job.key)
                ended = True
            if ended:
                del self._under_way[job.key]
                await self._jobs.end(job)
        now_ms = self._node.clock.now_ms()
        if self._clock.believed(now_ms, self._node.clock.monotonic_ms()) != now_ms:
            return  # A tombstone's time must not come because the clock has jumped.
        while len(self._under_way) < JOBS_MAX:
            choice = await self._choose(now_ms)
            if choice is None:
                return
            await self._ask(choice, now_ms)

    def _put_off(self, key: PartitionKey) -> None:
        self._not_before_ms[key] = self._node.clock.monotonic_ms() + RETRY_MS

    # --- asking ---

    async def _choose(self, now_ms: int) -> _Choice | None:
        """The log with most to compact; an overdue one before the others."""
        best: _Choice | None = None
        monotonic_ms = self._node.clock.monotonic_ms()
        for partition in self._node.partitions:
            if not partition.log.config.compacts:
                continue
            key = PartitionKey(partition.topic_id, partition.index)
            if (
                partition.is_closed
                or partition.log.failure is not None
                or key in self._under_way
                or self._not_before_ms.get(key, 0) > monotonic_ms
            ):
                continue
            try:
                cleanable = self._cleanable(partition, key, now_ms)
            except StorageError as error:
                log.error("%s: cannot tell what to compact: %s", partition, error)
                self._put_off(key)
                continue
            choice = _Choice(partition, key, cleanable)
            if cleanable.is_worthwhile(partition.log.config) and (
                best is None or choice.urgency > best.urgency
            ):
                best = choice
            await asyncio.sleep(0)
        return best

    async def _ask(self, choice: _Choice, now_ms: int) -> None:
        partition, key, _ = choice
        volume = self._node.volume
        directory = volume.partition_directory(key.topic_id, key.partition)
        try:
            # Asked again: the log may have changed while the others were looked at.
            cleanable = self._cleanable(partition, key, now_ms)
            if partition.is_closed or not cleanable.dirty_bytes:
                return
            request = compaction_request(partition.log, key, cleanable, now_ms)
            found = await self._jobs.in_steps(checksums(volume.disk, directory, request.segments))
            request.segments[:] = [each for each in found if each is not None]
            self._under_way[key] = await self._jobs.begin(partition, COMPACT, request)
        except (StorageError, OSError) as error:
            log.error("%s: cannot ask for a compaction: %s", partition, error)
            self._put_off(key)

    def _cleanable(self, partition: PartitionRuntime, key: PartitionKey, now_ms: int) -> Cleanable:
        return partition.log.find_cleanable(
            first_dirty=self._node.volume.first_dirty_offsets.get(key),
            high_watermark=partition.high_watermark,
            now_ms=now_ms,
        )

    # --- taking in ---

    async def _look_after(self, job: Job) -> bool:
        """Whether the job has ended. Raises ``StorageError`` and ``OSError``."""
        if not job.is_wanted:
            return True
        report = await self._jobs.report(job)
        if report is None:
            return False
        for damage in report.damage:
            await note_damage(self._node, self._jobs, job, damage)
        if report.failure:
            raise StorageError(report.failure)
        await self._adopt(job, report)
        return True

    async def _adopt(self, job: Job, report: Report) -> None:
        disk, volume = self._node.volume.disk, self._node.volume
        directory = volume.partition_directory(job.key.topic_id, job.key.partition)
        for cleaned in report.segments:
            await self._jobs.in_steps(verify_cleaned(disk, job.folder, cleaned))
        if not job.is_wanted:
            return
        await self._jobs.in_thread(lambda: bring_in(disk, job.folder, directory, report.segments))
        before = job.partition.log.describe().size_bytes
        if not await self._swap_in(job, report):
            bases = [cleaned.base_offset for cleaned in report.segments]
            await self._jobs.in_thread(lambda: discard_cleaned(disk, directory, bases))
            return
        self._count(job, report, before - job.partition.log.describe().size_bytes)
        # Not before the swap is durable: the checkpoint would promise what is not there.
        await self._jobs.in_thread(lambda: disk.synchronize_directory(directory))
        if job.is_wanted:
            volume.first_dirty_offsets.update({job.key: report.clean_to})

    async def _swap_in(self, job: Job, report: Report) -> bool:
        """Segment by segment from the oldest, for others to have their turn in between; whether all
        of them are in. Raises ``StorageError``."""
        for cleaned in report.segments:
            if not job.is_wanted:
                return False
            try:
                swapped = job.partition.log.swap_in(
                    [cleaned], generation=job.generation, now_ms=self._node.clock.now_ms()
                )
            except StorageError as error:
                job.partition.fail(str(error))
                raise
            if not swapped:
                return False
            await asyncio.sleep(0)
        return True

    def _count(self, job: Job, report: Report, saved: int) -> None:
        metrics = self._node.metrics
        metrics.compactions += 1
        metrics.compacted_bytes += max(0, saved)
        log.info(
            "%s: compacted to offset %d, %d of %d records stay, %d bytes less",
            job.partition, report.clean_to, report.records_after, report.records_before, saved,
        )  # fmt: skip
