"""``POST …/topics/{topic}/records:batch``: up to ``ENTRIES_MAX`` records in one JSON document.

As Confluent's REST v3 (``ProduceBatchAction``): each entry has an ``id`` of its own, 207 answers
with ``successes`` and ``failures``, and 42208 refuses a whole batch before anything is sent.
"""

from collections.abc import Sequence
from functools import partial
from typing import Final

import msgspec

from streaming.problems import Problem
from streaming.records.identity import WRITE
from streaming.rest.exchange import Exchange, Reply
from streaming.rest.idempotent_produce import IdempotentProduce, idempotency_key
from streaming.rest.problem_reply import problem_reply
from streaming.rest.produce_request import (
    InvalidRecord,
    RecordShape,
    parse_produce_request,
    request_of_shape,
)
from streaming.rest.record_stream import Asked
from streaming.rest.shipment import Answer, Shipper

ENTRIES_MAX: Final = 1_000
ENTRY_ID_CHARACTERS_MAX: Final = 80
BATCH_BODY_BYTES_MAX: Final = 12 * 1024 * 1024
"""As much as one record of the streamed endpoint may have, base64 and all."""

_BRACES_MAX: Final = 64 * ENTRIES_MAX
"""With more of them a batch is counted before its entries are read: there may be a million."""


class InvalidBatch(Exception):
    """The batch is refused as a whole; the message says why."""


class _BatchShape(msgspec.Struct, forbid_unknown_fields=True):
    entries: list[msgspec.Raw]


class _EntryShape(RecordShape, forbid_unknown_fields=True, kw_only=True):
    id: str


class _RightBatchShape(msgspec.Struct, forbid_unknown_fields=True):
    entries: list[_EntryShape]


_right_batch_decoder: Final = msgspec.json.Decoder(_RightBatchShape)
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
    shipper = Shipper(exchange.access, topic)
    await shipper.find_topic()
    shipment = await shipper.ship(asked)
    return batch_reply(ids, await shipment.answers())


def parse_batch(body: bytes) -> tuple[list[str], list[Asked]]:
    """The entries' ids, and what each asks for. Raises ``InvalidBatch``."""
    return _right_batch(body) or _explained_batch(body)


def _right_batch(body: bytes) -> tuple[list[str], list[Asked]] | None:
    """A batch with nothing wrong in it, read in one step; None for any other."""
    if body.count(b"{") > _BRACES_MAX:
        return None
    try:
        entries = _right_batch_decoder.decode(body.decode()).entries
        asked: list[Asked] = [request_of_shape(entry, b"") for entry in entries]
    except (ValueError, RecursionError, InvalidRecord):
        return None
    ids = [entry.id for entry in entries]
    are_right = all(1 <= len(each) <= ENTRY_ID_CHARACTERS_MAX for each in ids)
    if not are_right or len(set(ids)) < len(ids) or not 1 <= len(ids) <= ENTRIES_MAX:
        return None
    return ids, asked


def _explained_batch(body: bytes) -> tuple[list[str], list[Asked]]:
    """A batch read entry by entry, to say what is wrong with it. Raises ``InvalidBatch``."""
    try:
        entries = _batch_decoder.decode(body.decode()).entries
    except (ValueError, RecursionError) as error:
        raise InvalidBatch(
            f'The body must be a JSON object such as {{"entries": [{{"id": "1", …}}]}}: {error}'
        ) from error
    if not 1 <= len(entries) <= ENTRIES_MAX:
        raise InvalidBatch(
            f"A batch has 1 to {ENTRIES_MAX} entries, this one {len(entries)}; send more batches."
        )
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
        return entry_id, error


def batch_reply(ids: Sequence[str], answers: Sequence[Answer]) -> Reply:
    """207 with what became of each entry, both lists in the entries' order."""
    successes: list[bytes] = []
    failures: list[bytes] = []
    for entry_id, answer in zip(ids, answers, strict=True):
        named = b'{"id":' + msgspec.json.encode(entry_id) + b","
        if isinstance(answer, Problem):
            told = {"error_code": answer.error_code, "message": answer.message}
            failures.append(named + msgspec.json.encode(told)[1:])
        else:
            # A delivery report begins with its error code, which a success of a batch has not.
            successes.append(named + answer.partition(b",")[2] + b"}")
    body = b'{"successes":[%b],"failures":[%b]}' % (b",".join(successes), b",".join(failures))
    return Reply(body, 207)
