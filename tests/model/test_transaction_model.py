"""Transactions in two replicas' logs against a plain list of records: producers' state, the last
stable offset, the aborted transactions, and what a reader of committed records makes of them."""

import os
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.log.config import LogConfig
from brokers.log.disk import DiskFull
from brokers.log.partition_log import PartitionLog
from brokers.log.verification import Guard
from brokers.log.volume import Volume
from brokers.wire.batch import NewRecord, build_batch, iterate_batches, parse_batch_header
from brokers.wire.control import Marker, read_marker
from brokers.wire.records import Record, iterate_records
from tests.model.memory_disk import Crash, MemoryDisk

TOPIC = uuid.UUID(int=79).bytes
VOLUME = Path("/volume")
NOW_MS = 1_700_000_000_000
CONFIG = LogConfig(
    segment_bytes=700, index_interval_bytes=200, retention_ms=-1, file_delete_delay_ms=1000
)
PRODUCERS = st.integers(0, 2)


@dataclass(frozen=True)
class Entry:
    """A batch of data (``marker`` None) or a marker, as the model has it; offsets inclusive."""

    first: int
    last: int
    producer: int
    epoch: int
    sequence: int
    values: tuple[bytes, ...]
    transactional: bool
    marker: Marker | None = None


@dataclass
class Known:
    """What a producer's batches amount to."""

    epoch: int
    next_sequence: int
    coordinator_epoch: int = -1
    start: int | None = None


@dataclass(frozen=True)
class Transaction:
    producer: int
    first: int
    marker: int | None
    committed: bool


def producers_of(entries: list[Entry]) -> dict[int, Known]:
    found: dict[int, Known] = {}
    for entry in entries:
        known = found.get(entry.producer)
        if known is None or known.epoch != entry.epoch:
            start = None if known is None else known.start
            coordinator = -1 if known is None else known.coordinator_epoch
            known = found[entry.producer] = Known(entry.epoch, 0, coordinator, start)
        if entry.marker is not None:
            known.coordinator_epoch, known.start = entry.marker.coordinator_epoch, None
            continue
        known.next_sequence = entry.sequence + len(entry.values)
        if entry.transactional and known.start is None:
            known.start = entry.first
    return found


def transactions_of(entries: list[Entry]) -> list[Transaction]:
    begun: dict[int, int] = {}
    found = []
    for entry in entries:
        if entry.marker is None and entry.transactional:
            begun.setdefault(entry.producer, entry.first)
        elif entry.marker is not None and entry.producer in begun:
            first = begun.pop(entry.producer)
            found.append(Transaction(entry.producer, first, entry.first, entry.marker.committed))
    return found + [Transaction(pid, first, None, False) for pid, first in begun.items()]


class Replica:
    """One log on a disk of its own."""

    def __init__(self) -> None:
        self.disk = MemoryDisk()
        self.rebuilt_at = 0
        """Where the log ended when its producers were last read from it."""
        self.guards: dict[int, Guard] = {}
        """Questions to the coordinator that are under way, by producer."""
        self.open(clean=False)

    def open(self, *, clean: bool) -> None:
        self.volume = Volume.open(VOLUME, disk=self.disk, new_id=uuid.UUID(int=1))
        assert (self.volume.take_marker() is not None) == clean
        self.log: PartitionLog = self.volume.open_log(
            TOPIC, 0, config=CONFIG, now_ms=NOW_MS, clean=clean
        )
        self.rebuilt_at = self.log.log_end_offset
        self.guards.clear()

    def truncate(self, end: int) -> None:
        if end < self.log.log_end_offset:
            self.log.truncate_to(end)
            self.rebuilt_at = end
            self.guards.clear()

    def stop_cleanly(self) -> None:
        assert self.volume.close_logs()
        self.volume.write_marker(1)
        self.volume.close()
        self.open(clean=True)

    def flush(self) -> None:
        ticket = self.log.begin_flush()
        if ticket is not None:
            ticket.run()
            self.log.complete_flush(ticket)


