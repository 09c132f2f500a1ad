"""What a produce request takes of memory: eight times its body and one MiB, as a decoder may.

Objects of two bytes are records, and refused ones have messages: the worst bodies hold nothing
else.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest

from brokers.kernel.limits import KIB, MIB
from streaming.rest import idempotent_produce, produce, shipment
from streaming.rest.exchange import Exchange, Reply
from streaming.rest.idempotent_produce import IDEMPOTENT_RECORDS_MAX
from streaming.rest.produce_batch import produce_batch
from streaming.rest.request_body import RequestBody
from streaming.services.claim_request import RequestState
from tests.unit.rest.measuring import ACCESS, VALUES, Brokers, allowed, measured_reply

CHUNK_BYTES = 64 * KIB
"""As much as the server hands over at once."""

OBJECTS = {
    "of nothing": b"{}",
    "of nothing, in lines": b"{}\n",
    "unknown fields": b'{"":0}',
    "unknown fields, in lines": b'{"":0}\n',
    "no data": b'{"key":{}}',
    "unknown types": b'{"value":{"type":"X"}}',
    "of a letter": b'{"value":{"type":"STRING","data":"x"}}\n',
}


class _Keys:
    """Claims and settles in place of PostgreSQL."""

    def __init__(self) -> None:
        self.settled: bytes | None = None

    def claim(self, *, fingerprint: bytes, plan: Any, **_told: object) -> RequestState:
        is_new, status = self.settled is None, None if self.settled is None else 200
        return RequestState(1, is_new, fingerprint, plan, datetime.now(UTC), status, self.settled)

    def settle(self, *, answer: bytes, **_told: object) -> None:
        self.settled = answer


@pytest.fixture
def brokers(monkeypatch: pytest.MonkeyPatch) -> Brokers:
    brokers, keys = Brokers(), _Keys()
    for module in (shipment, idempotent_produce):
        monkeypatch.setattr(module, "current_clients", lambda: brokers)
    monkeypatch.setattr(idempotent_produce, "claim_request", keys.claim)
    monkeypatch.setattr(idempotent_produce, "settle_request", keys.settle)
    return brokers


Endpoint = Callable[[Exchange, str], Awaitable[Reply]]


def exchange_of(body: bytes, *, is_bounded: bool, key: str | None = None) -> Exchange:
    """A request whose body arrives in chunks."""
    places = iter(range(0, max(len(body), 1), CHUNK_BYTES))

    async def receive() -> dict[str, Any]:
        place = next(places)
        chunk = body[place : place + CHUNK_BYTES]
        return {"type": "http.request", "body": chunk, "more_body": place + CHUNK_BYTES < len(body)}

    headers = {"content-type": "application/json", "idempotency-key": key}
    if is_bounded:
        headers["content-length"] = str(len(body))
    return Exchange(ACCESS, "/records", {}, headers.get, str, RequestBody(receive))


def measured(endpoint: Endpoint, exchange: Exchange) -> tuple[int, int, int]:
    """Status, lines of the answer, and the most bytes that were held beside the body."""
    return measured_reply(lambda: endpoint(exchange, "topic"), b"\n")


@pytest.mark.parametrize(
    ("name", "size"), [*product(OBJECTS, [4 * KIB, 32 * KIB]), ("of nothing", 130 * KIB)]
)
@pytest.mark.parametrize("is_bounded", [True, False])
def test_a_stream_of_tiny_objects(brokers: Brokers, name: str, size: int, is_bounded: bool) -> None:
    each = OBJECTS[name]
    body = each * (size // len(each))
    status, lines, peak = measured(produce.produce, exchange_of(body, is_bounded=is_bounded))
    assert (status, lines) == (200, size // len(each))
    assert peak <= allowed(body)


@pytest.mark.parametrize("name", OBJECTS)
def test_more_records_than_one_key_stands_for(brokers: Brokers, name: str) -> None:
    each = OBJECTS[name]
    body = each * (8 * MIB // len(each))
    status, _, peak = measured(produce.produce, exchange_of(body, is_bounded=True, key="k"))
    assert (status, brokers.taken) == (422, 0)
    assert peak <= 3 * len(body)


@pytest.mark.parametrize("name", OBJECTS)
def test_as_many_records_as_one_key_stands_for(brokers: Brokers, name: str) -> None:
    body = OBJECTS[name] * IDEMPOTENT_RECORDS_MAX
    status, lines, peak = measured(produce.produce, exchange_of(body, is_bounded=True, key="k"))
    assert (status, lines) == (200, IDEMPOTENT_RECORDS_MAX)
    assert peak <= allowed(body)


@pytest.mark.parametrize("rest", ["", ',"":0'])
@pytest.mark.parametrize("key", ["k", None])
def test_a_batch_of_tiny_entries(brokers: Brokers, rest: str, key: str | None) -> None:
    entries = ",".join(f'{{"id":"{number:x}"{rest}}}' for number in range(1_000))
    body = f'{{"entries":[{entries}]}}'.encode()
    status, _, peak = measured(produce_batch, exchange_of(body, is_bounded=True, key=key))
    assert status == 207
    assert peak <= allowed(body)


@pytest.mark.parametrize("entries", [b"{}," * 300_000 + b"{}", b'{"id":"a"},' * 100_000 + b"{}"])
def test_a_batch_of_too_many_entries(entries: bytes) -> None:
    body = b'{"entries":[%b]}' % entries
    status, _, peak = measured(produce_batch, exchange_of(body, is_bounded=True))
    assert status == 422
    assert peak <= allowed(body)


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize(
    "record",
    [
        b'{"value":{"type":"JSON","data":%b}}',
        b'{"value":{"type":"BINARY","data":%b}}',
        b'{"unknown":%b}',
    ],
    ids=["right", "wrong type", "unknown field"],
)
def test_one_large_record(brokers: Brokers, name: str, record: bytes) -> None:
    body = record % VALUES[name]
    _, lines, peak = measured(produce.produce, exchange_of(body, is_bounded=True, key="k"))
    assert lines <= 1
    assert peak <= allowed(body)
