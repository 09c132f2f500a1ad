"""``POST …/topics/{topic}/records:batch``: up to ``ENTRIES_MAX`` records in one JSON document.

As Confluent's REST v3 (``ProduceBatchAction``): each entry has an ``id`` of its own, 207 answers
with ``successes`` and ``failures``, and 42208 refuses a whole batch before anything is sent.
"""

from collections.abc import Sequence
from functools import partial
from typing import Final

import msgspec

from brokers.kernel.limits import DECODED_GROWTH, MIB
from streaming.problems import Problem
from streaming.records.identity import WRITE
from streaming.rest.delivery_report import delivery_reports
from streaming.rest.exchange import Exchange, Reply
from streaming.rest.idempotent_produce import IdempotentProduce, idempotency_key
from streaming.rest.problem_reply import problem_reply
from streaming.rest.produce_request import (
    RecordShape,
    parse_produce_request,
    request_of_shape,
)
from streaming.rest.record_json import InvalidRecord, checked_utf8
from streaming.rest.record_stream import Asked, without_history
from streaming.rest.shipment import Answer, Shipper

ENTRIES_MAX: Final = 1_000
ENTRY_ID_CHARACTERS_MAX: Final = 80
BATCH_BODY_BYTES_MAX: Final = 12 * 1024 * 1024
"""As much as one record of the streamed endpoint may have, base64 and all."""

_COUNTED_BYTES: Final = 25
"""What an entry takes when it is only counted."""

_ENTRY_BYTES: Final = 144
"""What a small right entry takes when it is read. Where there might be too many of them for the
body's length, they are counted before they are read."""


class InvalidBatch(Exception):
    """The batch is refused as a whole; the message says why."""


class _BatchShape(msgspec.Struct, forbid_unknown_fields=True):
    entries: list[msgspec.Raw]


class _EntryShape(RecordShape, forbid_unknown_fields=True, kw_only=True):
    id: str


class _AnyEntry(msgspec.Struct, gc=False):
    """Whatever it says."""


class _CountedShape(msgspec.Struct):
    entries: list[_AnyEntry]


class _RightBatchShape(msgspec.Struct, forbid_unknown_fields=True):
    entries: list[_EntryShape]


_right_batch_decoder: Final = msgspec.json.Decoder(_RightBatchShape)
_counting_decoder: Final = msgspec.json.Decoder(_CountedShape)
_batch_decoder: Final = msgspec.json.Decoder(_BatchShape)
_fields_decoder: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_id_decoder: Final = msgspec.json.Decoder(str)


async def produce_batch(exchange: Exchange, topic: str) -> Reply:
    """Raises whatever keeps the whole request from being served."""
    exchange.access.require(WRITE)
    if not exchange.is_json:
        return problem_reply(Problem(415, 415, "Send the batch as application/json."))
    assert exchange.body is not None
    body = await exchange.body.whole(BATCH_BODY_BYTES_MAX)
    try:
        ids, asked = parse_batch(body)
    except InvalidBatch as error:
        return problem_reply(Problem(422, 42208, str(error)))
    key = idempotency_key(exchange)
    if key is not None:
        once = IdempotentProduce(exchange, topic, key, partial(batch_reply, ids))
        return await once.reply(body, asked)
    access = exchange.access
    shipper = Shipper(access.identity, topic, delivery_reports(access, topic))
    await shipper.find_topic()
    shipment = await shipper.ship(asked)
    return batch_reply(ids, await shipment.answers())


def parse_batch(body: bytes) -> tuple[list[str], list[Asked]]:
    """The entries' ids, and what each asks for. Raises ``InvalidBatch``."""
    return _right_batch(body) or _explained_batch(body)