class TransactionMachine(RuleBasedStateMachine):
    @initialize(seed=st.integers(0, 2**32))
    def begin(self, seed: int) -> None:
        self.random = Random(seed)
        self.leader, self.follower = Replica(), Replica()
        self.entries: list[Entry] = []
        self.high_watermark = 0
        self.leader_epoch = 1
        self.number = 0

    @property
    def log(self) -> PartitionLog:
        return self.leader.log

    @property
    def guards(self) -> dict[int, Guard]:
        return self.leader.guards

    @property
    def end(self) -> int:
        return self.entries[-1].last + 1 if self.entries else 0

    def _cut(self, end: int) -> None:
        self.entries = [entry for entry in self.entries if entry.last < end]
        assert self.end == end
        self.high_watermark = min(self.high_watermark, end)

    # --- appending ---

    def _batch(self, producer: int, count: int, *, transactional: bool) -> tuple[Entry, bytes]:
        known = producers_of(self.entries).get(producer, Known(0, 0))
        self.number += 1
        values = tuple(b"%d.%d" % (self.number, n) for n in range(count))
        entry = Entry(
            self.end, self.end + count - 1, producer, known.epoch, known.next_sequence, values,
            transactional,
        )  # fmt: skip
        sent = build_batch(
            [NewRecord(None, value) for value in values], base_timestamp=NOW_MS,
            producer_id=producer, producer_epoch=entry.epoch, base_sequence=entry.sequence,
            attributes=0x10 if transactional else 0,
        )  # fmt: skip
        return entry, sent

    def _append(self, sent: bytes, guard: Guard | None = None) -> None:
        self.log.append(
            memoryview(sent), parse_batch_header(sent),
            leader_epoch=self.leader_epoch, now_ms=NOW_MS, guard=guard,
        )  # fmt: skip

    def _refused(self, code: ErrorCode, sent: bytes, guard: Guard | None = None) -> None:
        with pytest.raises(Refusal) as refused:
            self._append(sent, guard)
        assert refused.value.code == code

    @rule(producer=PRODUCERS)
    def ask_the_coordinator(self, producer: int) -> None:
        known = producers_of(self.entries).get(producer, Known(0, 0))
        guard = self.log.begin_verification(
            producer, known.epoch, known.next_sequence, bumps_epochs=False
        )
        assert (guard is None) == (known.start is not None)
        if guard is not None:
            self.guards[producer] = guard

    @rule(producer=PRODUCERS, count=st.integers(1, 3), asks=st.sampled_from([True, True, False]))
    def transactional_batch(self, producer: int, count: int, asks: bool) -> None:
        if asks:
            self.ask_the_coordinator(producer)
        entry, sent = self._batch(producer, count, transactional=True)
        known = producers_of(self.entries).get(producer)
        guard = self.guards.pop(producer, None)
        if (known is None or known.start is None) and guard is None:
            self._refused(ErrorCode.INVALID_TXN_STATE, sent)
            return
        self._append(sent, guard)
        self.entries.append(entry)

    @rule(producer=PRODUCERS, count=st.integers(1, 3))
    def plain_batch(self, producer: int, count: int) -> None:
        if producer in self.guards:
            return  # What waits for the coordinator must be appended first.
        entry, sent = self._batch(producer, count, transactional=False)
        known = producers_of(self.entries).get(producer)
        if known is not None and known.start is not None:
            self._refused(ErrorCode.INVALID_TXN_STATE, sent)
            return
        self._append(sent)
        self.entries.append(entry)

    def _append_marker(self, producer: int, epoch: int, marker: Marker, version: int) -> bool:
        """Whether it was news."""
        appended = self.log.append_marker(
            marker, producer_id=producer, producer_epoch=epoch, transaction_version=version,
            leader_epoch=self.leader_epoch, now_ms=NOW_MS,
        )  # fmt: skip
        assert appended.last_offset == self.end - appended.duplicate
        return not appended.duplicate

    def _marker_entry(self, producer: int, epoch: int, marker: Marker) -> Entry:
        return Entry(self.end, self.end, producer, epoch, -1, (), True, marker)

    @rule(
        producer=PRODUCERS,
        committed=st.booleans(),
        bump=st.integers(0, 2),
        newer=st.integers(0, 1),
        version=st.integers(1, 2),
    )
    def marker(self, producer: int, committed: bool, bump: int, newer: int, version: int) -> None:
        known = producers_of(self.entries).get(producer, Known(0, 0))
        marker = Marker(committed, max(0, known.coordinator_epoch) + newer)
        epoch = known.epoch + bump
        if version == 2 and bump == 0 and known.start is not None:
            with pytest.raises(Refusal) as refused:
                self._append_marker(producer, epoch, marker, version)
            assert refused.value.code == ErrorCode.INVALID_PRODUCER_EPOCH
            return
        # What was asked before is worth nothing behind the marker, appended or not.
        guard = self.guards.pop(producer, None)
        changes = known.start is not None or (epoch, marker.coordinator_epoch) != (
            known.epoch, known.coordinator_epoch,
        )  # fmt: skip
        entry = self._marker_entry(producer, epoch, marker)
        assert self._append_marker(producer, epoch, marker, version) == changes
        if changes:
            self.entries.append(entry)
        assert not self._append_marker(producer, epoch, marker, version)
        _, late = self._batch(producer, 1, transactional=True)
        self._refused(ErrorCode.INVALID_TXN_STATE, late, guard)

    @rule(producer=PRODUCERS, committed=st.booleans())
    def marker_again(self, producer: int, committed: bool) -> None:
        """One that changes nothing is not appended; but a question asked before it is void."""
        known = producers_of(self.entries).get(producer)
        if known is None or known.coordinator_epoch < 0 or known.start is not None:
            return
        self.ask_the_coordinator(producer)
        _, late = self._batch(producer, 1, transactional=True)
        marker = Marker(committed, known.coordinator_epoch)
        assert not self._append_marker(producer, known.epoch, marker, 2)
        self._refused(ErrorCode.INVALID_TXN_STATE, late, self.guards.pop(producer))

    @rule(producer=PRODUCERS)
    def marker_of_the_past(self, producer: int) -> None:
        known = producers_of(self.entries).get(producer)
        if known is None or known.coordinator_epoch < 0:
            return
        stale = [
            (known.epoch - 1, known.coordinator_epoch, ErrorCode.INVALID_PRODUCER_EPOCH),
            (known.epoch + 1, known.coordinator_epoch - 1,
             ErrorCode.TRANSACTION_COORDINATOR_FENCED),
        ]  # fmt: skip
        for epoch, coordinator_epoch, code in stale:
            with pytest.raises(Refusal) as refused:
                self._append_marker(producer, epoch, Marker(False, coordinator_epoch), 1)
            assert refused.value.code == code

    @rule(room=st.integers(0, 200), producer=PRODUCERS)
    def marker_without_room(self, room: int, producer: int) -> None:
        known = producers_of(self.entries).get(producer, Known(0, 0))
        marker = Marker(False, max(0, known.coordinator_epoch) + 1)
        entry = self._marker_entry(producer, known.epoch + 1, marker)
        self.guards.pop(producer, None)
        self.leader.disk.free_bytes = room
        try:
            self._append_marker(producer, known.epoch + 1, marker, 2)
            self.entries.append(entry)
        except DiskFull:
            assert self.log.failure is None
        self.leader.disk.free_bytes = None

    # --- replication ---

    def _replicate(self, end: int) -> None:
        target, start = self.follower.log, self.follower.log.log_end_offset
        while target.log_end_offset < end:
            read = self.log.read(
                target.log_end_offset, max_bytes=500, end_offset=end, at_least_one=True
            )
            target.append_replicated(memoryview(read.data), now_ms=NOW_MS)
        for entry in self.entries:
            if entry.transactional and start <= entry.first < end:
                self.follower.guards.pop(entry.producer, None)

    @rule(missing=st.sampled_from([0, 0, 0, 1, 3]))
    def replicate(self, missing: int) -> None:
        """The follower gets all of it but the last few batches; what it has is committed."""
        ends = [0, *(entry.last + 1 for entry in self.entries)]
        self._replicate(ends[max(0, len(ends) - 1 - missing)])
        self.leader.flush()
        self.follower.flush()
        self.high_watermark = max(self.high_watermark, self.follower.log.log_end_offset)

    @rule()
    def fail_over(self) -> None:
        """The follower leads with what it has; the old leader cuts off what it alone had."""
        end = self.follower.log.log_end_offset
        self.leader, self.follower = self.follower, self.leader
        self.leader_epoch += 1
        self.log.assign_epoch_start(self.leader_epoch)
        self.follower.truncate(end)
        self._cut(end)

    @rule(data=st.data())
    def truncate(self, data: st.DataObject) -> None:
        """The leader loses what was not committed, as a leader does that starts anew."""
        above = [entry.first for entry in self.entries if entry.first >= self.high_watermark]
        if above:
            end = data.draw(st.sampled_from(above))
            self.leader.truncate(end)
            self._cut(end)

    @rule(keep=st.integers(0, 1500))
    def retention(self, keep: int) -> None:
        self._replicate(self.end)
        self.leader.flush()
        self.follower.flush()
        self.high_watermark = self.end
        self.log.reconfigure(LogConfig(segment_bytes=700, retention_ms=-1, retention_bytes=keep))
        self.log.apply_retention(NOW_MS, high_watermark=self.high_watermark)
        self.log.reconfigure(CONFIG)

    # --- starting again ---

    @rule(which=st.booleans())
    def stop_cleanly(self, which: bool) -> None:
        replica = self.leader if which else self.follower
        replica.stop_cleanly()
        assert replica.log.recovery.clean

    @rule(checkpoint=st.booleans())
    def kill(self, checkpoint: bool) -> None:
        if checkpoint:
            self.leader.volume.checkpoint()
        self.leader.disk.kill()
        self._open_again()

    @rule(checkpoint=st.booleans())
    def lose_power(self, checkpoint: bool) -> None:
        durable = self.log.durable_end_offset
        if checkpoint:
            self.leader.volume.checkpoint()
        self.leader.disk.lose_power(self.random)
        self._open_again()
        assert self.end >= durable

    @rule(after=st.integers(0, 8), what=st.sampled_from(["marker", "truncate", "flush"]))
    def die_while(self, after: int, what: str) -> None:
        known = producers_of(self.entries).get(0, Known(0, 0))
        marker = Marker(False, max(0, known.coordinator_epoch) + 1)
        entry = self._marker_entry(0, known.epoch + 1, marker)
        self.leader.disk.crash_after = after
        with suppress(Crash):
            if what == "marker":
                self._append_marker(0, known.epoch + 1, marker, 2)
            elif what == "truncate":
                self.log.truncate_to(self.high_watermark)
            else:
                self.leader.flush()
        self.leader.disk.kill()
        if what == "marker":
            self.entries.append(entry)
        self._open_again()

    def _open_again(self) -> None:
        self.leader.open(clean=False)
        self._cut(self.log.log_end_offset)
        self.follower.truncate(self.end)

    # --- what must hold ---

    @invariant()
    def producers_are_known(self) -> None:
        if not hasattr(self, "entries"):
            return
        for replica in (self.leader, self.follower):
            end = replica.log.log_end_offset
            expected = producers_of([entry for entry in self.entries if entry.last < end])
            found = dict(replica.log.producer_states())
            assert found.keys() == expected.keys()
            for producer, known in expected.items():
                state = found[producer]
                assert state.epoch == known.epoch
                assert state.coordinator_epoch == known.coordinator_epoch
                assert state.transaction_start == (-1 if known.start is None else known.start)
                sequence = state.batches[-1].last_sequence + 1 if state.batches else 0
                assert sequence == known.next_sequence

    @invariant()
    def the_last_stable_offset_is_right(self) -> None:
        if not hasattr(self, "entries"):
            return
        assert self.log.log_end_offset == self.end
        undecided = [self.high_watermark]
        for each in transactions_of(self.entries):
            if each.marker is None or each.marker >= self.high_watermark:
                undecided.append(each.first)
        stable = self.log.last_stable_offset(self.high_watermark)
        start = self.log.log_start_offset
        assert stable >= min(undecided)
        opened = [each.first for each in transactions_of(self.entries) if each.marker is None]
        assert stable <= max(start, min([self.high_watermark, *opened]))
        # What was read from the log knows of markers above the high watermark only behind its
        # newest snapshot: they were decided upon all the same.
        if self.high_watermark >= self.leader.rebuilt_at:
            assert stable == max(start, min(undecided))

    @invariant()
    def aborted_transactions_are_found(self) -> None:
        if not hasattr(self, "entries"):
            return
        start = self.log.log_start_offset
        end = self.log.last_stable_offset(self.high_watermark)
        self._check_aborted(start, end)
        low = self.random.randint(start, end)
        self._check_aborted(low, self.random.randint(low, end))

    def _check_aborted(self, low: int, high: int) -> None:
        expected = [
            (each.first, each.producer, each.marker)
            for each in transactions_of(self.entries)
            if each.marker is not None
            and not each.committed
            and each.first < high
            and each.marker >= low
        ]
        found = self.log.aborted_transactions(low, high)
        assert [(a.first_offset, a.producer_id, a.last_offset) for a in found] == sorted(expected)

    @invariant()
    def a_reader_sees_what_was_committed(self) -> None:
        if not hasattr(self, "entries"):
            return
        end = self.log.last_stable_offset(self.high_watermark)
        start = self.log.log_start_offset
        aborted = {
            entry.first
            for entry in self.entries
            for each in transactions_of(self.entries)
            if each.producer == entry.producer
            and entry.transactional
            and not each.committed
            and each.first <= entry.first <= (each.marker or self.end)
        }
        expected = [
            value
            for entry in self.entries
            if entry.first not in aborted and entry.marker is None and start <= entry.first < end
            for value in entry.values
        ]
        found = committed_records(self.log, start, end, self.random)
        assert [record.value for record in found] == expected


