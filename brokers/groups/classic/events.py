"""Changes to a group that are not recorded: they are gone with the coordinator that decided them.

Values are absolute and applying one twice is harmless, for a decision's records are replayed before
its events and may have done the same.
"""

from dataclasses import dataclass

from brokers.groups.classic.member import Member
from brokers.kernel.decision import Token


@dataclass(frozen=True, slots=True)
class MemberIdIssued:
    """Someone was told to join again under this id."""

    member_id: str


@dataclass(frozen=True, slots=True)
class MemberIdForgotten:
    """Nobody came with that id, or its owner left."""

    member_id: str


@dataclass(frozen=True, slots=True)
class MemberJoined:
    """A new member, or what a known one has joined again with."""

    member: Member
    extends_delay: bool = False
    """It came while an initial delay ran."""


@dataclass(frozen=True, slots=True)
class MemberRemoved:
    member_id: str


@dataclass(frozen=True, slots=True)
class StaticMemberReplaced:
    """A static member came back under a new id and takes its old place."""

    old_member_id: str
    member: Member


@dataclass(frozen=True, slots=True)
class RebalanceBegan:
    """Everyone must join again; an assignment that was not given out is void."""


@dataclass(frozen=True, slots=True)
class JoinsScheduled:
    """Joins are waited for until ``deadline_ms`` (monotonic) and no longer."""

    deadline_ms: int


@dataclass(frozen=True, slots=True)
class DelayExtended:
    """The newcomers so far have been waited for."""


@dataclass(frozen=True, slots=True)
class GenerationBegan:
    """All joins are answered; syncs are waited for."""

    generation: int
    protocol_name: str
    leader: str


@dataclass(frozen=True, slots=True)
class GroupEmptied:
    """A generation without members."""

    generation: int


@dataclass(frozen=True, slots=True)
class SyncWaits:
    """A follower has asked for its assignment before the leader gave it."""

    member_id: str
    token: Token


@dataclass(frozen=True, slots=True)
class MemberSynced:
    """It has asked for the assignment of this generation."""

    member_id: str


@dataclass(frozen=True, slots=True)
class SyncsAnswered:
    """Every waiting sync has its assignment."""


@dataclass(frozen=True, slots=True)
class TokenGone:
    """Nobody waits for the member's answer any more."""

    member_id: str


Event = (
    MemberIdIssued
    | MemberIdForgotten
    | MemberJoined
    | MemberRemoved
    | StaticMemberReplaced
    | RebalanceBegan
    | JoinsScheduled
    | DelayExtended
    | GenerationBegan
    | GroupEmptied
    | SyncWaits
    | MemberSynced
    | SyncsAnswered
    | TokenGone
)
