"""Keys of a group's timers. They name nothing beyond their group: the shell keeps groups apart."""

from dataclasses import dataclass

from brokers.kernel.decision import CancelTimer, Reply, SetTimer

Effect = Reply | SetTimer | CancelTimer


@dataclass(frozen=True, slots=True)
class MemberSilent:
    """The member has not been heard from for the session timeout."""

    member_id: str


@dataclass(frozen=True, slots=True)
class RevocationLate:
    """The member has not given up its partitions within its rebalance timeout."""

    member_id: str


@dataclass(frozen=True, slots=True)
class JoinLate:
    """The classic member was told to join again, and has not within its rebalance timeout."""

    member_id: str


@dataclass(frozen=True, slots=True)
class SyncLate:
    """The classic member has joined, and not asked for its assignment within that time."""

    member_id: str


def cancel_timers(member_id: str | None) -> tuple[CancelTimer, ...]:
    """Of a member that goes; none when there is none."""
    if member_id is None:
        return ()
    return (
        CancelTimer(MemberSilent(member_id)),
        CancelTimer(RevocationLate(member_id)),
        CancelTimer(JoinLate(member_id)),
        CancelTimer(SyncLate(member_id)),
    )
