"""The jobs that this broker has asked of storage workers: made, watched and removed.

A job is a folder on the volume (``log/storage_job.py``). Nothing here waits for a worker: one that
is away, or a Redis that is, leaves the folder as it is, and the job is hinted at again.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from brokers.kernel.errors import StorageError
from brokers.log.checkpoints import PartitionKey
from brokers.log.storage_job import (
    STAGING,
    CompactionRequest,
    Report,
    ScrubRequest,
    job_folder,
    job_name,
    read_report,
    write_request,
)
from brokers.log.volume import DELETE_SUFFIX
from brokers.node.partition_runtime import PartitionRuntime

if TYPE_CHECKING:
    from brokers.node.node import Node

log = logging.getLogger(__name__)
T = TypeVar("T")

HINT_AGAIN_MS: Final = 60_000
"""A message is one line; a worker that has the job already sees so and goes on."""


@dataclass(slots=True)
class Job:
    """``generation`` counts the log's truncations: what was asked before one is void."""

    name: str
    key: PartitionKey
    folder: Path
    partition: PartitionRuntime
    generation: int
    hinted_ms: int

    @property
    def is_wanted(self) -> bool:
        """Whether the log is still the one that was asked about."""
        log = self.partition.log
        return (
            not self.partition.is_closed
            and log.failure is None
            and log.generation == self.generation
        )


class StorageJobs:
    """One thread for files, so that the event loop never waits for a disk here."""

    def __init__(self, node: "Node") -> None:
        self._node = node
        self._number = 0
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="storage-jobs")

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def in_steps(self, steps: Iterator[T]) -> list[T]:
        """Run an iterator in the thread, step by step: a broker that stops need not wait for the
        end of it."""
        found: list[T] = []
        done = object()
        while (step := await self.in_thread(lambda: next(steps, done))) is not done:
            found.append(step)  # type: ignore[arg-type]
        return found

    async def forget_earlier(self) -> None:
        """Take away what a process before had asked: its answers would be about another run.

        Renamed first, so that a worker that is at it finds nothing any more.
        """
        volume = self._node.volume
        gone = volume.path / f"{STAGING}.{self._node.incarnation}{DELETE_SUFFIX}"

        def remove() -> None:
            with contextlib.suppress(FileNotFoundError):
                volume.disk.rename(volume.path / STAGING, gone)
            with contextlib.suppress(OSError):  # The next start removes what is left of it.
                volume.disk.remove_tree(gone)

        try:
            await self.in_thread(remove)
        except OSError as error:
            log.error("earlier storage jobs cannot be removed: %s", error)

    async def begin(
        self, partition: PartitionRuntime, kind: str, request: CompactionRequest | ScrubRequest
    ) -> Job:
        """Put the request where workers find it, and say so. Raises ``OSError``."""
        node = self._node
        self._number += 1
        key = PartitionKey(partition.topic_id, partition.index)
        name = job_name(key, kind, node.incarnation, self._number)
        folder = job_folder(node.volume.path, name)
        await self.in_thread(lambda: write_request(node.volume.disk, folder, request))
        now_ms = node.clock.monotonic_ms()
        node.storage.hint(node.broker_id, name)
        return Job(name, key, folder, partition, request.generation, now_ms)

    async def report(self, job: Job) -> Report | None:
        """What a worker has made of it; None while there is nothing. Raises ``StorageError`` and
        ``OSError``."""
        node = self._node
        report = await self.in_thread(lambda: read_report(node.volume.disk, job.folder))
        if report is not None and report.generation != job.generation:
            raise StorageError(f"{job.name}: the report is about another generation of the log")
        now_ms = node.clock.monotonic_ms()
        if report is None and now_ms - job.hinted_ms >= HINT_AGAIN_MS:
            job.hinted_ms = now_ms
            node.storage.hint(node.broker_id, job.name)
        return report

    async def end(self, job: Job) -> None:
        """Remove the job's folder: whoever comes later has nothing to do."""
        try:
            await self.in_thread(lambda: self._node.volume.disk.remove_tree(job.folder))
        except OSError as error:
            log.warning("%s is left on the disk until the next start: %s", job.folder, error)
