"""What a sink's task has asked for, kept until its loop can do it."""

from collections.abc import Collection, Mapping

from connect.runtime.messages import ConsumedMessage
from connect.spi.records import TopicPartition
from connect.task.sink_batch import SinkBatch


class SinkRequests:
    """Written by the task's context, read by the loop; both on the task's thread."""

    def __init__(self) -> None:
        self.assigned: frozenset[TopicPartition] = frozenset()
        self.paused: set[TopicPartition] = set()
        self.batch: SinkBatch | None = None
        """The one that is being put."""
        self._rewinds: dict[TopicPartition, int] = {}
        self._retry_after: float | None = None
        self._commit = False

    @property
    def rewound(self) -> frozenset[TopicPartition]:
        """Partitions that the task wants to go back on."""
        return frozenset(self._rewinds)

    def rewind(self, offsets: Mapping[TopicPartition, int]) -> None:
        self._rewinds.update(offsets)

    def take_rewinds(self) -> dict[TopicPartition, int]:
        taken, self._rewinds = self._rewinds, {}
        return taken

    def retry_after(self, seconds: float) -> None:
        self._retry_after = max(seconds, 0.0)

    def take_retry_after(self) -> float | None:
        taken, self._retry_after = self._retry_after, None
        return taken

    def ask_commit(self) -> None:
        self._commit = True

    def take_commit(self) -> bool:
        taken, self._commit = self._commit, False
        return taken

    def forget(self, gone: Collection[TopicPartition], assigned: frozenset[TopicPartition]) -> None:
        """These are no longer the task's; ``assigned`` are."""
        self.assigned = assigned
        self.paused.difference_update(gone)
        for partition in gone:
            self._rewinds.pop(partition, None)

    def message_of(self, place: TopicPartition, offset: int) -> ConsumedMessage | None:
        """The message of a record of the batch that is being put."""
        return None if self.batch is None else self.batch.message_of(place, offset)
