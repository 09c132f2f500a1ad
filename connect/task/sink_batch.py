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
        self._found: list[tuple[ConsumedMessage, Exception]] = []
        """Bad ones of a batch that this is the rest of."""

    @property
    def next_records(self) -> Sequence[SinkRecord] | None:
        """What to put next; None when all is put or known to be bad."""
        piece = self.bisection.batch
        return None if piece is None else self._records[piece]

    @property
    def bad(self) -> list[tuple[ConsumedMessage, Exception]]:
        own = [(self._messages[index], error) for index, error in self.bisection.bad.items()]
        return self._found + own

    def __len__(self) -> int:
        return len(self._records)

    def message_of(self, place: TopicPartition, offset: int) -> ConsumedMessage | None:
        """The message at that place, if it is of this batch."""
        if self._indices is None:
            self._indices = {message[:3]: at for at, message in enumerate(self._messages)}
        index = self._indices.get((place.topic, place.partition, offset))
        return None if index is None else self._messages[index]

    def without(self, partitions: frozenset[TopicPartition]) -> "SinkBatch":
        """What is left to be put of it when these are no longer the task's, and what was found to
        be bad so far. What was put is not put again."""
        rest = [
            (record, message)
            for record, message in zip(
                self._records[self.bisection.rest], self._messages[self.bisection.rest], strict=True
            )
            if TopicPartition(message.topic, message.partition) not in partitions
        ]
        ends = {each: end for each, end in self.ends.items() if each not in partitions}
        left = SinkBatch(
            [record for record, _ in rest],
            [message for _, message in rest],
            ends,
            self.bisection.doubts,
        )
        left._found = [
            (message, error)
            for message, error in self.bad
            if TopicPartition(message.topic, message.partition) not in partitions
        ]
        return left