def committed_records(log: PartitionLog, start: int, end: int, random: Random) -> Iterator[Record]:
    """What a consumer with ``isolation.level=read_committed`` makes of fetches of any size."""
    while start < end:
        read = log.read(
            start, max_bytes=random.randint(100, 900), end_offset=end, at_least_one=True
        )
        assert read.next_offset > start
        due = log.aborted_transactions(start, read.next_offset)
        skipping: set[int] = set()
        for position, header in iterate_batches(memoryview(read.data)):
            batch = memoryview(read.data)[position : position + header.total_bytes]
            while due and due[0].first_offset <= header.last_offset:
                skipping.add(due.pop(0).producer_id)
            if header.is_control:
                marker = read_marker(batch)
                if marker is not None and not marker.committed:
                    skipping.discard(header.producer_id)
            elif not (header.is_transactional and header.producer_id in skipping):
                yield from iterate_records(batch)
        start = read.next_offset


def test_transactions_are_what_the_records_say() -> None:
    run_state_machine_as_test(
        TransactionMachine,
        settings=settings(
            max_examples=int(os.environ.get("EXAMPLES", "60")),
            phases=[Phase.generate, Phase.shrink] if "SHRINK" in os.environ else [Phase.generate],
            stateful_step_count=50,
            deadline=None,
            report_multiple_bugs=False,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
