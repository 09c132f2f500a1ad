"""A decision in the making: what it would do to the group is tried on a copy."""

from collections.abc import Hashable
from dataclasses import dataclass, field

from brokers.groups.classic.config import ClassicConfig
from brokers.groups.classic.events import Event
from brokers.groups.classic.group import Group
from brokers.groups.classic.member import Member
from brokers.groups.classic.timers import SessionTimer
from brokers.kernel.clock import Instant
from brokers.kernel.decision import CancelTimer, Decision, Reply, SetTimer, Token
from brokers.wire.coordinator.state_record import StateRecord

Effect = Reply | SetTimer | CancelTimer
ClassicDecision = Decision[StateRecord, Effect]


@dataclass(slots=True)
class Draft:
    """What is decided so far. A group of a thousand members is not copied for every join and sync
    of a rebalance: only when something is asked of it after a change.
    """

    _group: Group
    """The machine's own until it is asked after a change, then a copy: it is never changed."""
    config: ClassicConfig
    now: Instant
    _records: list[StateRecord] = field(default_factory=list)
    _events: list[Event] = field(default_factory=list)
    _unapplied: list[StateRecord | Event] = field(default_factory=list)
    _is_copy: bool = False
    _replies: list[Reply] = field(default_factory=list)
    _timers: dict[Hashable, SetTimer | CancelTimer] = field(default_factory=dict)

    @property
    def group_id(self) -> str:
        return self._group.group_id

    @property
    def group(self) -> Group:
        """The group as it will be."""
        if self._unapplied:
            self._apply()
        return self._group

    def _apply(self) -> None:
        if not self._is_copy:
            self._group = self._group.copy()
            self._is_copy = True
        for change in self._unapplied:
            if isinstance(change, StateRecord):
                self._group.replay(change.value)
            else:
                self._group.apply(change)
        self._unapplied.clear()

    def record(self, record: StateRecord) -> None:
        self._records.append(record)
        self._unapplied.append(record)

    def add(self, event: Event) -> None:
        self._events.append(event)
        self._unapplied.append(event)

    def reply(self, token: Token | None, result: object) -> None:
        """No token: nobody waits for it."""
        if token is not None:
            self._replies.append(Reply(token, result))

    def set_timer(self, key: Hashable, delay_ms: int) -> None:
        self._timers[key] = SetTimer(key, self.now.monotonic_ms + delay_ms)

    def cancel_timer(self, key: Hashable) -> None:
        self._timers[key] = CancelTimer(key)

    def renew_session(self, member: Member) -> None:
        self.set_timer(SessionTimer(self.group_id, member.member_id), member.session_timeout_ms)

    def decision(self) -> ClassicDecision:
        return Decision(
            records=tuple(self._records),
            events=tuple(self._events),
            effects=(*self._timers.values(), *self._replies),
        )
