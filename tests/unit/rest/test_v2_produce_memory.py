"""What a produce request of REST v2 takes of memory: eight times its body and one MiB, as v3's."""

import json
from itertools import product

import pytest

from brokers.kernel.limits import KIB, MIB
from streaming.consumers.errors import InvalidPayload
from streaming.consumers.settings import Format
from streaming.rest import shipment
from streaming.rest.body import InvalidBody
from streaming.rest.exchange import Reply
from streaming.rest.v2 import produce
from streaming.rest.v2.produce_request import HEADERS_MAX, RECORDS_MAX
from tests.unit.rest.measuring import ACCESS, VALUES, Brokers, allowed, measured_reply

RECORDS = {
    "of nothing": (Format.BINARY, b"{}"),
    "of nothing, in lines": (Format.JSON, b"{}\n"),
    "null": (Format.BINARY, b'{"value":null}'),
    "of no bytes": (Format.BINARY, b'{"value":""}'),
    "of a byte": (Format.BINARY, b'{"value":"AA=="}'),
    "of two bytes": (Format.BINARY, b'{"key":"AAA=","value":"AAA="}'),
    "a number": (Format.JSON, b'{"value":1}'),
    "a number, with a key": (Format.JSON, b'{"key":1,"value":1}'),
    "an object": (Format.JSON, b'{"value":{}}'),
    "with a header": (Format.JSON, b'{"headers":[{"name":"ab"}]}'),
    "with headers": (Format.JSON, b'{"headers":[%b]}' % b",".join([b'{"name":"ab"}'] * 8)),
    "with all headers": (
        Format.JSON,
        b'{"headers":[%b]}' % b",".join([b'{"name":"ab"}'] * HEADERS_MAX),
    ),
}


@pytest.fixture
def brokers(monkeypatch: pytest.MonkeyPatch) -> Brokers:
    brokers = Brokers()
    monkeypatch.setattr(shipment, "current_clients", lambda: brokers)
    # Brokers that wait until nobody has anything to do would not see what threads do.
    monkeypatch.setattr(produce, "INLINE_BYTES_MAX", 64 * MIB)
    return brokers


def body_of(records: bytes) -> bytes:
    return b'{"records":[%b]}' % records


def measured(wanted: Format, body: bytes, partition: int | None = None) -> tuple[int, int, int]:
    """Status, results in the answer, and the most bytes that were held beside the body."""
    return measured_reply(
        lambda: produce.produce_v2(ACCESS, "topic", partition, wanted, body), b'"offset":'
    )


@pytest.mark.parametrize(
    ("name", "size", "partition"),
    [*product(RECORDS, [4 * KIB, 32 * KIB, 11 * MIB], [None]), *product(RECORDS, [32 * KIB], [0])],
)
def test_tiny_records(brokers: Brokers, name: str, size: int, partition: int | None) -> None:
    wanted, each = RECORDS[name]
    count = min(RECORDS_MAX, size // (len(each) + 1) or 1)
    body = body_of(b",".join([each] * count))
    status, results, peak = measured(wanted, body, partition)
    assert (status, results, brokers.taken) == (200, count, count)
    assert peak <= allowed(body)


@pytest.mark.parametrize("name", VALUES)
def test_one_large_record(brokers: Brokers, name: str) -> None:
    body = body_of(b'{"value":%b}' % VALUES[name])
    status, results, peak = measured(Format.JSON, body)
    assert (status, results) == (200, 1)
    assert peak <= allowed(body)


FIELDS = b",".join(b'"%x":0' % number for number in range(100_000))
REFUSED = {
    "too many records": (Format.JSON, body_of(b"{}," * 3_000_000 + b"{}")),
    "no objects": (Format.JSON, body_of(b"[]," * 1_000_000 + b"{}")),
    "a wrong one": (Format.JSON, body_of(b'{"value":1},' * 9_999 + b'{"":0}')),
    "wrong ones": (Format.JSON, body_of(b'{"":0},' * 9_999 + b'{"":0}')),
    "no base64": (Format.BINARY, body_of(b'{"value":"A"},' * 9_999 + b"{}")),
    "unknown fields": (Format.JSON, b"{%b}" % FIELDS),
    "unknown fields in a record": (Format.JSON, body_of(b"{%b}" % FIELDS)),
    "a schema": (Format.JSON, b'{"value_schema_id":1,"records":[%b{}]}' % (b"{}," * 9_000)),
    "too many headers": (
        Format.JSON,
        body_of(b'{"headers":[%b{"name":"a"}]}' % (b'{"name":"a"},' * 500_000)),
    ),
    "no text": (Format.BINARY, body_of(b'{"value":[%b0]}' % (b"{}," * 1_000_000))),
    "half of a surrogate pair": (
        Format.JSON,
        body_of(b'{"value":1},' * 9_000 + b'{"value":"\\ud800"}'),
    ),
    "no JSON": (Format.JSON, body_of(b'{"value":1},' * 9_999)),
    "no end": (Format.JSON, b'{"records":[' + b"{}," * 3_000_000),
    "no UTF-8": (Format.JSON, body_of(b'{"value":"%b\xff"}' % (b"a" * MIB))),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_body_that_is_refused(brokers: Brokers, name: str) -> None:
    wanted, body = REFUSED[name]

    async def refused() -> Reply:
        with pytest.raises((InvalidPayload, InvalidBody)) as caught:
            await produce.produce_v2(ACCESS, "topic", None, wanted, body)
        assert len(str(caught.value)) < KIB
        return Reply(b"")

    _, _, peak = measured_reply(refused, b"")
    assert brokers.taken == 0
    assert peak <= allowed(body)


def test_results_are_in_the_order_of_the_records_however_many_there_are(brokers: Brokers) -> None:
    body = body_of(b",".join(b'{"value":%d}' % number for number in range(RECORDS_MAX)))
    pieces: list[bytes] = []

    async def kept() -> Reply:
        reply = await produce.produce_v2(ACCESS, "topic", None, Format.JSON, body)
        assert not isinstance(reply.body, bytes)
        pieces.extend([piece async for piece in reply.body])
        return Reply(b"")

    measured_reply(kept, b"")
    answer = json.loads(b"".join(pieces))
    first = answer["offsets"][0]["offset"]
    assert [each["offset"] - first for each in answer["offsets"]] == list(range(RECORDS_MAX))
