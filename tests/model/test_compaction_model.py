"""A compacted log against a plain dict: whatever is compacted, cut short or lost, each key has its
last value, and nothing is there that was not written."""

import os
import uuid
from collections import Counter
from contextlib import suppress
from pathlib import Path
from random import Random

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from brokers.log.checkpoints import PartitionKey
from brokers.log.config import LogConfig
from brokers.log.partition_log import PartitionLog
from brokers.log.volume import Volume
from brokers.wire.batch import (
    Compression,
    NewRecord,
    build_batch,
    iterate_batches,
    parse_batch_header,
)
from brokers.wire.records import Record
from tests.model.memory_disk import Crash, MemoryDisk
from tests.unit.log.compacting import adopt, build, records_of
from tests.unit.log.samples import read_all

TOPIC = uuid.UUID(int=78).bytes
KEY = PartitionKey(TOPIC, 0)
VOLUME = Path("/volume")
DIRECTORY = VOLUME / KEY.directory_name
START_MS = 1_700_000_000_000
KEEP_TOMBSTONES_MS = 50_000
CONFIG = LogConfig(
    segment_bytes=900,
    segment_ms=60_000,
    index_interval_bytes=150,
    file_delete_delay_ms=1000,
    cleanup_policy="compact",
    delete_retention_ms=KEEP_TOMBSTONES_MS,
)

Written = tuple[bytes, bytes | None, int]
"""Key, value, timestamp."""


