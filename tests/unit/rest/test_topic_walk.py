"""A walk backward does work for what it gives out, however long the topic and its batches are."""

from collections.abc import Mapping
from typing import Any

import pytest

from brokers.kernel.errors import ErrorCode
from brokers.wire.batch import NewRecord, build_batch
from streaming.records.reader import EARLIEST, Fetched
from streaming.rest import topic_walk
from streaming.rest.consume_topic_request import Start
from streaming.rest.topic_walk import TopicWalk

PARTITIONS = 3
RECORDS = 6_000
"""In each partition."""


class _Log:
    """Answers a walk as a ``Reader`` does, from batches in memory, and counts what it gave."""

    def __init__(self, batch_records: int, value: bytes) -> None:
        self.bytes_given = 0
        self._batches: list[tuple[int, bytes]] = []
        for base in range(0, RECORDS, batch_records):
            count = min(batch_records, RECORDS - base)
            records = [NewRecord(None, value, (), base + n) for n in range(count)]
            batch = build_batch(records, base_timestamp=base, base_offset=base)
            self._batches.append((base + count, batch))

    async def partitions(self, _topic: str) -> dict[int, None]:
        return dict.fromkeys(range(PARTITIONS))

    async def offsets(self, _topic: str, timestamps: Mapping[int, int]) -> dict[int, int]:
        return {p: 0 if when == EARLIEST else RECORDS for p, when in timestamps.items()}

    async def fetch_partition(
        self, _topic: str, partition: int, offset: int, *, wait_ms: int, max_bytes: int
    ) -> Fetched:
        assert wait_ms == 0
        given = bytearray()
        for end, batch in self._batches:
            if end <= offset:
                continue
            if given and len(given) + len(batch) > max_bytes:
                break
            given += batch
        self.bytes_given += len(given)
        return Fetched(partition, ErrorCode.NONE, RECORDS, 0, bytes(given))


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many records each call of ``decode`` has given, as it happens."""
    counts: list[int] = []
    real = topic_walk.decode

    async def counting(*arguments: Any, **options: Any) -> Any:
        done = await real(*arguments, **options)
        counts.append(len(done.records))
        return done

    monkeypatch.setattr(topic_walk, "decode", counting)
    return counts


async def _walk(log: _Log, page: int, wanted: int) -> list[int]:
    """Offsets of the newest ``wanted`` records, as a request for ``page`` records looks at them."""
    walk = TopicWalk(log, "t", backward=True)  # type: ignore[arg-type]
    await walk.begin(Start(timestamp_ms=-1), None, page)
    offsets: list[int] = []
    while len(offsets) < wanted and not walk.merge.at_end:
        taken = await walk.take(min(500, wanted - len(offsets)), 1 << 30)
        offsets += (record.offset for _partition, record in taken)
    return offsets


@pytest.mark.parametrize("batch_records", [1, 40, 1_500])
async def test_a_long_search_reads_each_record_about_once(
    decoded: list[int], batch_records: int
) -> None:
    log = _Log(batch_records, b"x" * 60)
    offsets = await _walk(log, page=48, wanted=PARTITIONS * RECORDS)
    assert sorted(offsets) == sorted(list(range(RECORDS)) * PARTITIONS)
    assert sum(decoded) <= 1.1 * len(offsets)
    # A window that is doubled each time covers a partition in few fetches.
    assert len(decoded) <= PARTITIONS * 20


async def test_one_page_takes_little_off_a_long_log(decoded: list[int]) -> None:
    log = _Log(1, b"x" * 200)
    offsets = await _walk(log, page=48, wanted=48)
    assert set(offsets) == set(range(RECORDS - 16, RECORDS))
    assert sum(decoded) <= 3 * 48
    assert log.bytes_given <= 48 * topic_walk.RECORD_BYTES


async def test_long_records_make_windows_narrow_again(
    decoded: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topic_walk, "BUFFER_BYTES", PARTITIONS * 64 * 1024)
    log = _Log(10, b"x" * 4_000)
    offsets = await _walk(log, page=1_000, wanted=3_000)
    newest = range(RECORDS - 1_000, RECORDS)
    assert sorted(offsets) == sorted(list(newest) * PARTITIONS)
    assert sum(decoded) <= 3 * len(offsets)
