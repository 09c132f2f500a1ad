"""Compaction among transactions against a plain dict: a reader of committed records, who starts
anew at any time, ends up with the last committed value of each key."""

import os
from pathlib import Path
from random import Random

from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from brokers.log.config import LogConfig
from brokers.log.partition_log import PartitionLog
from brokers.wire.batch import NewRecord, build_batch, parse_batch_header
from brokers.wire.control import Marker
from tests.model.memory_disk import MemoryDisk
from tests.model.test_transaction_model import committed_records
from tests.unit.log.compacting import DIRECTORY, adopt, build
from tests.unit.log.samples import NOW_MS, open_log, read_all

CONFIG = LogConfig(
    segment_bytes=500, index_interval_bytes=100, cleanup_policy="compact",
    delete_retention_ms=1000, file_delete_delay_ms=0,
)  # fmt: skip
PRODUCERS = st.integers(0, 2)
STEPS = st.one_of(
    st.tuples(st.just("put"), PRODUCERS, st.integers(0, 3)),
    st.tuples(st.just("end"), PRODUCERS, st.booleans()),
    st.tuples(st.just("plain"), st.integers(0, 3), st.just(0)),
    st.tuples(st.just("compact"), st.sampled_from([0, 400, 1100]), st.booleans()),
    st.tuples(st.just("restart"), st.booleans(), st.just(0)),
)


class World:
    """A compacted log, and the dict that it stands for."""

    def __init__(self) -> None:
        self.disk = MemoryDisk()
        self.log: PartitionLog = open_log(self.disk, DIRECTORY, CONFIG)
        self.now_ms = NOW_MS
        self.number = 0
        self.sequences = [0, 0, 0]
        self.pending: list[dict[int, tuple[bytes, bytes]]] = [{}, {}, {}]
        """Per producer what its open transaction wrote, by offset."""
        self.written: dict[int, tuple[bytes, bytes]] = {}
        """What is committed, by offset."""

    def put(self, producer: int, key: int) -> None:
        guard = self.log.begin_verification(
            producer, 0, self.sequences[producer], bumps_epochs=False
        )
        offset, record = self._append(
            key, guard, producer_id=producer, producer_epoch=0,
            base_sequence=self.sequences[producer], attributes=0x10,
        )  # fmt: skip
        self.sequences[producer] += 1
        self.pending[producer][offset] = record

    def plain(self, key: int, _: int) -> None:
        offset, record = self._append(key, None)
        self.written[offset] = record

    def _append(self, key: int, guard, **fields: int) -> tuple[int, tuple[bytes, bytes]]:
        self.number += 1
        record = (b"key-%d" % key, b"%d" % self.number)
        sent = build_batch([NewRecord(*record)], base_timestamp=self.now_ms, **fields)
        appended = self.log.append(
            memoryview(sent), parse_batch_header(sent), leader_epoch=0, now_ms=self.now_ms,
            guard=guard,
        )  # fmt: skip
        # Found again after it was forgotten: no producer of one epoch begins anew like this.
        assume(not appended.duplicate)
        return appended.base_offset, record

    def end(self, producer: int, committed: bool) -> None:
        self.log.append_marker(
            Marker(committed, self.number), producer_id=producer, producer_epoch=0,
            transaction_version=1, leader_epoch=0, now_ms=self.now_ms,
        )  # fmt: skip
        self.number += 1
        if committed:
            self.written |= self.pending[producer]
        self.pending[producer] = {}

    def compact(self, later_ms: int, forgets: bool) -> None:
        self.now_ms += later_ms
        if forgets:
            self.log._producers.expire(self.now_ms + 48 * 3_600_000)
            self._ask_for_sequences()
        ticket = self.log.begin_flush()
        if ticket is not None:
            ticket.run()
            self.log.complete_flush(ticket)
        self.number += 1
        built = build(self.disk, self.log, number=self.number, now_ms=self.now_ms)
        if built is not None:
            folder, report = built
            assert not report.failure
            assert adopt(self.disk, self.log, folder, report, now_ms=self.now_ms)
            self.disk.remove_tree(folder)

    def restart(self, clean: bool, _: int) -> None:
        if clean:
            self.log.close()
        else:
            self.disk.kill()
        self.log = open_log(self.disk, DIRECTORY, CONFIG, clean=clean, now_ms=self.now_ms)
        self._ask_for_sequences()

    def _ask_for_sequences(self) -> None:
        """What a log has forgotten it may find again in its batches."""
        self.sequences = [0, 0, 0]
        for producer, state in self.log.producer_states():
            if state.batches:
                self.sequences[producer] = state.batches[-1].last_sequence + 1

    def check(self) -> None:
        end = self.log.log_end_offset
        stable = self.log.last_stable_offset(end)
        opened = [min(pending) for pending in self.pending if pending]
        assert stable == min([end, *opened])
        expected = {
            key: value for offset, (key, value) in sorted(self.written.items()) if offset < stable
        }
        random = Random(self.number)
        found = {
            record.key: record.value for record in committed_records(self.log, 0, stable, random)
        }
        assert found == expected
        # A follower that begins now, from the batches alone.
        other = open_log(MemoryDisk(), Path("/other/topic-0"), CONFIG)
        other.append_replicated(memoryview(read_all(self.log)), now_ms=NOW_MS)
        assert other.last_stable_offset(end) == stable
        found = {record.key: record.value for record in committed_records(other, 0, stable, random)}
        assert found == expected


@given(steps=st.lists(STEPS, min_size=10, max_size=60))
@settings(
    max_examples=int(os.environ.get("EXAMPLES", "60")),
    phases=[Phase.generate, Phase.shrink] if "SHRINK" in os.environ else [Phase.generate],
    deadline=None,
)
def test_a_new_reader_finds_the_last_committed_value_of_each_key(
    steps: list[tuple[str, int, int]],
) -> None:
    world = World()
    for name, first, second in steps:
        getattr(world, name)(first, second)
        if name in {"compact", "restart"}:
            world.check()
    world.check()
