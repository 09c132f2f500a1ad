"""Which source offsets may be stored: those of records that are in Kafka with all before them.
Pure.

A source's records are acknowledged in any order (they go to different partitions), and a stored
offset says "go on after this one": so the offset of a record counts once that record and all that
the source gave before it from the same source partition have been acknowledged.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connect.task.offset_keys import partition_key

Json = Mapping[str, Any]


@dataclass(slots=True, eq=False)
class Submission:
    """One record that was given on; ``partition`` and ``offset`` are its source's."""

    partition: Json
    offset: Json
    acknowledged: bool = False


class SubmittedOffsets:
    """Records that were given to the producer and whose offsets have not been taken yet.

    Of those that are acknowledged with all before them only the last is kept: what is held grows
    with what is on its way, and not with the time between two takes.
    """

    def __init__(self) -> None:
        self._queues: dict[str, deque[Submission]] = {}
        self._waiting = 0

    @property
    def waiting(self) -> int:
        """How many are not acknowledged."""
        return self._waiting

    def submit(self, partition: Json, offset: Json) -> Submission:
        """In the order in which the source gave them, before the record is produced."""
        submission = Submission(partition, offset)
        queue = self._queues.setdefault(partition_key(partition), deque())
        while len(queue) > 1 and queue[0].acknowledged and queue[1].acknowledged:
            queue.popleft()
        queue.append(submission)
        self._waiting += 1
        return submission

    def acknowledge(self, submission: Submission) -> None:
        """Its record is in Kafka, or was left out on purpose. Once for each."""
        if not submission.acknowledged:
            submission.acknowledged = True
            self._waiting -= 1

    def take(self) -> list[tuple[Json, Json]]:
        """(source partition, offset) for each partition with a newer offset to store than the one
        that was last taken. What is taken is forgotten here: store it, or end the task."""
        taken: list[tuple[Json, Json]] = []
        for key in list(self._queues):
            queue = self._queues[key]
            last: Submission | None = None
            while queue and queue[0].acknowledged:
                last = queue.popleft()
            if last is not None:
                taken.append((last.partition, last.offset))
            if not queue:
                del self._queues[key]
        return taken
