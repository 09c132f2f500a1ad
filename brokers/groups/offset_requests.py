"""What is asked about committed offsets, and what is answered. Group ids are qualified by the
tenant, topics by name."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from brokers.groups.offsets import NO_EXPIRY, Committed, Place
from brokers.kernel.errors import ErrorCode


class NewOffset(NamedTuple):
    """One partition's offset to be committed; ``leader_epoch`` -1 where the client knows none."""

    place: Place
    offset: int
    leader_epoch: int
    metadata: str


@dataclass(frozen=True, slots=True)
class CommitOffsets:
    """``generation`` is the member epoch in KIP-848 groups; -1 with an empty ``member_id`` for a
    client that is no member. Times in ms since 1970."""

    group_id: str
    member_id: str
    instance_id: str | None
    generation: int
    offsets: Sequence[NewOffset]
    at_ms: int
    expires_ms: int = NO_EXPIRY


class OffsetMove(NamedTuple):
    """``before`` None where nothing had been committed."""

    place: Place
    before: int | None
    after: int


@dataclass(frozen=True, slots=True)
class CommittedOffsets:
    """One code for each offset, and what was moved where the commit is a reset
    (``offset_resets``)."""

    codes: list[ErrorCode]
    reset: Sequence[OffsetMove] = ()


@dataclass(frozen=True, slots=True)
class CommitInTransaction:
    """As ``CommitOffsets``, to count once the producer's transaction is committed (KIP-447)."""

    group_id: str
    member_id: str
    instance_id: str | None
    generation: int
    offsets: Sequence[NewOffset]
    at_ms: int
    producer_id: int
    producer_epoch: int


@dataclass(frozen=True, slots=True)
class FetchOffsets:
    """``places`` None for everything that the group has committed. ``member_id`` None: whoever asks
    does not claim to be a member. ``require_stable``: rather an error than an offset that an open
    transaction may replace."""

    group_id: str
    member_id: str | None
    member_epoch: int
    places: Sequence[Place] | None
    require_stable: bool


class FetchedOffset(NamedTuple):
    """``committed`` None where nothing is, and where ``code`` says why it is not told."""

    place: Place
    committed: Committed | None
    code: ErrorCode = ErrorCode.NONE


@dataclass(frozen=True, slots=True)
class FetchedOffsets:
    """``code`` refuses all of it."""

    code: ErrorCode
    offsets: list[FetchedOffset] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class DeleteOffsets:
    """Forget what the group has committed there (OffsetDelete, KIP-496)."""

    group_id: str
    places: Sequence[Place]


@dataclass(frozen=True, slots=True)
class DeletedOffsets:
    """``code`` refuses all of it; else one code for each place asked for."""

    code: ErrorCode
    codes: list[ErrorCode] = field(default_factory=list)
