"""What members and administrators are answered. The handler turns these into wire messages."""

from dataclasses import dataclass

from brokers.groups.assignors.specification import Partitions
from brokers.kernel.errors import ErrorCode, Refusal


@dataclass(frozen=True, slots=True)
class HeartbeatResult:
    error: ErrorCode
    message: str | None = None
    """Why it was refused."""
    member_id: str | None = None
    member_epoch: int = 0
    heartbeat_interval_ms: int = 0
    assignment: Partitions | None = None
    """All that the member may read from; None when that has not changed."""

    @classmethod
    def refused(cls, refusal: Refusal) -> "HeartbeatResult":
        return cls(refusal.code, refusal.message)


NamedPartitions = tuple[tuple[bytes, str, tuple[int, ...]], ...]
"""Topic id, topic name, partition indexes in order."""


@dataclass(frozen=True, slots=True)
class DescribedMember:
    member_id: str
    instance_id: str | None
    rack_id: str | None
    member_epoch: int
    client_id: str
    client_host: str
    topic_names: tuple[str, ...]
    topic_regex: str | None
    assignment: NamedPartitions
    target: NamedPartitions
    is_classic: bool


@dataclass(frozen=True, slots=True)
class GroupDescription:
    """ConsumerGroupDescribe."""

    state: str
    epoch: int
    assignment_epoch: int
    assignor: str
    members: tuple[DescribedMember, ...]
