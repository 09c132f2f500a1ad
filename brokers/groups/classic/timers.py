"""Keys of a group's timers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SessionTimer:
    """A member, or one whose id was issued and who has not joined with it, has been silent."""

    group_id: str
    member_id: str


@dataclass(frozen=True, slots=True)
class JoinTimer:
    """The initial delay or the rebalance timeout is over: go on with those who have joined."""

    group_id: str


@dataclass(frozen=True, slots=True)
class SyncTimer:
    """Time to send SyncGroup for this generation is over."""

    group_id: str
