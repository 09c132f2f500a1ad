"""A coordinator whose records are committed as soon as they are decided."""

from itertools import count
from typing import Any

from brokers.kernel.clock import Instant
from brokers.kernel.decision import CancelTimer, Reply, SetTimer
from brokers.transactions.coordinator import TransactionCoordinator
from brokers.transactions.effects import TransactionTimeout, WriteMarkers
from brokers.transactions.requests import AddPartitions, EndTxn, InitProducerId
from brokers.transactions.state import NO_PRODUCER, Producer, TransactionPartition
from brokers.wire.coordinator.state_record import (
    TRANSACTION_STATE,
    StateRecord,
    encode_key,
    encode_value,
)

ID = "0af7651916cd43dd8448eb211c80319c/orders"
A, B = (TransactionPartition(bytes([n]) * 16, f"topic-{n}", n) for n in (1, 2))
OLD, NEW = 4, 5
"""Versions of EndTxn."""


class Coordination:
    def __init__(self) -> None:
        self.log: list[tuple[bytes, bytes | None]] = []
        self.machine = TransactionCoordinator(0)
        self.timers: dict[Any, int] = {}
        self.markers: list[WriteMarkers] = []
        self.now_ms = 0
        self.producer_ids = count(1000)

    @property
    def now(self) -> Instant:
        return Instant(self.now_ms, 1_700_000_000_000 + self.now_ms)

    def carry_out(self, decision: Any) -> Any:
        """The result of the reply, if there is one."""
        result = None
        for record in decision.records:
            value = None if record.value is None else encode_value(record.value)
            self.log.append((encode_key(record.key), value))
            self._replay(self.log[-1])
        for event in decision.events:
            self.machine.replay_event(event)
        for effect in decision.effects:
            match effect:
                case Reply():
                    result = effect.result
                case SetTimer(key, at_ms):
                    self.timers[key] = at_ms
                case CancelTimer(key):
                    self.timers.pop(key, None)
                case WriteMarkers():
                    self.markers.append(effect)
        return result

    def _replay(self, entry: tuple[bytes, bytes | None]) -> None:
        key = TRANSACTION_STATE.decode_key(entry[0])
        value = None if entry[1] is None else TRANSACTION_STATE.decode_value(key, entry[1])
        self.machine.replay(StateRecord(key, value))

    def fail_over(self) -> None:
        """Another broker reads the log and goes on."""
        self.machine = TransactionCoordinator(self.machine.epoch + 1)
        self.timers.clear()
        self.markers.clear()
        for entry in self.log:
            self._replay(entry)
        self.carry_out(self.machine.loaded(self.now))

    # Requests.

    def init(
        self, expected: Producer = NO_PRODUCER, *, version: int = 5, timeout_ms: int = 60_000
    ) -> Any:
        request = InitProducerId(ID, timeout_ms, version, expected)
        fresh = next(self.producer_ids) if self.machine.needs_producer_id(request) else None
        return self.carry_out(self.machine.init_producer_id(request, 1, self.now, fresh))

    def add(self, producer: Producer, *partitions: TransactionPartition, version: int = 3) -> Any:
        request = AddPartitions(ID, producer, frozenset(partitions), version)
        answer = self.carry_out(self.machine.add_partitions(request, 1, self.now))
        (error,) = set(answer.errors.values())
        return error

    def verify(
        self, producer: Producer, *partitions: TransactionPartition, version: int = 5
    ) -> Any:
        request = AddPartitions(ID, producer, frozenset(partitions), version)
        return self.carry_out(self.machine.verify_partitions(request, 1)).errors

    def end(self, producer: Producer, commit: bool, version: int = OLD) -> Any:
        request = EndTxn(ID, producer, commit, version)
        fresh = next(self.producer_ids) if self.machine.needs_producer_id(request) else None
        return self.carry_out(self.machine.end_txn(request, 1, self.now, fresh))

    def write_markers(self) -> list[WriteMarkers]:
        """Every partition acknowledges what is to be written; what that was."""
        written, self.markers = self.markers, []
        for markers in written:
            self.acknowledge(markers, *markers.partitions)
        return written

    def acknowledge(self, markers: WriteMarkers, *partitions: TransactionPartition) -> None:
        self.carry_out(self.machine.markers_written(markers, frozenset(partitions), self.now))

    def time_out(self) -> None:
        """The transaction's time has passed."""
        key = TransactionTimeout(ID)
        self.now_ms = self.timers.pop(key)
        self.carry_out(self.machine.fired(key, self.now))

    @property
    def state(self) -> str:
        transaction = self.machine.transaction(ID)
        return "gone" if transaction is None else transaction.state.title
