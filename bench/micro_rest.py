"""What REST's record paths cost the web process: ``python -m bench.micro_rest [--profile NAME]``.

Microseconds of CPU per record, the least of several runs: from the pieces of a body to record
batches and back to answers, and from fetched batches to a page. Everything is the web process's own
but the brokers, in whose place stands a log that takes whatever comes. What sockets, brokers and
HTTP cost is in ``bench/edge.py``. For the developer of ``streaming/rest`` and
``streaming/records``; claims about speed come from runs against peers.
"""

import argparse
import asyncio
import cProfile
import gc
import json
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "streaming.settings")
django.setup()

from brokers.kernel.errors import ErrorCode  # noqa: E402
from brokers.wire.batch import NewRecord, build_batch  # noqa: E402
from streaming.access.caller import TenantAccess  # noqa: E402
from streaming.records import clients as pool  # noqa: E402
from streaming.records.identity import READ, WRITE, Identity  # noqa: E402
from streaming.records.lane import Lane, ProducerId  # noqa: E402
from streaming.records.outgoing import OutgoingRecord, Parcel  # noqa: E402
from streaming.records.reader import Fetched  # noqa: E402
from streaming.rest.consume import consume_partition  # noqa: E402
from streaming.rest.exchange import Exchange, Reply  # noqa: E402
from streaming.rest.produce import produce  # noqa: E402
from streaming.rest.produce_batch import produce_batch  # noqa: E402
from streaming.rest.request_body import RequestBody  # noqa: E402
from streaming.web import GC_THRESHOLD  # noqa: E402

REPEATS: Final = 9
SECONDS: Final = 0.1
"""Of CPU, of each repetition."""
RECORDS: Final = 500
CHUNKS: Final = 8
PAGE_RECORDS: Final = 8_000
PARTITIONS: Final = 6
VALUE: Final = {"flight": "UA1545", "origin": "EWR", "dest": "IAH", "delay": 2, "pad": "x" * 40}
"""About 100 bytes of JSON, as ``bench/edge.py`` has it."""
LARGE_VALUE: Final = {**VALUE, "fields": {f"field{n}": "value" for n in range(40)}}

_ACCESS: Final = TenantAccess(
    "7f3a2", "bench", "lkc-7f3a2", "service account", "app", frozenset({READ, WRITE})
)


class Log:
    """Stands where the pool of clients does: writes everything at once, and has one page."""

    def __init__(self) -> None:
        self._lanes = [Lane("flights", partition) for partition in range(PARTITIONS)]
        for lane in self._lanes:
            lane.producer = ProducerId(1, 0)
        self._end = 0
        value = json.dumps(LARGE_VALUE).encode()
        batch = [NewRecord(None, value)] * 200
        self.page = b"".join(
            build_batch(batch, base_timestamp=1_700_000_000_000, base_offset=base)
            for base in range(0, PAGE_RECORDS, len(batch))
        )

    def require_unthrottled(self, _identity: Identity | None = None) -> None:
        """Never throttled."""

    async def until_unthrottled(self, _identity: Identity) -> None:
        """Never throttled."""

    async def partitions(self, _identity: Identity, _topic: str) -> range:
        return range(PARTITIONS)

    async def submit_many(self, _identity: Identity, records: Sequence[OutgoingRecord]) -> Parcel:
        loop = asyncio.get_running_loop()
        parcel = Parcel(records, loop.time() + 30, loop.create_future())
        lane = self._lanes[records[0].partition]
        lane.add(parcel)
        while (batch := lane.take()) is not None:
            lane.on_written(self._end, -1)
            self._end += batch.count
        return parcel

    @asynccontextmanager
    async def reader(self, _identity: Identity) -> AsyncIterator["Log"]:
        yield self

    async def fetch_partition(self, *_place: object, **_bounds: int) -> Fetched:
        return Fetched(0, ErrorCode.NONE, PAGE_RECORDS, 0, self.page)


def _record(number: int) -> dict[str, object]:
    key = {"type": "STRING", "data": f"N{number % 5000}"}
    return {"key": key, "value": {"type": "JSON", "data": VALUE}}


def _exchange(chunks: Sequence[bytes], query: dict[str, str], length: int | None) -> Exchange:
    messages = [{"type": "http.request", "body": each, "more_body": True} for each in chunks]
    messages.append({"type": "http.request", "body": b"", "more_body": False})
    coming = iter(messages)

    async def receive() -> Any:
        return next(coming)

    headers = {"content-type": "application/json"}
    if length is not None:
        headers["content-length"] = str(length)
    path = "/kafka/v3/clusters/lkc-7f3a2/topics/flights/records"
    body = RequestBody(receive)
    return Exchange(_ACCESS, path, query, headers.get, lambda: "http://localhost:8080", body)


async def _length(reply: Reply) -> int:
    if isinstance(reply.body, bytes):
        return len(reply.body)
    return sum([len(piece) async for piece in reply.body])


async def single() -> int:
    """One record per request."""
    body = json.dumps(_record(7)).encode()
    for _ in range(50):
        await _length(await produce(_exchange([body], {}, len(body)), "flights"))
    return 50


async def stream() -> int:
    """Records as they come, some hundreds in each piece of the body, which ends anywhere."""
    text = _STREAM * CHUNKS
    size = 65_000
    chunks = [text[start : start + size] for start in range(0, len(text), size)]
    assert await _length(await produce(_exchange(chunks, {}, None), "flights")) > len(text)
    return RECORDS * CHUNKS


async def batch() -> int:
    """``records:batch``."""
    assert await _length(await produce_batch(_exchange([_BATCH], {}, len(_BATCH)), "flights"))
    return RECORDS


async def consume() -> int:
    """A page of records of about a kilobyte."""
    bounds = {"offset": "0", "max_records": str(PAGE_RECORDS), "max_bytes": "16000000"}
    await _length(await consume_partition(_exchange([], bounds, None), "flights", 0))
    return PAGE_RECORDS


_STREAM: Final = b"".join(json.dumps(_record(n)).encode() + b"\n" for n in range(RECORDS))
_BATCH: Final = json.dumps(
    {"entries": [{"id": str(n), **_record(n)} for n in range(RECORDS)]}
).encode()

CASES: Final[dict[str, Callable[[], Awaitable[int]]]] = {
    "single": single,
    "stream": stream,
    "batch": batch,
    "consume": consume,
}


async def microseconds(case: Callable[[], Awaitable[int]]) -> float:
    """Of CPU per record, the least of ``REPEATS``."""
    least = float("inf")
    for _ in range(REPEATS):
        records = 0
        started = time.process_time()
        while (spent := time.process_time() - started) < SECONDS:
            records += await case()
        least = min(least, spent / records)
    return least * 1e6


async def _run(names: Sequence[str], profiled: bool) -> None:
    pool._by_loop[asyncio.get_running_loop()] = Log()  # type: ignore[assignment]
    for name in names:
        profile = cProfile.Profile()
        if profiled:
            profile.enable()
        cost = await microseconds(CASES[name])
        profile.disable()
        print(f"{name:10} {cost:8.2f} µs a record", flush=True)
        if profiled:
            profile.print_stats("tottime")


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.micro_rest", description=__doc__)
    parser.add_argument("--profile", choices=CASES)
    given = parser.parse_args()
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD)
    asyncio.run(_run([given.profile] if given.profile else list(CASES), bool(given.profile)))


if __name__ == "__main__":
    main()
