"""What is known of a consumer group, by Kafka's names."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

EMPTY: Final = "Empty"
DEAD: Final = "Dead"

CLASSIC: Final = "classic"
CONSUMER: Final = "consumer"
"""KIP-848's type of group, whose assignments the brokers make."""


class TopicPartition(NamedTuple):
    topic: str
    partition: int

    def __str__(self) -> str:
        return f"{self.topic}/{self.partition}"


@dataclass(frozen=True, slots=True)
class ListedGroup:
    """``state`` is Kafka's word (Stable, Empty, PreparingRebalance, …), as ``group_type`` is."""

    name: str
    group_type: str
    protocol_type: str
    state: str


@dataclass(frozen=True, slots=True)
class Member:
    """``assignment`` is None where the group's protocol is not that of consumers; ``epoch`` is
    None in a classic group, whose generation no API tells."""

    id: str
    instance_id: str | None
    client_id: str
    host: str
    epoch: int | None
    assignment: tuple[TopicPartition, ...] | None
    target: tuple[TopicPartition, ...] | None = None
    """What a group of type ``consumer`` moves towards."""
    is_classic: bool = False
    """Whether it speaks the classic protocol in a group of type ``consumer``."""


@dataclass(frozen=True, slots=True)
class Group:
    """``coordinator`` is a broker's id; ``epoch`` is None in a classic group."""

    name: str
    group_type: str
    protocol_type: str
    state: str
    assignor: str
    coordinator: int
    epoch: int | None
    members: tuple[Member, ...]

    @property
    def is_active(self) -> bool:
        """Whether members hold it, so that nobody else may change its offsets."""
        return self.state not in (EMPTY, DEAD)

    @property
    def is_mixed(self) -> bool:
        """Whether members of both protocols are in it, as while a group migrates (KIP-848)."""
        return len({member.is_classic for member in self.members}) > 1

    def owners(self) -> Mapping[TopicPartition, Member]:
        """Who reads each assigned partition."""
        return {each: member for member in self.members for each in member.assignment or ()}


@dataclass(frozen=True, slots=True)
class Committed:
    """A committed offset: the next one that the group will read. ``leader_epoch`` is -1 when the
    consumer did not tell it."""

    offset: int
    leader_epoch: int = -1
    metadata: str = ""
