"""Whether the cell is halted, and who has reported."""

from dataclasses import dataclass
from datetime import datetime

from brokers.kernel.ids import BrokerId
from brokers.metadata.recovery import Seen
from brokers.models import ControlState, ForgottenBroker, ReplicaReportRow


@dataclass(frozen=True, slots=True)
class HaltSummary:
    since: datetime
    by: str
    reason: str
    reported: tuple[int, ...]
    """Brokers that have said what they remember."""


def current_halt() -> HaltSummary | None:
    state = ControlState.objects.filter(halted_at__isnull=False).first()
    if state is None or state.halted_at is None:
        return None
    reported = ReplicaReportRow.objects.order_by("id").values_list("id", flat=True)
    return HaltSummary(state.halted_at, state.halted_by, state.reason, tuple(reported))


def current_generation() -> int:
    """How often the metadata has been rebuilt."""
    state = ControlState.objects.first()
    return 0 if state is None else state.generation


def is_forgotten(broker_id: BrokerId, seen: Seen) -> bool:
    """Whether a recovery went on without what this broker remembers. An empty one is welcome."""
    if not seen.number:
        return False
    return ForgottenBroker.objects.filter(id=broker_id, generation__gt=seen.generation).exists()
