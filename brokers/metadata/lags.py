"""How far followers are behind their leaders, as the leaders tell it. Pure."""

from dataclasses import dataclass
from typing import Any

from brokers.kernel.ids import BrokerId, PartitionIndex, TopicId


@dataclass(frozen=True, slots=True)
class ReplicaLag:
    """One follower. ``records`` that it lacks; ``behind_ms`` since it lacked none.

    ``bytes_left`` and ``bytes_per_second`` are estimates: records by their average size here.
    """

    topic_id: TopicId
    index: PartitionIndex
    replica: BrokerId
    records: int
    behind_ms: int
    bytes_left: int
    bytes_per_second: int

    def to_json(self) -> list[Any]:
        """A list, for there may be a thousand of them with each heartbeat."""
        return [
            self.topic_id.hex(),
            self.index,
            self.replica,
            self.records,
            self.behind_ms,
            self.bytes_left,
            self.bytes_per_second,
        ]

    @classmethod
    def from_json(cls, data: list[Any]) -> "ReplicaLag":
        topic_id, index, replica, *rest = data
        return cls(
            TopicId(bytes.fromhex(topic_id)), PartitionIndex(index), BrokerId(replica), *rest
        )

    @property
    def seconds_left(self) -> int | None:
        """Until it has everything, at this rate; None where it gets no nearer."""
        if not self.records:
            return 0
        return round(self.bytes_left / self.bytes_per_second) if self.bytes_per_second else None
