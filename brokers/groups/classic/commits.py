"""Whether offsets may be committed or deleted. Source: Apache Kafka, ``ClassicGroup``:
``validateOffsetCommit``, ``validateOffsetDelete``, ``offsetExpirationCondition``.
"""

from enum import Enum

from brokers.groups.classic.group import Group
from brokers.groups.classic.states import GroupState
from brokers.kernel.errors import ErrorCode


def commit_error(
    group: Group, member_id: str, instance_id: str | None, generation: int
) -> ErrorCode:
    """For OffsetCommit. Without a generation it comes from a consumer that assigns itself, or from
    an administrator: good only while the group has no members.
    """
    if group.state is GroupState.EMPTY and generation < 0:
        return ErrorCode.NONE
    if generation < 0 and not member_id and instance_id is None:
        return _dead_or(group, ErrorCode.UNKNOWN_MEMBER_ID)
    error = _member_error(group, member_id, instance_id, generation)
    if error is ErrorCode.NONE and group.state is GroupState.COMPLETING_REBALANCE:
        return ErrorCode.REBALANCE_IN_PROGRESS
    return error


def txn_commit_error(
    group: Group, member_id: str, instance_id: str | None, generation: int
) -> ErrorCode:
    """For TxnOffsetCommit. Old versions say nothing of members, so nothing is asked of them; and a
    rebalance does not matter, for the transaction's own fencing decides.
    """
    if group.state is GroupState.EMPTY and generation < 0:
        return ErrorCode.NONE
    if generation < 0 and not member_id and instance_id is None:
        return _dead_or(group, ErrorCode.NONE)
    return _member_error(group, member_id, instance_id, generation)


def _member_error(
    group: Group, member_id: str, instance_id: str | None, generation: int
) -> ErrorCode:
    error = _dead_or(group, group.identity_error(member_id, instance_id))
    if error is ErrorCode.NONE and generation != group.generation:
        return ErrorCode.ILLEGAL_GENERATION
    return error


def _dead_or(group: Group, error: ErrorCode) -> ErrorCode:
    return ErrorCode.COORDINATOR_NOT_AVAILABLE if group.state is GroupState.DEAD else error


def keeps_session(group: Group) -> bool:
    """Whether a commit counts as a heartbeat."""
    return group.state in {GroupState.STABLE, GroupState.PREPARING_REBALANCE}


def delete_offsets_error(group: Group) -> ErrorCode:
    """For OffsetDelete. Of a group that is in use only topics that nobody reads can be told apart,
    and only when its members are consumers: see ``is_subscribed``.
    """
    if group.state is GroupState.DEAD:
        return ErrorCode.GROUP_ID_NOT_FOUND
    if group.state is not GroupState.EMPTY and not group.is_of_consumers:
        return ErrorCode.NON_EMPTY_GROUP
    return ErrorCode.NONE


def is_subscribed(group: Group, topic: str) -> bool:
    """Whether a member of the current generation reads the topic. Consumers whose subscription is
    not known yet, or cannot be read, count as reading everything.
    """
    topics = None if group.subscriptions is None else group.subscriptions.topics
    return group.is_of_consumers if topics is None else topic in topics


class OffsetExpiry(Enum):
    """From when on the retention time of a committed offset runs."""

    FROM_COMMIT = "from commit"
    """Also of a group that is in use, for topics that it is not subscribed to."""
    FROM_EMPTY = "from empty"
    """From when the group became empty."""
    NEVER = "never"


def offset_expiry(group: Group) -> OffsetExpiry:
    if group.protocol_type is None:
        return OffsetExpiry.FROM_COMMIT
    if group.state is GroupState.EMPTY:
        return OffsetExpiry.FROM_EMPTY if group.recorded_ms >= 0 else OffsetExpiry.FROM_COMMIT
    knows_topics = group.subscriptions is not None and group.subscriptions.topics is not None
    if group.state is GroupState.STABLE and knows_topics:
        return OffsetExpiry.FROM_COMMIT
    return OffsetExpiry.NEVER
