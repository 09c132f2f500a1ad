"""Who leads and who is in sync: the controller's decisions on one partition's record. Pure.

Each function takes a record and gives the one to be written in its place, or None when nothing is
to change; the compare-and-set around it is the caller's. Every change raises the partition epoch;
whatever ends or begins a leadership raises the leader epoch with it.

Rules: a leader is elected from the in-sync set, then from the eligible leaders, else the partition
waits. A replica that leaves the in-sync set while it holds everything committed stays eligible as
long as fewer than the minimum are in sync: nothing is committed without them (KIP-966).
"""

from collections.abc import Collection, Iterable
from dataclasses import replace

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import BrokerId, LeaderEpoch, PartitionEpoch
from brokers.metadata.records import PartitionRecord


def effective_minimum(configured: int, replicas: Collection[BrokerId]) -> int:
    """How many replicas must be in sync for anything to be committed."""
    return min(configured, len(replicas))


def minimum_of(record: PartitionRecord, configured: int) -> int:
    """The effective minimum of a partition whose topic is ``configured`` so.

    Replicas that are only being added do not count: they would hold up every write until they have
    copied the log, and the minimum may not change while eligible leaders are told by it.
    """
    present = [each for each in record.replicas if each not in record.adding]
    return effective_minimum(configured, present)


def without(
    record: PartitionRecord, broker: BrokerId, *, live: Collection[BrokerId], minimum: int
) -> PartitionRecord | None:
    """``broker`` is fenced or stops, and keeps its data. ``live``: the unfenced, without it."""
    if broker not in record.isr and record.leader != broker:
        return None
    isr = tuple(member for member in record.isr if member != broker)
    eligible = record.eligible_leaders
    if broker in record.isr and len(isr) < minimum:
        eligible = _with(eligible, broker)
    left = replace(record, isr=isr, eligible_leaders=eligible)
    return _raised(record, _led_again(left, record.leader == broker, live, minimum))


def lost(
    record: PartitionRecord, broker: BrokerId, *, live: Collection[BrokerId], minimum: int
) -> PartitionRecord | None:
    """``broker`` may lack what was committed: it is neither in sync nor eligible any more.

    For one that starts anew: its new incarnation voids what an earlier one was proposed for.
    """
    named = (*record.isr, *record.eligible_leaders)
    if broker not in named and record.leader != broker:
        return None
    left = replace(
        record,
        isr=tuple(member for member in record.isr if member != broker),
        eligible_leaders=tuple(each for each in record.eligible_leaders if each != broker),
    )
    return _raised(record, _led_again(left, record.leader == broker, live, minimum))


def others_are_complete(record: PartitionRecord, broker: BrokerId) -> bool:
    """Whether anybody but ``broker`` is known to have everything that is committed."""
    return any(each != broker for each in (*record.isr, *record.eligible_leaders))


def given_up(
    record: PartitionRecord,
    broker: BrokerId,
    *,
    leader_epoch: LeaderEpoch,
    partition_epoch: PartitionEpoch,
    live: Collection[BrokerId],
    minimum: int,
) -> PartitionRecord:
    """``broker`` found, in the middle of an incarnation, that it may lack what was committed.

    Both epochs rise even if it was not in sync: the leader may have seen a fetch of before and have
    proposed it, or be about to. At a new leader epoch neither that proposal nor that fetch counts.

    The epochs are those at which the broker saw that others are complete: of two that give up at
    once, each counting on the other, the second must look again. Raises ``Refusal``
    FENCED_LEADER_EPOCH or INVALID_UPDATE_VERSION when the record has others, INVALID_REQUEST when
    the broker has no replica.
    """
    if broker not in record.replicas:
        raise Refusal(
            ErrorCode.INVALID_REQUEST,
            f"broker {broker} has no replica of partition {record.index} to give up",
        )
    if record.leader_epoch != leader_epoch:
        raise Refusal(
            ErrorCode.FENCED_LEADER_EPOCH,
            f"partition {record.index} is at leader epoch {record.leader_epoch}, "
            f"not {leader_epoch}",
        )
    if record.partition_epoch != partition_epoch:
        raise Refusal(
            ErrorCode.INVALID_UPDATE_VERSION,
            f"partition {record.index} is at partition epoch {record.partition_epoch}, "
            f"not {partition_epoch}",
        )
    left = lost(record, broker, live=live, minimum=minimum) or record
    return replace(
        left,
        leader_epoch=LeaderEpoch(record.leader_epoch + 1),
        partition_epoch=PartitionEpoch(record.partition_epoch + 1),
    )


def begun_anew(record: PartitionRecord, broker: BrokerId) -> PartitionRecord | None:
    """A new incarnation of the leader goes on leading, at an epoch of its own."""
    return _raised(record, record, new_leadership=True) if record.leader == broker else None


def elected(
    record: PartitionRecord, *, live: Collection[BrokerId], minimum: int
) -> PartitionRecord | None:
    """A partition without a leader gets one, if one may be had."""
    if record.leader is not None:
        return None
    led = _led_again(record, False, live, minimum)
    return None if led.leader is None else _raised(record, led)