class CompactionMachine(RuleBasedStateMachine):
    """``written`` has every record by offset, gone or not."""

    @initialize(seed=st.integers(0, 2**32))
    def begin(self, seed: int) -> None:
        self.random = Random(seed)
        self.disk = MemoryDisk()
        self.now_ms = START_MS
        self.written: dict[int, Written] = {}
        self.tombstones_met: dict[int, int] = {}
        """When a compaction may first have met the tombstone at an offset."""
        self.sent: dict[int, list[tuple[bytes, int]]] = {}
        """Per producer: batches as sent, and their first offsets."""
        self.epoch = 0
        self.clean_to = 0
        self.jobs = 0
        self._open(clean=False)

    def _open(self, *, clean: bool) -> None:
        self.volume = Volume.open(VOLUME, disk=self.disk, new_id=uuid.UUID(int=1))
        self.volume.take_marker()
        self.log: PartitionLog = self.volume.open_log(
            TOPIC, 0, config=CONFIG, now_ms=self.now_ms, clean=clean
        )

    # --- writing ---

    @rule(
        pairs=st.lists(st.tuples(st.integers(0, 4), st.booleans()), min_size=1, max_size=4),
        codec=st.sampled_from([Compression.NONE, Compression.GZIP]),
        producer=st.one_of(st.none(), st.integers(1, 2)),
    )
    def append(
        self, pairs: list[tuple[int, bool]], codec: Compression, producer: int | None
    ) -> None:
        self.now_ms += self.random.randint(0, 9000)
        records = [
            NewRecord(
                b"key-%d" % key + b"+" * (key * 6),
                None if is_tombstone else self.random.randbytes(20),
                timestamp_ms=self.now_ms - self.random.randint(0, 3000),
            )
            for key, is_tombstone in pairs
        ]
        fields = {}
        if producer is not None:
            sequence = sum(
                parse_batch_header(batch).record_count for batch, _ in self.sent.get(producer, [])
            )
            fields = {"producer_id": producer, "producer_epoch": 0, "base_sequence": sequence}
        batch = build_batch(records, base_timestamp=self.now_ms, compression=codec, **fields)
        first = self._send(batch).base_offset
        for n, record in enumerate(records):
            assert record.timestamp_ms is not None
            assert record.key is not None
            self.written[first + n] = (record.key, record.value, record.timestamp_ms)
        if producer is not None:
            self.sent.setdefault(producer, []).append((batch, first))

    def _send(self, batch: bytes):
        header = parse_batch_header(batch)
        return self.log.append(
            memoryview(batch), header, leader_epoch=self.epoch, now_ms=self.now_ms
        )

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def retry(self, data: st.DataObject) -> None:
        producer = data.draw(st.sampled_from(sorted(self.sent)))
        batch, first = data.draw(st.sampled_from(self.sent[producer][-5:]))
        appended = self._send(batch)
        assert (appended.base_offset, appended.duplicate) == (first, True)

    @rule()
    def flush(self) -> None:
        ticket = self.log.begin_flush()
        if ticket is not None:
            ticket.run()
            self.log.complete_flush(ticket)

    @rule()
    def close_a_segment(self) -> None:
        self.now_ms += 70_000
        self.log.apply_retention(self.now_ms, high_watermark=self.log.durable_end_offset)
        self.log.unlink_expired(self.now_ms)
        self.flush()

    @rule()
    def new_leader(self) -> None:
        self.epoch += 1
        self.log.assign_epoch_start(self.epoch)

    @rule()
    def checkpoint(self) -> None:
        self.volume.checkpoint()

    # --- compacting ---

    @rule(step=st.integers(0, 10_000))
    def compact(self, step: int) -> None:
        self.now_ms += step
        self._compact()
        self.clean_to = max(self.clean_to, self.volume.first_dirty_offsets.get(KEY))
        left = Counter(r.key for r in self._records() if r.offset < self.clean_to)
        assert set(left.values()) <= {1}, "one record for each key"

    def _compact(self) -> None:
        self.jobs += 1
        committed = self.log.durable_end_offset
        for offset, (_, value, _) in self.written.items():
            if value is None and offset < committed:
                self.tombstones_met.setdefault(offset, self.now_ms)
        built = build(
            self.disk, self.log, number=self.jobs, volume=VOLUME, key=KEY, now_ms=self.now_ms,
            first_dirty=self.volume.first_dirty_offsets.get(KEY), high_watermark=committed,
        )  # fmt: skip
        if built is None:
            return
        folder, report = built
        assert not report.failure
        assert adopt(self.disk, self.log, folder, report, now_ms=self.now_ms, directory=DIRECTORY)
        self.disk.synchronize_directory(DIRECTORY)
        self.volume.first_dirty_offsets.update({KEY: report.clean_to})
        self.disk.remove_tree(folder)

    # --- what may go wrong ---

    @rule(power=st.booleans(), clean=st.booleans())
    def restart(self, power: bool, clean: bool) -> None:
        if clean:
            assert self.volume.close_logs()
            self.volume.write_marker(1)
            self.volume.close()
        else:
            self._stop_hard(power)
        self._open(clean=clean)
        self._check_after_restart()

    @rule(
        after=st.integers(0, 90), power=st.booleans(), again=st.one_of(st.none(), st.integers(0, 9))
    )
    def die_while_compacting(self, after: int, power: bool, again: int | None) -> None:
        self.flush()
        self.disk.crash_after = after
        with suppress(Crash):
            self._compact()
        self._stop_hard(power)
        if again is not None:
            self.disk.crash_after = again
            with suppress(Crash):
                self._open(clean=False)
            self._stop_hard(power)
        self._open(clean=False)
        self._check_after_restart()

    def _stop_hard(self, power: bool) -> None:
        self.durable_end = max(
            getattr(self, "durable_end", 0), self.log.durable_end_offset if power else 0
        )
        if power:
            self.disk.lose_power(self.random)
        else:
            self.disk.kill()

    def _check_after_restart(self) -> None:
        """What was not durable may be gone; of what was, nothing."""
        end = self.log.log_end_offset
        assert end >= getattr(self, "durable_end", 0)
        self.written = {offset: each for offset, each in self.written.items() if offset < end}
        for producer, batches in list(self.sent.items()):
            kept = [(batch, first) for batch, first in batches if first < end]
            self.sent[producer] = kept
            if not kept:
                del self.sent[producer]
        self.tombstones_met = {o: t for o, t in self.tombstones_met.items() if o < end}
        self.epoch = max(self.epoch, self.log.latest_epoch)
        self.clean_to = self.volume.first_dirty_offsets.get(KEY)
        left = Counter(r.key for r in self._records() if r.offset < self.clean_to)
        assert set(left.values()) <= {1}, "the checkpoint promises no more than the log holds"

    # --- what must hold ---

    def _records(self) -> list[Record]:
        return records_of(read_all(self.log))

    @invariant()
    def holds_the_model(self) -> None:
        if not hasattr(self, "log"):
            return
        assert self.log.log_start_offset == 0
        assert self.log.log_end_offset == max(self.written, default=-1) + 1
        records = self._records()
        for record in records:
            assert self.written[record.offset] == (record.key, record.value, record.timestamp_ms)
        offsets = [record.offset for record in records]
        assert offsets == sorted(set(offsets))
        latest = {key: offset for offset, (key, _, _) in sorted(self.written.items())}
        gone = set(latest.values()) - set(offsets)
        for offset in gone:
            assert self.written[offset][1] is None, "only a tombstone may be the last and gone"
            assert self.now_ms >= self.tombstones_met[offset] + KEEP_TOMBSTONES_MS
            key = self.written[offset][0]
            assert key not in {r.key for r in records}, "and nothing that it covered comes back"

    @rule(data=st.data())
    def read_from_anywhere(self, data: st.DataObject) -> None:
        end = self.log.log_end_offset
        offset = data.draw(st.integers(0, end))
        found = self.log.read(offset, max_bytes=300, end_offset=end, at_least_one=True)
        left = [r.offset for r in self._records() if r.offset >= offset]
        got = [r.offset for r in records_of(bytes(found.data)) if r.offset >= offset]
        assert got == left[: len(got)]
        assert found.next_offset > offset or offset == end
        headers = [h for _, h in iterate_batches(memoryview(found.data))]
        assert not headers or headers[0].last_offset >= offset

    @rule(data=st.data())
    def find_by_time(self, data: st.DataObject) -> None:
        records = self._records()
        if not records:
            return
        wanted = data.draw(st.sampled_from(records)).timestamp_ms + data.draw(st.integers(-1, 1))
        expected = next((r for r in records if r.timestamp_ms >= wanted), None)
        found = self.log.offset_for_timestamp(wanted)
        assert (found and found[:2]) == (expected and (expected.offset, expected.timestamp_ms))


def test_a_compacted_log_is_a_dict() -> None:
    run_state_machine_as_test(
        CompactionMachine,
        settings=settings(
            max_examples=int(os.environ.get("EXAMPLES", "60")),
            phases=[Phase.generate, Phase.shrink] if "SHRINK" in os.environ else [Phase.generate],
            stateful_step_count=40,
            deadline=None,
            report_multiple_bugs=False,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
