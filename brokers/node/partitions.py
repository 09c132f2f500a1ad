"""Which partitions this broker has open, kept in step with the image.

A partition is opened (``log_opener``) because the image says that this broker is a replica, and
deleted because of its topic's tombstone, never because something is missing from the image. One
worker does both in order, so that the volume is used from one thread at a time. What it does about
a partition is on the volume first (``seen_state``), many partitions at a time.
"""

import asyncio
import logging
import uuid
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from brokers.kernel.clock import Clock
from brokers.kernel.errors import ErrorCode, HeadwaterError, StorageError
from brokers.kernel.ids import BrokerId, PartitionIndex, TopicId, TopicName
from brokers.log.partition_log import PartitionLog
from brokers.log.volume import Volume
from brokers.metadata.image import MetadataImage
from brokers.metadata.records import Change, Kind, PartitionRecord, TopicRecord
from brokers.metadata.topic_configs import value_of
from brokers.node.log_config import to_log_config
from brokers.node.log_opener import LogOpener
from brokers.node.metrics import Metrics
from brokers.node.partition_runtime import Flusher, PartitionRuntime, ProposalSink
from brokers.node.ports import PartitionNumber
from brokers.node.seen_state import Partition, SeenState

log = logging.getLogger(__name__)

DAMAGED_KEPT_MS = 3_600_000
"""For whoever wants to know what happened to a disk; then its room is worth more."""

RoleWatcher = Callable[[PartitionRuntime], None]
"""Told when a partition of an internal topic has begun to lead here, and when it has ended."""
Told = tuple[TopicRecord | None, PartitionRecord | None]


class Following(Protocol):
    """Copies what this broker follows from its leaders (``LeaderLinks``)."""

    def follow(self, partition: PartitionRuntime) -> None:
        """From the leader, and at the epoch, that its ``following`` says."""
        ...

    def forget(self, topic_id: TopicId, index: PartitionIndex) -> None: ...


