"""One batch of a sink: from its messages to ``put``, with the search for what the task refuses."""

from collections.abc import Sequence
from dataclasses import dataclass

from connect.runtime.bisect import Bisection
from connect.runtime.messages import ConsumedMessage
from connect.spi.records import SinkRecord, TopicPartition


@dataclass(frozen=True, slots=True)
class Pair:
    """A record as the task gets it, and the message that it was."""

    message: ConsumedMessage
    record: SinkRecord


class SinkBatch:
    """``ends`` are the offsets that follow the batch on its partitions, whatever became of its
    records. It is put in one piece, or in the pieces of a bisection once a record is refused."""

    def __init__(
        self, pairs: Sequence[Pair], ends: dict[TopicPartition, int], doubts: int = 0
    ) -> None:
        self._pairs = list(pairs)
        self.ends = ends
        self.bisection = Bisection(len(self._pairs), doubts)
        self.failures = 0
        """How often in a row the target could not take it."""

    @property
    def next_records(self) -> list[SinkRecord] | None:
        """What to put next; None when all is put or known to be bad."""
        piece = self.bisection.batch
        return None if piece is None else [each.record for each in self._pairs[piece]]

    @property
    def bad(self) -> list[tuple[Pair, Exception]]:
        return [(self._pairs[index], error) for index, error in self.bisection.bad.items()]

    def __len__(self) -> int:
        return len(self._pairs)

    def message_of(self, place: TopicPartition, offset: int) -> ConsumedMessage | None:
        """The message at that place, if it is of this batch."""
        for each in self._pairs:
            if each.message.offset == offset and _partition(each.message) == place:
                return each.message
        return None

    def without(self, partitions: frozenset[TopicPartition]) -> "SinkBatch":
        """What is left of it when these are no longer the task's. It is put from its beginning:
        what was put already is put again."""
        pairs = [each for each in self._pairs if _partition(each.message) not in partitions]
        ends = {each: end for each, end in self.ends.items() if each not in partitions}
        return SinkBatch(pairs, ends, self.bisection.doubts)


def _partition(message: ConsumedMessage) -> TopicPartition:
    return TopicPartition(message.topic, message.partition)
