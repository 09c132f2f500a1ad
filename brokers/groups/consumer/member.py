"""One member of a KIP-848 group."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from brokers.groups.assignors.specification import Partitions
from brokers.groups.classic.member import Protocol, metadata_bytes
from brokers.groups.consumer.subscription import NO_SUBSCRIPTION, Subscription
from brokers.groups.kept_bytes import MEMBER_BYTES, PART_BYTES

LEAVING: Final = -1
"""Member epoch in the heartbeat of a member that leaves for good."""

AWAY: Final = -2
"""Member epoch of a static member that left and will be back within the session timeout."""

NOTHING: Final[Partitions] = {}


class MemberState(IntEnum):
    """How far a member has followed its target. Values are those of Kafka's records."""

    UNKNOWN = 127
    """A later release wrote it; the member must begin anew."""
    STABLE = 0
    """It has its target of ``epoch``; a later target may be there."""
    UNREVOKED = 1
    """It must give up what is in ``revoking`` before it goes on."""
    UNRELEASED = 2
    """It is at the target's epoch and waits for partitions that others still hold."""


@dataclass(frozen=True, slots=True)
class ClassicMember:
    """What is kept of a member that speaks the classic protocol in a KIP-848 group."""

    session_timeout_ms: int
    protocols: tuple[Protocol, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """A member is replaced, never changed."""

    member_id: str
    instance_id: str | None = None
    """Set for a static member: its place outlives a restart (KIP-345)."""
    rack_id: str | None = None
    client_id: str = ""
    client_host: str = ""
    rebalance_timeout_ms: int = -1
    subscription: Subscription = NO_SUBSCRIPTION
    assignor: str | None = None
    classic: ClassicMember | None = None
    """None for a member that speaks the consumer protocol."""
    epoch: int = 0
    """That of the target it follows; ``AWAY`` for a static member that left for now."""
    previous_epoch: int = -1
    """Accepted once more, for the answer that raised it may have been lost."""
    state: MemberState = MemberState.STABLE
    assigned: Partitions = field(default_factory=dict)
    """What it may read from."""
    revoking: Partitions = field(default_factory=dict)
    """What it may still read from, and must give up."""

    @property
    def kept_bytes(self) -> int:
        """What it takes of the coordinator's memory, but for its partitions."""
        told = (self.member_id, self.instance_id, self.rack_id, self.client_id, self.client_host)
        said = sum(len(each) for each in told if each) + len(self.subscription.regex)
        names = self.subscription.names
        parts = len(names)
        if self.classic is not None:
            said += metadata_bytes(self.classic.protocols)
            parts += len(self.classic.protocols)
        return MEMBER_BYTES + said + sum(map(len, names)) + PART_BYTES * parts

    def is_reconciled_to(self, assignment_epoch: int) -> bool:
        return self.state is MemberState.STABLE and self.epoch == assignment_epoch


def as_partitions(pairs: Mapping[bytes, set[int]]) -> Partitions:
    """Without the topics of which nothing is left."""
    return {topic_id: frozenset(found) for topic_id, found in pairs.items() if found}
