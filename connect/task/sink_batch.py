"""One batch of a sink: from its messages to ``put``, with the search for what the task refuses."""

from collections.abc import Sequence

from connect.runtime.bisect import Bisection
from connect.runtime.messages import ConsumedMessage
from connect.spi.records import SinkRecord, TopicPartition


class SinkBatch:
    """``messages`` are what its ``records`` were, one for one; ``ends`` the offsets that follow the
    batch on its partitions, whatever became of its records. It is put in one piece, or in the
    pieces of a bisection once a record is refused."""

    def __init__(
        self,
        records: Sequence[SinkRecord],
        messages: Sequence[ConsumedMessage],
        ends: dict[TopicPartition, int],
        doubts: int = 0,
    ) -> None:
        self._records = records
        self._messages = messages
        self.ends = ends
        self.bisection = Bisection(len(records), doubts)
        self.failures = 0
        """How often in a row the target could not take it."""
        self._indices: dict[tuple[str, int, int], int] | None = None

    @property
    def next_records(self) -> Sequence[SinkRecord] | None:
        """What to put next; None when all is put or known to be bad."""
        piece = self.bisection.batch
        return None if piece is None else self._records[piece]

    @property
    def bad(self) -> list[tuple[ConsumedMessage, Exception]]:
        return [(self._messages[index], error) for index, error in self.bisection.bad.items()]

    def __len__(self) -> int:
        return len(self._records)

    def message_of(self, place: TopicPartition, offset: int) -> ConsumedMessage | None:
        """The message at that place, if it is of this batch."""
        if self._indices is None:
            self._indices = {message[:3]: at for at, message in enumerate(self._messages)}
        index = self._indices.get((place.topic, place.partition, offset))
        return None if index is None else self._messages[index]

    def without(self, partitions: frozenset[TopicPartition]) -> "SinkBatch":
        """What is left of it when these are no longer the task's. It is put from its beginning:
        what was put already is put again."""
        left = [
            (record, message)
            for record, message in zip(self._records, self._messages, strict=True)
            if TopicPartition(message.topic, message.partition) not in partitions
        ]
        ends = {each: end for each, end in self.ends.items() if each not in partitions}
        return SinkBatch(
            [record for record, _ in left],
            [message for _, message in left],
            ends,
            self.bisection.doubts,
        )
