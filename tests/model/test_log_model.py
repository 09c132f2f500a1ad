"""The log against a plain list: whatever happens to the process, the power or the disk."""

import os
import uuid
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from brokers.kernel.errors import ErrorCode, Refusal, StorageError
from brokers.log.config import LogConfig
from brokers.log.disk import DiskFull
from brokers.log.flush import FlushTicket
from brokers.log.partition_log import Appended, PartitionLog
from brokers.log.volume import Volume
from brokers.wire.batch import NewRecord, build_batch, iterate_batches, parse_batch_header
from tests.model.memory_disk import Crash, MemoryDisk

TOPIC = uuid.UUID(int=77).bytes
VOLUME = Path("/volume")
START_MS = 1_700_000_000_000
CONFIG = LogConfig(
    segment_bytes=1500,
    segment_ms=60_000,
    index_interval_bytes=200,
    retention_ms=-1,
    retention_bytes=-1,
    file_delete_delay_ms=1000,
)


@dataclass(frozen=True)
class Batch:
    """A batch as the model remembers it."""

    base_offset: int
    last_offset: int
    stored: bytes
    timestamp: int
    epoch: int
    producer: tuple[int, int, int] | None
    """Producer id, epoch, base sequence."""


class LogMachine(RuleBasedStateMachine):
    """One partition on one volume; ``batches`` is what the log must hold."""

    @initialize(seed=st.integers(0, 2**32))
    def begin(self, seed: int) -> None:
        self.random = Random(seed)
        self.disk = MemoryDisk()
        self.batches: list[Batch] = []
        self.end = 0
        self.log_start = 0
        self.now_ms = START_MS
        self.epoch = 1
        self.sequences: dict[int, int] = {}
        self.remembered: dict[int, int] = {}
        """What only a snapshot can tell of producers: their batches are gone."""
        self.ticket: FlushTicket | None = None
        self.incarnation = 1
        self._open(clean=False)

    def _open(self, *, clean: bool) -> None:
        self.volume = Volume.open(VOLUME, disk=self.disk, new_id=uuid.UUID(int=1))
        marker = self.volume.take_marker()
        assert (marker is not None) == clean
        self.log: PartitionLog = self.volume.open_log(
            TOPIC, 0, config=CONFIG, now_ms=self.now_ms, clean=clean
        )
        self.ticket = None
        self.lacks_room = False

    # --- the model ---

    def _remember(self, sent: bytes, appended: Appended, epoch: int) -> None:
        header = parse_batch_header(sent)
        stored = bytearray(sent)
        stored[0:8] = appended.base_offset.to_bytes(8, "big")
        stored[12:16] = epoch.to_bytes(4, "big")
        producer = None
        if header.producer_id >= 0:
            producer = (header.producer_id, header.producer_epoch, header.base_sequence)
        self.end = appended.last_offset + 1
        self.lacks_room = False
        self.batches.append(
            Batch(
                appended.base_offset, appended.last_offset, bytes(stored),
                header.max_timestamp, epoch, producer,
            )
        )  # fmt: skip

    def _cut(self, end: int) -> None:
        """Forget batches from ``end`` on, and what producers wrote in them."""
        self.batches = [batch for batch in self.batches if batch.last_offset < end]
        self.end = end
        self._recount_sequences()

    def _recount_sequences(self) -> None:
        self.sequences = dict(self.remembered)
        for batch in self.batches:
            if batch.producer is not None:
                count = batch.last_offset - batch.base_offset + 1
                self.sequences[batch.producer[0]] = batch.producer[2] + count

    # --- appending ---

    def _build(self, count: int, size: int, producer: int | None) -> bytes:
        self.now_ms += self.random.randint(0, 50)
        timestamp = self.now_ms - self.random.randint(0, 200)
        records = [
            NewRecord(b"k", self.random.randbytes(size), timestamp_ms=timestamp + n)
            for n in range(count)
        ]
        if producer is None:
            return build_batch(records, base_timestamp=timestamp)
        sequence = self.sequences.get(producer, 0)
        return build_batch(
            records, base_timestamp=timestamp,
            producer_id=producer, producer_epoch=0, base_sequence=sequence,
        )  # fmt: skip

    def _append(self, sent: bytes) -> Appended:
        header = parse_batch_header(sent)
        return self.log.append(
            memoryview(sent), header, leader_epoch=self.epoch, now_ms=self.now_ms
        )

    @rule(
        count=st.integers(1, 4),
        size=st.integers(0, 300),
        producer=st.one_of(st.none(), st.integers(0, 2)),
    )
    def append(self, count: int, size: int, producer: int | None) -> None:
        sent = self._build(count, size, producer)
        before = self.end
        appended = self._append(sent)
        assert appended == (before, before + count - 1, -1, False)
        self._remember(sent, appended, self.epoch)
        if producer is not None:
            self.sequences[producer] = self.sequences.get(producer, 0) + count

    @precondition(lambda self: self.sequences)
    @rule(data=st.data())
    def retry_one_of_the_last_five(self, data: st.DataObject) -> None:
        producer = data.draw(st.sampled_from(sorted(self.sequences)))
        mine = [b for b in self.batches if b.producer is not None and b.producer[0] == producer]
        assume(mine)
        again = data.draw(st.sampled_from(mine[-5:]))
        appended = self._append(_as_sent(again.stored))
        assert appended == (again.base_offset, again.last_offset, -1, True)
        assert self.log.log_end_offset == self.end

    @precondition(lambda self: self.sequences)
    @rule(data=st.data(), gap=st.integers(1, 3))
    def sequence_gap(self, data: st.DataObject, gap: int) -> None:
        producer = data.draw(st.sampled_from(sorted(self.sequences)))
        sent = build_batch(
            [NewRecord(None, b"gap")], base_timestamp=self.now_ms,
            producer_id=producer, producer_epoch=0,
            base_sequence=self.sequences[producer] + gap,
        )  # fmt: skip
        if self.lacks_room:
            with pytest.raises(DiskFull):  # What is missing may be what found no room.
                self._append(sent)
            return
        with pytest.raises(Refusal) as refused:
            self._append(sent)
        assert refused.value.code == ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER

    @rule(counts=st.lists(st.integers(1, 3), min_size=1, max_size=6), cut=st.integers(0, 80))
    def append_replicated(self, counts: list[int], cut: int) -> None:
        """What a leader sends ends somewhere in a batch; only whole ones are taken."""
        offset, sent, placed = self.end, b"", []
        for count in counts:
            built = self._build(count, 40, None)
            stamped = offset.to_bytes(8, "big") + built[8:12] + self.epoch.to_bytes(4, "big")
            sent += stamped + built[16:]
            placed.append((built, Appended(offset, offset + count - 1, -1, False), len(sent)))
            offset += count
        sent = sent[: len(sent) - cut]
        end = self.log.append_replicated(memoryview(sent), now_ms=self.now_ms)
        for built, appended, ends_at in placed:
            if ends_at <= len(sent):
                self._remember(built, appended, self.epoch)
        assert end == self.end

    @rule()
    def next_epoch(self) -> None:
        self.epoch += 1
        self.log.assign_epoch_start(self.epoch)

    @rule()
    def time_passes(self) -> None:
        self.now_ms += 70_000  # past segment.ms: the next append begins a segment

    # --- durability ---

    @rule()
    def begin_flush(self) -> None:
        if self.ticket is None:
            self.ticket = self.log.begin_flush()

    @precondition(lambda self: self.ticket is not None)
    @rule()
    def finish_flush(self) -> None:
        ticket, self.ticket = self.ticket, None
        assert ticket is not None
        ticket.run()
        self.log.complete_flush(ticket)

    @rule()
    def checkpoint(self) -> None:
        self.volume.checkpoint()

    # --- cutting ---

    @rule(data=st.data())
    def truncate(self, data: st.DataObject) -> None:
        offset = data.draw(st.integers(self.log_start, self.end + 2))
        generation = self.log.generation
        expected = self._end_if_truncated(offset)
        assume(expected >= self.log_start)  # never below the high watermark, so never below this
        self.log.truncate_to(offset)
        if offset < self.end:
            assert self.log.generation > generation
            self._cut(expected)

    def _end_if_truncated(self, offset: int) -> int:
        for batch in self.batches:
            if batch.last_offset >= offset:
                return min(offset, batch.base_offset)
        return self.end

    @rule(data=st.data())
    def delete_records(self, data: st.DataObject) -> None:
        offset = data.draw(st.integers(0, self.end))
        self.log_start = max(self.log_start, offset)
        assert self.log.delete_records_before(offset) == self.log_start

    @rule(keep=st.integers(0, 4000), data=st.data())
    def retention(self, keep: int, data: st.DataObject) -> None:
        high_watermark = data.draw(st.integers(self.log_start, self.end))
        before = self.log.describe()
        self.log.reconfigure(_keeping(keep))
        expired = self.log.apply_retention(self.now_ms, high_watermark=high_watermark)
        self.log.reconfigure(CONFIG)
        after = self.log.describe()
        assert expired == sorted(expired)
        assert after.log_start_offset <= max(high_watermark, before.log_start_offset)
        if expired:
            assert after.size_bytes >= keep or before.log_start_offset > expired[0]
        self.log_start = after.log_start_offset
        self.now_ms += 2000
        self.log.unlink_expired(self.now_ms)

    # --- reading ---

    @rule(
        data=st.data(),
        max_bytes=st.integers(0, 3000),
        at_least_one=st.booleans(),
    )
    def read(self, data: st.DataObject, max_bytes: int, at_least_one: bool) -> None:
        offset = data.draw(st.integers(self.log_start, self.end))
        end_offset = data.draw(st.integers(self.log_start, self.end))
        result = self.log.read(
            offset, max_bytes=max_bytes, end_offset=end_offset, at_least_one=at_least_one
        )
        wanted = [b for b in self.batches if b.last_offset >= offset and b.last_offset < end_offset]
        got = bytes(result.data)
        assert b"".join(b.stored for b in wanted).startswith(got)
        count = len(list(iterate_batches(memoryview(got))))
        assert sum(len(b.stored) for b in wanted[:count]) == len(got)
        if count:
            assert result.next_offset >= wanted[count - 1].last_offset + 1
            assert len(got) <= max_bytes or (at_least_one and count == 1)
        elif wanted:
            assert len(wanted[0].stored) > max_bytes
            assert not at_least_one

    @rule(below=st.integers(1, 3), above=st.integers(1, 3))
    def read_out_of_range(self, below: int, above: int) -> None:
        for offset in (self.log_start - below, self.end + above):
            with pytest.raises(Refusal) as refused:
                self.log.read(offset, max_bytes=100, end_offset=self.end, at_least_one=True)
            assert refused.value.code == ErrorCode.OFFSET_OUT_OF_RANGE

    @precondition(lambda self: self.batches)
    @rule(data=st.data())
    def find_by_time(self, data: st.DataObject) -> None:
        known = sorted({b.timestamp for b in self.batches})
        timestamp = data.draw(st.sampled_from(known)) + data.draw(st.integers(-3, 1))
        expected = None
        for batch in self.batches:
            count = batch.last_offset - batch.base_offset + 1
            for n in range(count):
                record = (batch.base_offset + n, batch.timestamp - (count - 1) + n)
                if record[0] >= self.log_start and record[1] >= timestamp:
                    expected = expected or (*record, batch.epoch)
        assert self.log.offset_for_timestamp(timestamp) == expected

    @rule(epoch=st.integers(0, 8))
    def ends_of_epochs(self, epoch: int) -> None:
        """A follower that asks is never told to keep more of an epoch than the leader has."""
        answer = self.log.epoch_end(epoch)
        newer = [b.base_offset for b in self.batches if b.epoch > epoch]
        if answer.epoch >= 0 and newer and newer[0] >= self.log_start:
            assert answer.end_offset <= newer[0]
        if answer.epoch == epoch and self.batches and self.batches[-1].epoch == epoch:
            assert answer.end_offset == self.end

    # --- what may go wrong ---

    @rule(room=st.integers(0, 400), size=st.integers(50, 300))
    def disk_full(self, room: int, size: int) -> None:
        sent = self._build(2, size, None)
        self.disk.free_bytes = room
        try:
            appended = self._append(sent)
        except DiskFull:
            assert self.log.failure is None
            self.lacks_room = True
        else:
            self._remember(sent, appended, self.epoch)
        self.disk.free_bytes = None

    @precondition(lambda self: self.ticket is None)
    @rule(size=st.integers(50, 300), power=st.booleans())
    def flush_fails(self, size: int, power: bool) -> None:
        """A failed flush is final: nothing more is taken or called durable until a restart."""
        sent = self._build(2, size, None)
        self._remember(sent, self._append(sent), self.epoch)
        durable_end = self.log.durable_end_offset
        self.disk.fail_synchronize = True
        ticket = self.log.begin_flush()
        assert ticket is not None
        ticket.run()
        with pytest.raises(StorageError):
            self.log.complete_flush(ticket)
        self.disk.fail_synchronize = False
        with pytest.raises(StorageError):
            self._append(sent)
        assert self.log.begin_flush() is None
        assert self.log.durable_end_offset == durable_end
        assert not self.volume.close_logs()
        self._stop_hard(power)
        self._open(clean=False)
        self._check_after_restart(least_end=durable_end)

    @rule()
    def stop_cleanly(self) -> None:
        if self.ticket is not None:
            self.finish_flush()
        assert self.volume.close_logs()
        self.incarnation += 1
        self.volume.write_marker(self.incarnation)
        self.volume.close()
        assert self.disk.open_handles == 0
        self._open(clean=True)
        assert self.log.recovery.clean
        self._check_after_restart(least_end=self.end)

    @rule()
    def kill(self) -> None:
        self.disk.kill()
        self._open(clean=False)
        self._check_after_restart(least_end=self.end)

    @rule()
    def lose_power(self) -> None:
        durable_end = self.log.durable_end_offset
        self.disk.lose_power(self.random)
        self._open(clean=False)
        self._check_after_restart(least_end=durable_end)

    @rule(
        after=st.integers(0, 12),
        doing=st.sampled_from(
            ["append", "truncate", "flush", "retention", "checkpoint", "delete", "close"]
        ),
        power=st.booleans(),
        again=st.one_of(st.none(), st.integers(0, 12)),
        data=st.data(),
    )
    def die_while(
        self, after: int, doing: str, power: bool, again: int | None, data: st.DataObject
    ) -> None:
        """Die within an operation: it has happened, or it has not, or in part where that is whole.

        Perhaps die again while the log is opened.
        """
        least_end = self.log.durable_end_offset if power else self.end
        most_start = self.end if doing == "retention" else self.log_start
        target = data.draw(st.integers(self.log_start, self.end))
        sent = self._build(2, 200, None)
        most = list(self.batches)
        if doing == "truncate":
            least_end = min(least_end, self._end_if_truncated(target))
            assume(self._end_if_truncated(target) >= self.log_start)
        if doing == "delete":
            most_start = max(most_start, target)
        if doing == "append":
            self._remember(sent, Appended(self.end, self.end + 1, -1, False), self.epoch)
            most, self.batches, self.end = self.batches, most, self.end - 2
        self.disk.crash_after = after
        with suppress(Crash):
            self._do(doing, target, sent)
        if doing == "append":
            self.batches, self.end = most, self.end + 2
        self._stop_hard(power)
        if again is not None:
            self.disk.crash_after = again
            with suppress(Crash):
                self._open(clean=False)
            self._stop_hard(power)
        self._open(clean=False)
        self._check_after_restart(least_end=least_end, most_start=most_start)

    def _stop_hard(self, power: bool) -> None:
        if power:
            self.disk.lose_power(self.random)
        else:
            self.disk.kill()

    def _do(self, doing: str, target: int, sent: bytes) -> None:
        if doing == "append":
            self._append(sent)
        elif doing == "truncate":
            self.log.truncate_to(target)
        elif doing == "flush" and self.ticket is None:
            ticket = self.log.begin_flush()
            if ticket is not None:
                ticket.run()
                self.log.complete_flush(ticket)
        elif doing == "retention":
            self.log.reconfigure(_keeping(0))
            self.log.apply_retention(self.now_ms, high_watermark=self.end)
        elif doing == "checkpoint":
            self.volume.checkpoint()
        elif doing == "close":
            if self.ticket is not None:
                self.finish_flush()
            self.volume.close_logs()
        elif doing == "delete":
            self.log.delete_records_before(target)

    def _check_after_restart(self, *, least_end: int, most_start: int = 0) -> None:
        """What is left is a run of the model's batches that ends no earlier than it must."""
        log = self.log
        assert least_end <= log.log_end_offset <= self.end
        assert self.log_start <= log.log_start_offset <= max(self.log_start, most_start)
        assert log.durable_end_offset == log.log_end_offset
        self.log_start = log.log_start_offset
        self._cut(log.log_end_offset)
        if log.describe().size_bytes == 0:
            # Records below the log start were lost, and nobody misses them; a snapshot at the log
            # start may still know who wrote them.
            self.batches = []
            known = {pid: state.batches[-1].last_sequence + 1
                     for pid, state in log.producer_states()}  # fmt: skip
            assert known.items() <= self.sequences.items()
            self.remembered = known
            self.sequences = dict(known)
        self.epoch = max(self.epoch, log.latest_epoch)

    @invariant()
    def holds_the_model(self) -> None:
        if not hasattr(self, "log"):
            return
        log = self.log
        assert log.log_end_offset == self.end
        assert log.log_start_offset == self.log_start
        assert log.durable_end_offset <= self.end
        wanted = [b for b in self.batches if b.last_offset >= self.log_start]
        assert read_all(log) == b"".join(b.stored for b in wanted)


def _keeping(size: int) -> LogConfig:
    return LogConfig(
        segment_bytes=CONFIG.segment_bytes,
        index_interval_bytes=CONFIG.index_interval_bytes,
        retention_ms=-1,
        retention_bytes=size,
        file_delete_delay_ms=1000,
    )


def _as_sent(stored: bytes) -> bytes:
    return bytes(8) + stored[8:12] + b"\xff" * 4 + stored[16:]


def read_all(log: PartitionLog) -> bytes:
    data, offset = b"", log.log_start_offset
    while offset < log.log_end_offset:
        result = log.read(offset, max_bytes=700, end_offset=log.log_end_offset, at_least_one=True)
        assert result.next_offset > offset
        data += result.data
        offset = result.next_offset
    return data


def test_log_is_a_list_of_batches() -> None:
    run_state_machine_as_test(
        LogMachine,
        settings=settings(
            max_examples=int(os.environ.get("EXAMPLES", "100")),
            phases=[Phase.generate, Phase.shrink] if "SHRINK" in os.environ else [Phase.generate],
            stateful_step_count=40,
            deadline=None,
            report_multiple_bugs=False,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
