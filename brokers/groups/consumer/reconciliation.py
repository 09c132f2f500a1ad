"""One member's next step from what it has towards what it is to have.

A partition is taken from one member before it is given to another: a member that must give up any
stays at its epoch until it reports that it has (UNREVOKED); what others have not given up yet is
left out until they have (UNRELEASED). Source: KIP-848, "Member Assignment".
"""

from collections.abc import Callable
from dataclasses import replace

from brokers.groups.assignors.specification import Partitions
from brokers.groups.consumer.member import NOTHING, Member, MemberState
from brokers.kernel.errors import ErrorCode, Refusal

IsFree = Callable[[bytes, int], bool]
"""``(topic id, partition)``: no other member may be reading from it."""


def reconcile(
    member: Member,
    assignment_epoch: int,
    target: Partitions,
    owned: Partitions | None,
    is_free: IsFree,
) -> Member:
    """The member one step on; itself when it must wait, or has arrived.

    ``owned``: what the member says it still reads from; None when it does not say. Raises
    ``Refusal`` for a member in a state that a later release wrote, which must begin anew.
    """
    if member.is_reconciled_to(assignment_epoch):
        return member
    match member.state:
        case MemberState.UNREVOKED if _reads_any(member.revoking, owned):
            return member
        case MemberState.UNKNOWN if owned is None or owned:
            raise Refusal(
                ErrorCode.FENCED_MEMBER_EPOCH,
                f"member {member.member_id} is in a state that this coordinator does not know; "
                "it must give up its partitions and rejoin",
            )
    kept = _both(member.assigned, target)
    excess = _without(member.assigned, kept)
    if excess and _reads_any(excess, owned):
        return replace(
            member,
            state=MemberState.UNREVOKED,
            assigned=kept,
            revoking=excess,
        )
    is_new_epoch = member.epoch != assignment_epoch
    missing = _without(target, kept)
    granted = {
        topic_id: free
        for topic_id, found in missing.items()
        if (free := frozenset(p for p in found if is_free(topic_id, p)))
    }
    return replace(
        member,
        epoch=assignment_epoch,
        previous_epoch=member.epoch if is_new_epoch else member.previous_epoch,
        state=MemberState.STABLE if granted == missing else MemberState.UNRELEASED,
        assigned=_either(kept, granted),
        revoking=NOTHING,
    )


def _reads_any(partitions: Partitions, owned: Partitions | None) -> bool:
    """Whether the member may still read from any of them; whoever says nothing may."""
    if owned is None:
        return True
    return any(partitions.get(topic_id, frozenset()) & found for topic_id, found in owned.items())


def _both(left: Partitions, right: Partitions) -> Partitions:
    return {t: both for t, found in left.items() if (both := found & right.get(t, frozenset()))}


def _without(left: Partitions, right: Partitions) -> Partitions:
    return {t: rest for t, found in left.items() if (rest := found - right.get(t, frozenset()))}


def _either(left: Partitions, right: Partitions) -> Partitions:
    found = dict(left)
    for topic_id, partitions in right.items():
        found[topic_id] = found.get(topic_id, frozenset()) | partitions
    return found
