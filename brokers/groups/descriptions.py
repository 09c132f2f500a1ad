"""What groups look like from outside, whichever protocol their members speak."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ListedGroup:
    """``kind`` and ``state`` as Kafka shows them: "classic" or "consumer", "Stable" and so on."""

    group_id: str
    protocol_type: str
    state: str
    kind: str


@dataclass(frozen=True, slots=True)
class DescribedMember:
    """``metadata`` and ``assignment`` are the client's own bytes."""

    member_id: str
    instance_id: str | None
    client_id: str
    client_host: str
    metadata: bytes
    assignment: bytes


@dataclass(frozen=True, slots=True)
class DescribedGroup:
    state: str
    protocol_type: str
    protocol_name: str
    members: tuple[DescribedMember, ...]