class PartitionManager:
    """``get`` is for every request; the rest is for the node's life and for changes."""

    def __init__(
        self,
        broker_id: BrokerId,
        volume: Volume,
        *,
        clock: Clock,
        flusher: Flusher,
        following: Following,
        proposals: ProposalSink,
        metrics: Metrics,
        role_watchers: Mapping[TopicName, RoleWatcher],
        seen: SeenState,
    ) -> None:
        self.volume = volume
        self.seen = seen
        self._broker_id = broker_id
        self._clock = clock
        self._flusher = flusher
        self._following = following
        self._proposals = proposals
        self._metrics = metrics
        self._role_watchers = role_watchers
        self._topics: dict[TopicId, dict[int, PartitionRuntime]] = {}
        self._opener = LogOpener(volume, clock)
        self._postponed: set[Partition] = set()
        self._queue: deque[Partition] = deque()
        self._queued = asyncio.Event()
        self._settled = asyncio.Event()
        self._settled.set()

    def get(self, topic_id: TopicId, index: int) -> PartitionRuntime | None:
        """The partition if it is open here, whether this broker leads it or not."""
        partitions = self._topics.get(topic_id)
        return None if partitions is None else partitions.get(index)

    def __iter__(self) -> Iterator[PartitionRuntime]:
        """Every open partition."""
        for partitions in list(self._topics.values()):
            yield from list(partitions.values())

    def failure(self, topic_id: TopicId, index: int) -> str | None:
        """Why a partition that belongs here could not be opened."""
        return self._opener.failures.get((topic_id, PartitionIndex(index)))

    # Damage.

    def damaged(self) -> list[PartitionNumber]:
        """Partitions whose logs here lack or garble what was durable."""
        return [PartitionNumber(*partition) for partition in sorted(self._opener.damaged)]

    def failed(self) -> list[PartitionNumber]:
        """Open partitions whose disk has failed them: they take no more records."""
        return [
            PartitionNumber(partition.topic_id, partition.index)
            for partition in self
            if partition.log.failure is not None and not partition.is_closed
        ]

    async def take_out(self, failed: PartitionNumber) -> None:
        """Serve the partition no longer, as if it had been found damaged when it was opened."""
        topic_id, index = failed.topic_id, failed.index
        runtime = self._topics.get(topic_id, {}).pop(index, None)
        if runtime is None:
            return
        self._following.forget(topic_id, index)
        runtime.resign()
        await runtime.quiesce()
        self._opener.note_damage((topic_id, index), str(runtime.log.failure))

    def begin_anew(self, image: MetadataImage, damaged: PartitionNumber) -> bool:
        """Put the damaged log aside and copy the partition from its leader; whether that was done.

        Not while this broker may be taken for one that has everything, and not when nobody else
        has: then what is left of the log is worth more than an empty one.
        """
        topic_id, index = damaged.topic_id, damaged.index
        topic, record = image.topics.get(topic_id), image.partition(topic_id, index)
        if topic is None or record is None:
            return False
        complete = {*record.isr, *record.eligible_leaders}
        if self._broker_id in complete or not complete:
            return False
        self.volume.delete_partition(
            topic_id, index, remove_at_ms=self._clock.now_ms() + DAMAGED_KEPT_MS
        )
        self._opener.forget((topic_id, index))
        log.warning(
            "%s-%d: the damaged log was put aside; copying it from a leader", topic.name, index
        )
        self._queue_up(topic_id, index)
        return True

    def open_lacking_room(self) -> None:
        """Try again to open what could not be opened on a full disk."""
        for topic_id, index in self._opener.take_lacking_room():
            self._queue_up(topic_id, index)

    # Starting.

    async def open_all(self, image: MetadataImage, *, clean: bool) -> None:
        """Open what the image says this broker has; serving has not begun.

        ``clean``: the process before closed every log. Raises ``StorageError`` only for the volume
        itself; a partition that cannot be opened is noted and answered KAFKA_STORAGE_ERROR.
        """
        mine = [
            (image.topics[topic_id], record)
            for topic_id, records in image.partitions.items()
            if topic_id in image.topics
            for record in records.values()
            if self._broker_id in record.replicas
        ]
        logs = await self._opener.open_all(mine, clean=clean)
        self.seen.forget_purged(image)
        for topic, record in mine:
            self._note(topic, record)
        is_kept = await self._keep()
        for topic, record, opened in logs:
            self._adopt(topic, record.index, opened)
            if is_kept or not self._must_be_kept(topic, record):
                self._take_role(topic, record)
            else:
                self._postponed.add((topic.id, record.index))
        self._delete_tombstoned(image)

    def _adopt(self, topic: TopicRecord, index: PartitionIndex, opened: PartitionLog) -> None:
        counter = self._metrics.partition(topic.tenant_id, topic.name, topic.id, index)
        runtime = PartitionRuntime(
            topic,
            index,
            opened,
            broker_id=self._broker_id,
            clock=self._clock,
            flusher=self._flusher,
            proposals=self._proposals,
            counter=counter,
        )
        if topic.internal:
            runtime.role_watcher = self._role_watchers.get(topic.name)
        self._topics.setdefault(topic.id, {})[index] = runtime

    def _take_role(self, topic: TopicRecord, record: PartitionRecord) -> None:
        """Lead, follow, or neither, as the record says."""
        runtime = self.get(topic.id, record.index)
        if runtime is None:
            return
        joins = self._broker_id in record.adding and self._broker_id not in record.isr
        runtime.is_being_added = joins
        if record.leader == self._broker_id:
            self._following.forget(topic.id, record.index)
            try:
                runtime.lead(record, int(value_of("min.insync.replicas", topic.configs)))
            except ValueError as error:
                log.error("%s: cannot lead: %s", runtime, error)
                runtime.resign()
        elif record.leader is None:
            self._following.forget(topic.id, record.index)
            runtime.resign()
        elif runtime.follow(record.leader, record.leader_epoch):
            self._following.follow(runtime)

    def _delete_tombstoned(self, image: MetadataImage) -> None:
        self.volume.find_deleted(self._clock.now_ms())
        for key in self.volume.partitions():
            topic_id = TopicId(key.topic_id)
            if topic_id in image.tombstones:
                self._queue_up(topic_id, PartitionIndex(key.partition))
            elif topic_id not in image.topics:
                log.warning(
                    "%s/%s belongs to no topic that the metadata knows, and is left alone",
                    self.volume.path, key.directory_name,
                )  # fmt: skip

    # Following the image.

    def changed(self, change: Change, image: MetadataImage) -> None:
        """Note what a change that was applied to the image means here."""
        if change.kind is Kind.PARTITION:
            topic_hex, _, number = change.key.partition("/")
            self._queue_up(TopicId(bytes.fromhex(topic_hex)), PartitionIndex(int(number)))
        elif change.kind is Kind.TOPIC:
            topic_id = TopicId(bytes.fromhex(change.key))
            known = image.partitions.get(topic_id, {})
            for index in sorted({*known, *self._topics.get(topic_id, {})}):
                self._queue_up(topic_id, PartitionIndex(index))

    def _queue_up(self, topic_id: TopicId, index: PartitionIndex) -> None:
        self._queue.append((topic_id, index))
        self._settled.clear()
        self._queued.set()

    async def settle(self) -> None:
        """Return once everything that was noted before this call is in force."""
        await self._settled.wait()

    def begin_anew_with(self, image: MetadataImage) -> None:
        """The image was made anew: look at everything again."""
        self.seen.forget_purged(image)
        for topic_id, records in image.partitions.items():
            for index, record in records.items():
                if self._broker_id in record.replicas:
                    self._queue_up(topic_id, index)
        for runtime in self:
            self._queue_up(runtime.topic_id, runtime.index)
        self._delete_tombstoned(image)

    async def work(self, image: MetadataImage) -> None:
        """Put changes into force in their order, until cancelled."""
        while True:
            await self._queued.wait()
            while self._queue:
                await self._put_into_force(image)
            self._queued.clear()
            self._settled.set()

    async def _put_into_force(self, image: MetadataImage) -> None:
        """All that is queued now: on the volume first, for all at once, then each."""
        batch = [*dict.fromkeys(self._queue)]
        self._queue.clear()
        told = {key: _told(image, *key) for key in batch}
        is_kept = await self._remember(image, told)
        for topic_id, index in batch:
            if _told(image, topic_id, index) != told[topic_id, index]:
                continue  # Changed meanwhile, and so queued again: what is acted on is kept first.
            if not is_kept and self._must_be_kept(*told[topic_id, index]):
                self._postponed.add((topic_id, index))
                continue
            try:
                await self._reconcile(image, topic_id, index)
            except HeadwaterError as error:
                log.error("%s-%d: %s", uuid.UUID(bytes=topic_id), index, error)
            await asyncio.sleep(0)

    async def _remember(self, image: MetadataImage, told: dict[Partition, Told]) -> bool:
        """Keep what concerns this broker; False when the disk does not take it."""
        for key, (topic, record) in told.items():
            if topic is not None and self._concerns_this_broker(key, record):
                self._note(topic, record)
                self.seen.note_number(image.number)
        return await self._keep()

    async def _keep(self) -> bool:
        try:
            await self.seen.keep()
        except StorageError as error:
            log.error("nothing is led anew, and nothing moved away, before it is kept: %s", error)
            return False
        return True

    def _must_be_kept(self, topic: TopicRecord | None, record: PartitionRecord | None) -> bool:
        """Whether this broker may not act on it without keeping it.

        On a full disk a leader can hand over, a follower follow, and a deleted topic go: records
        are committed by their leader's word, and it has kept by which record it leads.
        """
        if topic is None or record is None or topic.deleted:
            return False
        return record.leader == self._broker_id or self._broker_id not in record.replicas

    def try_postponed(self) -> None:
        """The disk takes again what could not be kept."""
        postponed, self._postponed = self._postponed, set()
        for topic_id, index in postponed:
            self._queue_up(topic_id, index)

    def _concerns_this_broker(self, key: Partition, record: PartitionRecord | None) -> bool:
        has_it = self.get(*key) is not None or key in self.seen.partitions
        return has_it or (record is not None and self._broker_id in record.replicas)

    def _note(self, topic: TopicRecord, record: PartitionRecord | None) -> None:
        self.seen.note_topic(topic)
        if record is not None:
            self.seen.note_partition(record)

    async def _reconcile(
        self, image: MetadataImage, topic_id: TopicId, index: PartitionIndex
    ) -> None:
        if topic_id in image.tombstones:
            await self._delete(image.tombstones[topic_id], index, because="deleted")
            return
        topic, record = image.topics.get(topic_id), image.partition(topic_id, index)
        runtime = self.get(topic_id, index)
        if topic is None or record is None:
            if runtime is not None:
                self._following.forget(topic_id, index)
                runtime.resign()
            return
        if self._broker_id not in record.replicas:
            known = self.seen.partitions.get((topic_id, index))
            if known is not None and self._broker_id in known.replicas:
                return  # A later record than this says that it is a replica.
            if runtime is not None:
                # Not for want of metadata: a later record than the one that this broker was a
                # replica by says who the replicas are now.
                await self._delete(topic, index, because="moved to other brokers")
            return
        if runtime is None:
            if (topic_id, index) in self._opener.damaged:
                return
            # New, so its log is empty: no recovery that would hold up the event loop. But for one
            # that found no room when the broker started; that is rare, and worth it.
            opened = self._opener.open(topic, index, clean=False)
            if opened is None:
                return
            self._adopt(topic, index, opened)
        else:
            runtime.reconfigure(topic, to_log_config(topic.configs))
        self._take_role(topic, record)

    async def _delete(self, topic: TopicRecord, index: PartitionIndex, *, because: str) -> None:
        runtime = self._topics.get(topic.id, {}).pop(index, None)
        if runtime is not None:
            self._following.forget(topic.id, index)
            runtime.resign(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
            await runtime.quiesce()
            if not self._topics[topic.id]:
                del self._topics[topic.id]
        self._opener.forget((topic.id, index))
        delay_ms = to_log_config(topic.configs).file_delete_delay_ms
        self.volume.delete_partition(topic.id, index, remove_at_ms=self._clock.now_ms() + delay_ms)
        self.seen.forget_partition(topic.id, index)
        log.info("%s-%d was %s; its files go in %d ms", topic.name, index, because, delay_ms)

    # Stopping.

    async def close_all(self) -> bool:
        """Make everything durable and close it; whether all of it is."""
        for runtime in self:
            runtime.resign()
        for runtime in self:
            await runtime.quiesce()
        self._topics.clear()
        with ThreadPoolExecutor(1, thread_name_prefix="close-logs") as thread:
            return await asyncio.get_running_loop().run_in_executor(thread, self.volume.close_logs)


def _told(image: MetadataImage, topic_id: TopicId, index: PartitionIndex) -> Told:
    """What the image says of a partition now."""
    topic = image.tombstones.get(topic_id) or image.topics.get(topic_id)
    return topic, image.partition(topic_id, index)
