"""What this broker has seen of the control plane, kept on its volume before it is acted on.

Should the metadata store be restored from the past, this is what its rows are rebuilt from.
"""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from brokers.kernel.errors import StorageError
from brokers.kernel.ids import ChangeNumber, Incarnation, PartitionIndex, TopicId
from brokers.log.control_plane_checkpoint import ControlPlaneCheckpoint
from brokers.metadata.image import MetadataImage
from brokers.metadata.records import Json, PartitionRecord, TopicRecord
from brokers.metadata.recovery import NOTHING_SEEN, Seen

SEEN: Final = "seen"
PARTITION: Final = "partition/"
TOPIC: Final = "topic/"

Partition = tuple[TopicId, PartitionIndex]


class SeenState:
    """``partitions`` and ``topics`` are the latest records of what this broker has replicas of.

    Belongs to the event loop; writes go to a thread, and those that wait for it share the next.
    """

    def __init__(self, checkpoint: ControlPlaneCheckpoint) -> None:
        """Raises ``StorageError`` for a file that cannot be read."""
        self.seen = NOTHING_SEEN
        self.partitions: dict[Partition, PartitionRecord] = {}
        self.topics: dict[TopicId, TopicRecord] = {}
        self._checkpoint = checkpoint
        self._pending: dict[str, str | None] = {}
        self._writing = asyncio.Lock()
        for key, value in checkpoint.entries.items():
            try:
                self._read(key, json.loads(value))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise StorageError(
                    f"the control-plane checkpoint's entry {key!r} cannot be read ({error!r}); "
                    "restore the file, or remove it: nothing can then be rebuilt from this volume"
                ) from error

    def _read(self, key: str, value: Json) -> None:
        if key == SEEN:
            self.seen = seen_from_json(value)
        elif key.startswith(PARTITION):
            record = PartitionRecord.from_json(value)
            self.partitions[record.topic_id, record.index] = record
        elif key.startswith(TOPIC):
            topic = TopicRecord.from_json(value)
            self.topics[topic.id] = topic

    # Noting; durable only with the next ``keep``.

    def note(self, seen: Seen) -> None:
        if seen != self.seen:
            self.seen = seen
            self._pending[SEEN] = json.dumps(seen_to_json(seen))

    def note_number(self, number: ChangeNumber) -> None:
        """Of this generation."""
        if number > self.seen.number:
            self.note(replace(self.seen, number=number))

    def note_partition(self, record: PartitionRecord) -> None:
        """The record, unless a later one is known: answers to proposals overtake the changes."""
        known = self.partitions.get((record.topic_id, record.index))
        if known is None or record.partition_epoch > known.partition_epoch:
            self.partitions[record.topic_id, record.index] = record
            self._pending[_partition_key(record.topic_id, record.index)] = json.dumps(
                record.to_json()
            )

    def note_topic(self, topic: TopicRecord) -> None:
        if self.topics.get(topic.id) != topic:
            self.topics[topic.id] = topic
            self._pending[f"{TOPIC}{topic.id.hex()}"] = json.dumps(topic.to_json())

    def forget_partition(self, topic_id: TopicId, index: PartitionIndex) -> None:
        """Its folder is gone."""
        if self.partitions.pop((topic_id, index), None) is not None:
            self._pending[_partition_key(topic_id, index)] = None

    def forget_purged(self, image: MetadataImage) -> None:
        """Tombstones that the metadata has no more, and topics without any replica here."""
        held = {topic_id for topic_id, _ in self.partitions}
        for topic in [*self.topics.values()]:
            is_purged = topic.id not in image.topics and topic.id not in image.tombstones
            if topic.id not in held and (is_purged or not topic.deleted):
                del self.topics[topic.id]
                self._pending[f"{TOPIC}{topic.id.hex()}"] = None

    # Keeping.

    async def keep(self) -> None:
        """Make durable what was noted before this call. Raises ``StorageError``: it is not, and
        the next call tries again."""
        if not self._pending and not self._writing.locked():
            return
        async with self._writing:
            batch, self._pending = self._pending, {}
            if not batch:
                return  # Written with somebody else's.
            try:
                await asyncio.to_thread(self._checkpoint.keep, batch)
            except BaseException:
                self._pending = {**batch, **self._pending}
                raise

    async def keep_partitions(self, records: Iterable[PartitionRecord]) -> None:
        """Note these, and keep. Raises ``StorageError``."""
        for record in records:
            self.note_partition(record)
        await self.keep()


def _partition_key(topic_id: TopicId, index: PartitionIndex) -> str:
    return f"{PARTITION}{topic_id.hex()}/{index}"


def seen_to_json(seen: Seen) -> Json:
    return {
        "number": seen.number,
        "generation": seen.generation,
        "incarnation": seen.incarnation,
        "producer_ids": seen.producer_ids,
    }


def seen_from_json(data: Json) -> Seen:
    return Seen(
        number=ChangeNumber(int(data["number"])),
        generation=int(data["generation"]),
        incarnation=Incarnation(int(data["incarnation"])),
        producer_ids=int(data["producer_ids"]),
    )
