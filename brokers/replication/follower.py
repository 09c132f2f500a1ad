"""A partition as its follower sees it: what to do with what the leader answered. Pure.

A follower asks from its durable end on, names its leader's epoch and the epoch of its last record.
Where the two logs part the leader says so instead of sending records, and the follower drops what
the leader never had (KIP-595's form of KIP-101, 279 and 320); it never truncates to a high
watermark.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

from brokers.kernel.errors import ErrorCode
from brokers.kernel.ids import BrokerId, LeaderEpoch, Offset

RETRY_MS: Final = 50
"""Before asking a leader again that does not know yet that it is one."""

RETRY_AFTER_FAILURE_MS: Final = 1_000
"""Before asking again after something that does not pass by itself."""


class Divergence(NamedTuple):
    """The largest epoch of the leader's log not above the one asked for, and where it ends."""

    epoch: int
    end_offset: Offset


@dataclass(frozen=True, slots=True)
class LeaderAnswer:
    """One partition's row of a Fetch response, without its records."""

    error_code: ErrorCode
    high_watermark: Offset
    log_start: Offset
    divergence: Divergence | None


class Append(NamedTuple):
    """Append the records that came, then let the high watermark and the log start follow."""

    high_watermark: Offset
    log_start: Offset


class Truncate(NamedTuple):
    """Drop everything from ``offset`` on, durably, and ask again."""

    offset: Offset


class RestartAt(NamedTuple):
    """The leader's log begins beyond the end of this one: drop all, go on at ``offset``."""

    offset: Offset


class AskLater(NamedTuple):
    """Nothing can be done now. ``catch_up``: the image may be why, so read the metadata first."""

    delay_ms: int
    catch_up: bool


Decision = Append | Truncate | RestartAt | AskLater

_BEHIND_OR_AHEAD: Final = frozenset(
    {
        ErrorCode.NOT_LEADER_OR_FOLLOWER,
        ErrorCode.FENCED_LEADER_EPOCH,
        ErrorCode.UNKNOWN_LEADER_EPOCH,
        ErrorCode.UNKNOWN_TOPIC_ID,
        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
        ErrorCode.LEADER_NOT_AVAILABLE,
        ErrorCode.REPLICA_NOT_AVAILABLE,
    }
)


@dataclass(slots=True)
class Follower:
    """One following: of ``leader`` at ``epoch``, until the metadata store says otherwise."""

    leader: BrokerId
    epoch: LeaderEpoch

    def on_answer(self, answer: LeaderAnswer, *, log_end: Offset, own_end: Offset) -> Decision:
        """What the leader's answer asks for.

        ``own_end``: where this log's largest epoch not above ``answer.divergence.epoch`` ends;
        ``log_end`` without a divergence.
        """
        if answer.error_code is ErrorCode.NONE:
            if answer.divergence is not None:
                return Truncate(Offset(min(answer.divergence.end_offset, own_end, log_end)))
            if answer.log_start > log_end:
                return RestartAt(answer.log_start)
            return Append(answer.high_watermark, answer.log_start)
        if answer.error_code is ErrorCode.OFFSET_OUT_OF_RANGE and answer.log_start > log_end:
            return RestartAt(answer.log_start)
        if answer.error_code in _BEHIND_OR_AHEAD:
            return AskLater(RETRY_MS, catch_up=True)
        return AskLater(RETRY_AFTER_FAILURE_MS, catch_up=False)
