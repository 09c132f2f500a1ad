"""Rules of coordinators and transactions taken away, as ``planted.py`` does with those below."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from brokers.kernel.decision import Decision
from brokers.log.partition_log import PartitionLog
from brokers.log.producers import ProducerWindow
from brokers.node.coordination import shard
from brokers.node.coordination.shard import Shard
from brokers.node.handlers import write_txn_markers
from brokers.transactions import ending, initializing
from brokers.transactions.coordinator import TransactionCoordinator


@contextmanager
def answering_before_the_commit() -> Iterator[None]:
    """A coordinator answers when its decision is appended."""

    def at_once(self: Shard[Any], end_offset: int, batch: Any = None) -> None:
        if batch is not None:
            self._deliver(batch)

    with patch.object(Shard, "wait_for", at_once):
        yield


@contextmanager
def decisions_kept_in_memory() -> Iterator[None]:
    """What a group commits is replayed and never written, so that no other broker has it."""

    def keep(self: Shard[Any], decided: Any, records: Any, size: int) -> None:
        for record in decided:
            self.machine.replay(record)

    with patch.object(Shard, "_keep", keep):
        yield


@contextmanager
def loading_below_the_high_watermark() -> Iterator[None]:
    """A new coordinator reads what it knows to be committed, and does not wait for the rest."""

    async def at_once(self: Shard[Any]) -> None:
        partition, machine = self.partition, self._make_machine()
        known = SimpleNamespace(
            is_closed=False,
            leader_epoch=self.leader_epoch,
            log=SimpleNamespace(
                log_start_offset=partition.log.log_start_offset,
                log_end_offset=partition.high_watermark,
                read=partition.log.read,
            ),
        )
        await shard.load(known, self.leader_epoch, self._state, machine)  # type: ignore[arg-type]
        self.machine, self.is_active = machine, True
        self.carry_out(machine.loaded(self._now()))

    with patch.object(Shard, "_load_once", at_once):
        yield


@contextmanager
def beginnings_kept_in_memory() -> Iterator[None]:
    """That a partition is in a transaction is not written down before its records are."""
    add = TransactionCoordinator.add_partitions

    def forgetful(self: TransactionCoordinator, *given: Any) -> Any:
        decision = add(self, *given)
        for record in decision.records:
            self.replay(record)
        return Decision(effects=decision.effects)

    with patch.object(TransactionCoordinator, "add_partitions", forgetful):
        yield


@contextmanager
def no_verification() -> Iterator[None]:
    """A leader believes the producer that its partition is in the transaction."""

    async def believe(*_: Any) -> dict[Any, Any]:
        return {}

    with patch("tests.sim.transactor.confirm", believe):
        yield


@contextmanager
def no_epoch_bump() -> Iterator[None]:
    """Whoever begins anew under an id has the epoch of the one before."""
    with (
        patch.object(initializing, "bumped", lambda producer: producer),
        patch.object(ending, "bumped", lambda producer: producer),
    ):
        yield


@contextmanager
def last_stable_offset_is_the_high_watermark() -> Iterator[None]:
    with patch.object(
        PartitionLog, "last_stable_offset", lambda self, high_watermark: high_watermark
    ):
        yield


@contextmanager
def markers_lost() -> Iterator[None]:
    """A marker counts as written without having been appended."""
    with patch.object(write_txn_markers, "_append_one", lambda *_: 0):
        yield


@contextmanager
def aborted_transactions_untold() -> Iterator[None]:
    with patch.object(PartitionLog, "aborted_transactions", lambda *_: []):
        yield


@contextmanager
def aborted_transactions_unsorted() -> Iterator[None]:
    """In the order of their ends, as they are found."""
    aborted = PartitionLog.aborted_transactions

    def by_end(self: PartitionLog, start: int, end: int) -> Any:
        return sorted(aborted(self, start, end), key=lambda each: -each.first_offset)

    with patch.object(PartitionLog, "aborted_transactions", by_end):
        yield


@contextmanager
def old_markers_accepted() -> Iterator[None]:
    """Whoever says that it coordinates a transaction ends whatever is open now."""

    def take(self: ProducerWindow, producer_id: int, *_: Any, **__: Any) -> bool:
        self._verifications.end(producer_id)
        return True

    with patch.object(ProducerWindow, "take_marker", take):
        yield


@contextmanager
def retried_ends_end_again() -> Iterator[None]:
    """A repeated EndTxn of an epoch that is over ends the transaction of now."""
    ended = ending._ended_with_bump

    def careless(transaction: Any, request: Any, *given: Any) -> Any:
        if transaction.state == 1:
            request = replace(request, producer=transaction.producer)
        return ended(transaction, request, *given)

    with patch.object(ending, "_ended_with_bump", careless):
        yield


COORDINATION = {
    "a coordinator's decisions stay in memory": decisions_kept_in_memory,
    "a coordinator loads to the high watermark": loading_below_the_high_watermark,
    "no verification of partitions": no_verification,
    "no epoch bump": no_epoch_bump,
    "last stable offset is the high watermark": last_stable_offset_is_the_high_watermark,
    "markers lost": markers_lost,
    "aborted transactions untold": aborted_transactions_untold,
    "aborted transactions unsorted": aborted_transactions_unsorted,
    "markers of old coordinators accepted": old_markers_accepted,
    "a repeated EndTxn ends the next transaction": retried_ends_end_again,
}
IN_A_STORM = {
    "a coordinator answers before the commit": answering_before_the_commit,
    "begin-transaction only in memory": beginnings_kept_in_memory,
}
"""What shows soonest where leaders change all the time."""
