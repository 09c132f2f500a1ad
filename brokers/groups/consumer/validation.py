"""Whether a heartbeat makes sense, by itself and against what is known of its member."""

from brokers.groups.assignors.registry import ASSIGNORS
from brokers.groups.assignors.specification import Partitions
from brokers.groups.consumer.member import AWAY, LEAVING, Member
from brokers.groups.consumer.requests import HeartbeatRequest
from brokers.kernel.errors import ErrorCode, Refusal


def check_request(request: HeartbeatRequest) -> None:
    """Raises ``Refusal``: INVALID_REQUEST, UNSUPPORTED_ASSIGNOR."""
    epoch = request.member_epoch
    if not request.member_id and (request.needs_own_id or epoch > 0 or epoch == LEAVING):
        raise _invalid("MemberId can't be empty")
    if request.instance_id == "":
        raise _invalid("InstanceId can't be empty")
    if request.rack_id == "":
        raise _invalid("RackId can't be empty")
    if epoch == 0:
        _check_join(request)
    elif epoch == AWAY and request.instance_id is None:
        raise _invalid("InstanceId can't be null in a static member's leave")
    elif epoch < AWAY:
        raise _invalid(f"MemberEpoch {epoch} is invalid")
    if request.assignor is not None and request.assignor not in ASSIGNORS:
        raise Refusal(
            ErrorCode.UNSUPPORTED_ASSIGNOR,
            f"ServerAssignor {request.assignor} is not supported; "
            f"supported are: {', '.join(ASSIGNORS)}",
        )


def _check_join(request: HeartbeatRequest) -> None:
    if request.rebalance_timeout_ms == -1:
        raise _invalid("RebalanceTimeoutMs must be given when joining")
    if request.owned is None or request.owned:
        raise _invalid("TopicPartitions must be empty when joining")
    if request.topic_names is None and request.topic_regex is None:
        raise _invalid("SubscribedTopicNames or SubscribedTopicRegex must be given when joining")


def _invalid(message: str) -> Refusal:
    return Refusal(ErrorCode.INVALID_REQUEST, message)


def check_epoch(member: Member, epoch: int, owned: Partitions | None) -> None:
    """Raises ``Refusal``: FENCED_MEMBER_EPOCH.

    0 is a rejoin and always right. The epoch before is right once more where the member claims no
    more than it may have: the answer that told it the new one may have been lost.
    """
    if epoch in (0, member.epoch):
        return
    was_lost = epoch == member.previous_epoch and _claims_no_more(owned, member.assigned)
    if epoch > member.epoch or not was_lost:
        raise Refusal(
            ErrorCode.FENCED_MEMBER_EPOCH,
            f"member {member.member_id} is at epoch {member.epoch} and says {epoch}; "
            "it must give up its partitions and rejoin",
        )


def _claims_no_more(owned: Partitions | None, assigned: Partitions) -> bool:
    if owned is None:
        return False
    return all(found <= assigned.get(topic_id, frozenset()) for topic_id, found in owned.items())


def unknown_member(member_id: str) -> Refusal:
    return Refusal(
        ErrorCode.UNKNOWN_MEMBER_ID, f"member {member_id} is not in the group; it must rejoin"
    )


def static_member(found: Member | None, member_id: str, instance_id: str) -> Member:
    """``found``, if that is who asks. Raises ``Refusal``: UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID."""
    if found is None:
        raise Refusal(ErrorCode.UNKNOWN_MEMBER_ID, f"instance id {instance_id} is unknown")
    if found.member_id != member_id:
        raise Refusal(
            ErrorCode.FENCED_INSTANCE_ID,
            f"member {member_id} with instance id {instance_id} "
            f"was fenced by member {found.member_id}",
        )
    return found
