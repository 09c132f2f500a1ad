"""Moving a partition to other brokers while it serves (KIP-455). Pure.

The new replicas are added beside the old ones, copy the log, and join the in-sync set; when all of
them have, the old ones leave. Nothing is ever less replicated than before.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import BrokerId, LeaderEpoch, PartitionEpoch
from brokers.metadata.records import PartitionRecord


def is_under_way(record: PartitionRecord) -> bool:
    return bool(record.adding or record.removing)


def target_of(record: PartitionRecord) -> tuple[BrokerId, ...]:
    """The replicas once the reassignment is done; the present ones without one."""
    return tuple(each for each in record.replicas if each not in record.removing)


def original_of(record: PartitionRecord) -> tuple[BrokerId, ...]:
    """The replicas before the reassignment."""
    return tuple(each for each in record.replicas if each not in record.adding)


def begun(
    record: PartitionRecord,
    target: Sequence[BrokerId],
    *,
    known: Collection[BrokerId],
    live: Collection[BrokerId],
) -> PartitionRecord:
    """Towards ``target``, whose first broker is to be the preferred leader.

    A reassignment that is under way is replaced: what it had added and is not wanted any more
    leaves at once. Raises ``Refusal`` INVALID_REPLICA_ASSIGNMENT.
    """
    _check_target(record, target, known)
    original = original_of(record)
    removing = tuple(each for each in original if each not in target)
    replicas = (*target, *removing)
    _check_not_alone(record, replicas, "give it a target that keeps one of those")
    return _next(
        _confined(record, replicas, live),
        replicas=replicas,
        adding=tuple(each for each in target if each not in original),
        removing=removing,
    )


def _check_target(
    record: PartitionRecord, target: Sequence[BrokerId], known: Collection[BrokerId]
) -> None:
    unknown = [each for each in target if each not in known]
    fault = None
    if not target:
        fault = "it needs at least one replica"
    elif len(set(target)) != len(target):
        fault = "a broker can hold one replica only"
    elif unknown:
        fault = f"there is no broker {unknown[0]}"
    if fault is not None:
        raise Refusal(
            ErrorCode.INVALID_REPLICA_ASSIGNMENT,
            f"partition {record.index} cannot be assigned to {list(target)}: {fault}",
        )


def cancelled(record: PartitionRecord, *, live: Collection[BrokerId]) -> PartitionRecord:
    """Back to the replicas before. Raises ``Refusal`` NO_REASSIGNMENT_IN_PROGRESS, or
    INVALID_REPLICA_ASSIGNMENT when only new replicas have what was committed."""
    if not is_under_way(record):
        raise Refusal(
            ErrorCode.NO_REASSIGNMENT_IN_PROGRESS,
            f"partition {record.index} is not being reassigned",
        )
    original = original_of(record)
    _check_not_alone(record, original, "let the reassignment finish")
    return _next(_confined(record, original, live), replicas=original, adding=(), removing=())


def finished(record: PartitionRecord, *, live: Collection[BrokerId]) -> PartitionRecord | None:
    """The last step, once every replica of the target is in sync; None until then."""
    target = target_of(record)
    if not is_under_way(record) or not set(target) <= set(record.isr):
        return None
    if record.leader not in target and not any(each in live for each in target):
        return None
    return _next(_confined(record, target, live), replicas=target, adding=(), removing=())


def _check_not_alone(record: PartitionRecord, replicas: Collection[BrokerId], advice: str) -> None:
    """Refuses to part with the last replicas that surely have everything."""
    complete = record.isr or record.eligible_leaders
    if complete and not any(each in replicas for each in complete):
        raise Refusal(
            ErrorCode.INVALID_REPLICA_ASSIGNMENT,
            f"only {list(complete)} have all records of partition {record.index}; {advice}",
        )


def _confined(
    record: PartitionRecord, replicas: Sequence[BrokerId], live: Collection[BrokerId]
) -> PartitionRecord:
    """Nobody but ``replicas`` is in sync, eligible or leader; a leader who goes is succeeded."""
    isr = tuple(member for member in record.isr if member in replicas)
    leader = record.leader
    if leader is not None and leader not in replicas:
        leader = next((each for each in replicas if each in isr and each in live), None)
    return replace(
        record,
        isr=isr,
        leader=leader,
        leader_epoch=LeaderEpoch(record.leader_epoch + (leader != record.leader)),
        eligible_leaders=tuple(each for each in record.eligible_leaders if each in replicas),
    )


def _next(
    record: PartitionRecord,
    *,
    replicas: tuple[BrokerId, ...],
    adding: tuple[BrokerId, ...],
    removing: tuple[BrokerId, ...],
) -> PartitionRecord:
    return replace(
        record,
        replicas=replicas,
        adding=adding,
        removing=removing,
        partition_epoch=PartitionEpoch(record.partition_epoch + 1),
    )