def moved_to(
    record: PartitionRecord, broker: BrokerId, *, live: Collection[BrokerId]
) -> PartitionRecord:
    """``broker`` leads. Raises ``Refusal``: ELECTION_NOT_NEEDED, PREFERRED_LEADER_NOT_AVAILABLE."""
    if record.leader == broker:
        raise Refusal(ErrorCode.ELECTION_NOT_NEEDED, f"broker {broker} leads already")
    if broker not in record.isr or broker not in live:
        raise Refusal(
            ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE,
            f"broker {broker} is not in sync or not alive, so it cannot lead now",
        )
    return _raised(record, replace(record, leader=broker))


def handed_over(record: PartitionRecord, *, roomy: Collection[BrokerId]) -> PartitionRecord | None:
    """The leader's disk is full: the first in-sync replica among ``roomy``, the live brokers with
    room, leads. None where there is none; then it stays."""
    if record.leader is None or record.leader in roomy:
        return None
    leader = _first(record.replicas, record.isr, roomy)
    return None if leader is None else _raised(record, replace(record, leader=leader))


def elected_uncleanly(
    record: PartitionRecord, broker: BrokerId, *, live: Collection[BrokerId]
) -> PartitionRecord:
    """An operator's decision: ``broker`` leads with what it has, whatever was acknowledged.

    Raises ``Refusal``: ELECTION_NOT_NEEDED while there is a leader, INVALID_REPLICA_ASSIGNMENT for
    a broker without a replica, BROKER_NOT_AVAILABLE for one that is not alive.
    """
    if record.leader is not None:
        raise Refusal(
            ErrorCode.ELECTION_NOT_NEEDED, f"broker {record.leader} leads; nothing has to be lost"
        )
    if broker not in record.replicas:
        raise Refusal(
            ErrorCode.INVALID_REPLICA_ASSIGNMENT,
            f"broker {broker} holds no replica; {list(record.replicas)} do",
        )
    if broker not in live:
        raise Refusal(ErrorCode.BROKER_NOT_AVAILABLE, f"broker {broker} is not alive")
    return _raised(record, replace(record, leader=broker, isr=(broker,), eligible_leaders=()))


def with_minimum(record: PartitionRecord, *, minimum: int) -> PartitionRecord:
    """The topic's minimum was changed: a new partition epoch, even if nothing else is new.

    A leader proposes at the epoch it knows, so nothing that it decided by the old minimum can land
    and make replicas eligible by the new one. Where enough are in sync now, the leader commits
    without those who were eligible before.
    """
    return _raised(record, _settled(record, minimum))


def with_isr(record: PartitionRecord, isr: Iterable[BrokerId], *, minimum: int) -> PartitionRecord:
    """What the leader proposed; an unchanged set raises the partition epoch too."""
    wanted = set(isr)
    members = tuple(replica for replica in record.replicas if replica in wanted)
    if len(members) >= minimum:
        eligible: tuple[BrokerId, ...] = ()
    else:
        left = [member for member in record.isr if member not in wanted]
        eligible = tuple(
            replica
            for replica in record.replicas
            if replica not in wanted and replica in {*record.eligible_leaders, *left}
        )
    return _raised(record, replace(record, isr=members, eligible_leaders=eligible))


def _led_again(
    record: PartitionRecord, left_leaderless: bool, live: Collection[BrokerId], minimum: int
) -> PartitionRecord:
    """The record with a leader: the first in the order of its replicas who may be one."""
    if record.leader is not None and not left_leaderless:
        return record
    leader = _first(record.replicas, record.isr, live)
    if leader is not None:
        return replace(record, leader=leader)
    # With nobody in sync, whoever is eligible has everything; never while a member may come back.
    leader = None if record.isr else _first(record.replicas, record.eligible_leaders, live)
    if leader is None:
        return replace(record, leader=None)
    others = tuple(each for each in record.eligible_leaders if each != leader)
    led = replace(record, leader=leader, isr=(leader,), eligible_leaders=others)
    return _settled(led, minimum)


def _settled(record: PartitionRecord, minimum: int) -> PartitionRecord:
    """With enough in sync they commit by themselves, so nobody else has everything for long."""
    return record if len(record.isr) < minimum else replace(record, eligible_leaders=())


def _first(
    replicas: Iterable[BrokerId], among: Collection[BrokerId], live: Collection[BrokerId]
) -> BrokerId | None:
    return next((each for each in replicas if each in among and each in live), None)


def _raised(
    before: PartitionRecord, after: PartitionRecord, *, new_leadership: bool = False
) -> PartitionRecord:
    changed = new_leadership or before.leader != after.leader
    return replace(
        after,
        leader_epoch=LeaderEpoch(before.leader_epoch + changed),
        partition_epoch=PartitionEpoch(before.partition_epoch + 1),
    )


def _with(members: tuple[BrokerId, ...], broker: BrokerId) -> tuple[BrokerId, ...]:
    return members if broker in members else (*members, broker)
