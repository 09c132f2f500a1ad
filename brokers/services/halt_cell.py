from django.db.models.functions import Now

from brokers.kernel.ids import BrokerId
from brokers.metadata.recovery import Seen
from brokers.models import ControlState, ReplicaReportRow
from brokers.selectors.halt import current_generation, is_forgotten
from brokers.services.control_state import lock_control_state, share_control_state
from tenants import audit, scope
from tenants.selectors.changes import newest_change_number
from tenants.transactions import limit_waits


def halt_cell(*, by: str, generation: int, reason: str) -> bool:
    """The metadata of ``generation`` has forgotten something: no verb decides on partitions any
    more until ``recover_metadata`` has rebuilt them. False when the cell is halted already, or the
    metadata is of another generation by now.
    """
    with scope.system("halt the cell"):
        limit_waits()
        state = lock_control_state()
        if state.halted_at is not None or state.generation != generation:
            return False
        begin_halt(state, by=by, reason=reason)
    return True


def halt_cell_by_hand(*, by: str) -> bool:
    """Before brokers are started on a database that is known to be restored: those that have seen
    less than it would start first and be elected. False when the cell is halted already."""
    with scope.system("halt the cell"):
        limit_waits()
        state = lock_control_state()
        if state.halted_at is not None:
            return False
        begin_halt(state, by=by, reason="an operator has restored the database")
    return True


def halt_cell_if_behind(broker_id: BrokerId, seen: Seen) -> None:
    """Halt it if the broker has seen what the database has not, and was not forgotten."""
    if not seen.is_ahead_of(current_generation(), newest_change_number()):
        return
    with scope.system("a broker compares what it has seen"):
        limit_waits()
        if not is_forgotten(broker_id, seen):
            halt_if_behind(broker_id, seen)


def halt_if_behind(broker_id: BrokerId, seen: Seen) -> ControlState:
    """The state, in a verb's transaction, halted if the broker has seen what the database has not.

    Numbers of changes are given out last in a transaction and read here without waiting for one
    that is under way: a broker has seen only what was committed.
    """
    number = newest_change_number()
    if not seen.is_ahead_of(current_generation(), number):
        return share_control_state()
    state = lock_control_state()
    if state.halted_at is None and seen.is_ahead_of(state.generation, newest_change_number()):
        begin_halt(
            state,
            by=f"broker:{broker_id}",
            reason=f"broker {broker_id} has seen change {seen.number} of generation "
            f"{seen.generation}; the database ends at change {number} of generation "
            f"{state.generation}",
        )
    return state


def begin_halt(state: ControlState, *, by: str, reason: str) -> None:
    """Inside a verb's transaction that has locked the state."""
    state.halted_at = Now()
    state.halted_by = by
    state.reason = reason[:1000]
    state.number = newest_change_number()
    state.save(update_fields=["halted_at", "halted_by", "reason", "number"])
    state.refresh_from_db()
    ReplicaReportRow.objects.all().delete()
    audit.record(
        by=by,
        action="cell.halt",
        object="metadata",
        detail={"generation": state.generation, "reason": state.reason},
    )
