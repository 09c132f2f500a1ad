"""What one group decides, as a decision of its shard: events and timers say of which group."""

from dataclasses import dataclass, replace
from typing import Any

from brokers.groups.consumer.timers import JoinLate, MemberSilent, RevocationLate, SyncLate
from brokers.kernel.decision import CancelTimer, Decision, SetTimer
from brokers.wire.coordinator.state_record import StateRecord

GroupDecision = Decision[StateRecord, Any]


@dataclass(frozen=True, slots=True)
class ConsumerTimer:
    """A timer of one KIP-848 group."""

    group_id: str
    key: MemberSilent | RevocationLate | JoinLate | SyncLate


@dataclass(frozen=True, slots=True)
class ClassicEvent:
    """What changed in one classic group without a record."""

    group_id: str
    event: Any


@dataclass(frozen=True, slots=True)
class ConsumerEvent:
    """The same of a KIP-848 group."""

    group_id: str
    event: Any


def of_classic(group_id: str, decision: GroupDecision) -> GroupDecision:
    """The decision of one classic group as the shard's; its timers name the group themselves."""
    events = tuple(ClassicEvent(group_id, event) for event in decision.events)
    return replace(decision, events=events)


def of_consumer(group_id: str, decision: GroupDecision) -> GroupDecision:
    """The same of a KIP-848 group."""
    return replace(
        decision,
        events=tuple(ConsumerEvent(group_id, event) for event in decision.events),
        effects=tuple(_of_group(group_id, effect) for effect in decision.effects),
    )


def _of_group(group_id: str, effect: Any) -> Any:
    match effect:
        case SetTimer(key, at_ms):
            return SetTimer(ConsumerTimer(group_id, key), at_ms)  # type: ignore[arg-type]
        case CancelTimer(key):
            return CancelTimer(ConsumerTimer(group_id, key))  # type: ignore[arg-type]
        case _:
            return effect
