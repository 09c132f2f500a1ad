"""Changes to a group that are not recorded: they go with the coordinator that decided them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TopicsSeen:
    """The group's metadata hash is right for this version of the topics."""

    version: int


@dataclass(frozen=True, slots=True)
class RegexesResolved:
    """All topics of this version were searched, at ``now_ms`` monotonic."""

    version: int
    now_ms: int


@dataclass(frozen=True, slots=True)
class TargetComputed:
    """The last target is of ``now_ms`` monotonic."""

    now_ms: int


@dataclass(frozen=True, slots=True)
class JoinDemanded:
    """The classic member was told to join again; it is told so until it does."""

    member_id: str


@dataclass(frozen=True, slots=True)
class JoinAnswered:
    """It has joined."""

    member_id: str


Event = TopicsSeen | RegexesResolved | TargetComputed | JoinDemanded | JoinAnswered