def _right_batch(body: bytes) -> tuple[list[str], list[Asked]] | None:
    """A batch with nothing wrong in it, read in one step; None for any other."""
    if body.count(b"{") * _ENTRY_BYTES > DECODED_GROWTH * len(body) + MIB:
        return None
    try:
        entries = _right_batch_decoder.decode(checked_utf8(body)).entries
        if not 1 <= len(entries) <= ENTRIES_MAX:
            return None
        asked: list[Asked] = [request_of_shape(entry, b"") for entry in entries]
    except (ValueError, RecursionError, InvalidRecord):
        return None
    ids = [entry.id for entry in entries]
    are_right = all(1 <= len(each) <= ENTRY_ID_CHARACTERS_MAX for each in ids)
    return (ids, asked) if are_right and len(set(ids)) == len(ids) else None


def _explained_batch(body: bytes) -> tuple[list[str], list[Asked]]:
    """A batch read entry by entry, to say what is wrong with it. Raises ``InvalidBatch``."""
    try:
        count = _count(checked_utf8(body))
        if not 1 <= count <= ENTRIES_MAX:
            raise InvalidBatch(
                f"A batch has 1 to {ENTRIES_MAX} entries, this one {count}; send more batches."
            )
        entries = _batch_decoder.decode(body).entries
    except (ValueError, RecursionError) as error:
        raise InvalidBatch(
            f'The body must be a JSON object such as {{"entries": [{{"id": "1", …}}]}}: {error}'
        ) from error
    ids: list[str] = []
    asked: list[Asked] = []
    for number, entry in enumerate(entries):
        entry_id, record = _entry(number, bytes(entry))
        ids.append(entry_id)
        asked.append(record)
    if len(set(ids)) < len(ids):
        twice = next(each for index, each in enumerate(ids) if each in ids[:index])
        raise InvalidBatch(f"Two entries have the id {twice!r}; give each its own.")
    return ids, asked


def _count(body: bytes) -> int:
    """How many entries there are, without keeping them. Raises ``InvalidBatch`` and
    ``ValueError``."""
    if body.count(b",") < ENTRIES_MAX:
        return len(_batch_decoder.decode(body).entries)
    if body.count(b"{") * _COUNTED_BYTES > (DECODED_GROWTH - 1) * len(body) + MIB:
        raise InvalidBatch(
            f"A batch has 1 to {ENTRIES_MAX} entries, and this one has more objects than are "
            "counted; send more batches."
        )
    return len(_counting_decoder.decode(body).entries)


def _entry(number: int, text: bytes) -> tuple[str, Asked]:
    try:
        fields = _fields_decoder.decode(text)
        entry_id = _id_decoder.decode(fields.pop("id", b"null"))
    except (ValueError, RecursionError) as error:
        raise InvalidBatch(f"entries[{number}] must be an object with a text id.") from error
    if not 1 <= len(entry_id) <= ENTRY_ID_CHARACTERS_MAX:
        raise InvalidBatch(
            f"entries[{number}].id must have 1 to {ENTRY_ID_CHARACTERS_MAX} characters."
        )
    try:
        return entry_id, parse_produce_request(msgspec.json.encode(fields))
    except InvalidRecord as error:
        return entry_id, without_history(error)


def batch_reply(ids: Sequence[str], answers: Sequence[Answer]) -> Reply:
    """207 with what became of each entry, both lists in the entries' order."""
    # Written on, not joined: what is told of a thousand entries is far longer than they are.
    body = bytearray(b'{"successes":[')
    failures: list[bytes] = []
    for entry_id, answer in zip(ids, answers, strict=True):
        named = b'{"id":' + msgspec.json.encode(entry_id) + b","
        if isinstance(answer, Problem):
            told = {"error_code": answer.error_code, "message": answer.message}
            failures.append(named + msgspec.json.encode(told)[1:])
        else:
            # A delivery report begins with its error code, which a success of a batch has not.
            body += named + answer.partition(b",")[2] + b"},"
    if body.endswith(b","):
        del body[-1:]
    body += b'],"failures":[' + b",".join(failures) + b"]}"
    return Reply(bytes(body), 207)
