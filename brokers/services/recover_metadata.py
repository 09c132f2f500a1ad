from collections.abc import Collection
from dataclasses import dataclass, field

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import BrokerId
from brokers.models import Broker, ForgottenBroker, ReplicaReportRow
from brokers.reports import Reports
from brokers.services.control_state import lock_control_state
from brokers.services.rebuild_rows import (
    Rebuilt,
    TopicSeen,
    rebuild_brokers,
    rebuild_partitions,
    rebuild_topics,
    skip_producer_ids,
)
from tenants import audit, changes, scope
from tenants.transactions import limit_waits

NAMED_IN_AUDIT = 100


@dataclass(frozen=True, slots=True)
class Recovery:
    """What was rebuilt, or would be. ``missing``: brokers that have not reported and are not among
    the ``forgotten``; nothing can be rebuilt before that."""

    reason: str
    reported: tuple[BrokerId, ...]
    missing: tuple[BrokerId, ...]
    forgotten: tuple[BrokerId, ...]
    partitions: Rebuilt
    topics: tuple[TopicSeen, ...]
    number: int
    """The last number that readers of the old history may have seen."""
    generation: int
    applied: bool = field(default=False)


class _DryRun(Exception):
    """Nothing of what was tried is to stay."""


def recover_metadata(*, by: str, forget: Collection[BrokerId] = (), apply: bool) -> Recovery:
    """Rebuild topics and partitions from what the brokers remember, and end the halt.

    Per partition the record with the highest partition epoch that any replica kept, at epochs above
    all that were seen; topics that the database does not know are made anew where their tenant
    still is. The numbers of changes and producer ids go on above whatever was given out. ``forget``
    names brokers that will not come back: what only they knew is lost, and their volumes are void.

    A report that one of them made is passed over. Without ``apply`` everything is tried and taken
    back. Raises ``Refusal``: INVALID_REQUEST when the cell is not halted; BROKER_NOT_AVAILABLE with
    ``apply`` while a broker has not reported.
    """
    found: list[Recovery] = []
    try:
        with scope.system("recover the metadata"):
            limit_waits()
            found.append(_recovered(by, set(forget), apply))
            if not apply:
                raise _DryRun
    except _DryRun:
        pass
    return found[0]


def _recovered(by: str, forget: set[BrokerId], apply: bool) -> Recovery:
    state = lock_control_state()
    if state.halted_at is None:
        raise Refusal(
            ErrorCode.INVALID_REQUEST,
            "the cell is not halted: no broker has seen more than the database knows",
        )
    # All of them, by id, before everything else: nothing may register in between.
    brokers = [*Broker.objects.select_for_update().order_by("id")]
    reports = Reports.read().without(forget)
    reported = set(reports.by_broker)
    known = {BrokerId(broker.id) for broker in brokers} | reports.brokers_named()
    missing = known - reported - forget
    if missing and apply:
        raise Refusal(
            ErrorCode.BROKER_NOT_AVAILABLE,
            f"brokers {sorted(missing)} have not said what they remember; start them, or, where "
            "one will never come back, give --forget-broker: what only it knew is then lost",
        )
    told = rebuild_brokers(brokers, reports, gone=known - reported)
    topics, topics_told = rebuild_topics(reports, by=by, restored_to=state.number)
    partitions = rebuild_partitions(reports, live=reported)
    skip_producer_ids(reports.producer_ids)
    recovery = Recovery(
        reason=state.reason,
        reported=tuple(sorted(reported)),
        missing=tuple(sorted(missing)),
        forgotten=tuple(sorted(forget)),
        partitions=partitions,
        topics=topics,
        number=reports.number,
        generation=max(state.generation, reports.generation) + 1,
        applied=apply,
    )
    for broker_id in forget:
        ForgottenBroker.objects.update_or_create(
            id=broker_id, defaults={"generation": recovery.generation}
        )
    state.generation = recovery.generation
    state.halted_at = None
    state.save(update_fields=["generation", "halted_at"])
    ReplicaReportRow.objects.all().delete()
    _audit(by, recovery)
    changes.move_past(reports.number)
    all_told = [*told, *topics_told, *partitions.told]
    if all_told:
        changes.publish(all_told)
    return recovery


def _audit(by: str, recovery: Recovery) -> None:
    partitions = recovery.partitions
    audit.record(
        by=by,
        action="cell.recover",
        object="metadata",
        detail={
            "reason": recovery.reason,
            "generation": recovery.generation,
            "past_change": recovery.number,
            "reported": [*recovery.reported],
            "forgotten": [*recovery.forgotten],
            "records_may_be_lost": bool(partitions.uncertain),
            "partitions": len(partitions.told),
            "uncertain": [*partitions.uncertain[:NAMED_IN_AUDIT]],
            "leaderless": [*partitions.leaderless[:NAMED_IN_AUDIT]],
        },
    )
