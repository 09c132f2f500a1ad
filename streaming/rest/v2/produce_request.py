"""The body of a v2 produce request: ``{"records": [{"key", "value", "partition"}]}``.

Beyond the anchors a record may have ``headers`` (``[{"name", "value"}]``, values in base64) and a
``timestamp`` (Unix ms). JSON is kept as it was written, as in REST v3.

Nothing is written unless all is right, and a tiny record takes a hundred times its bytes when it
has been read. So a body is read twice where not all of its records may be in memory at once: to
check it, and to send it part by part. What compiled code does not take is read again by
``_explain``, which says what is wrong with it.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NoReturn

import msgspec

from brokers.kernel.limits import KIB
from streaming.consumers.errors import InvalidPayload
from streaming.consumers.settings import Format
from streaming.rest.body import INT32_MAX, InvalidBody, items, members, number
from streaming.rest.concatenated_json import ElementSplitter, MalformedBody
from streaming.rest.json_body import json_faults, parse_json
from streaming.rest.produce_bounds import SHIPMENT_EXCESS_BYTES_MAX, excess_bytes
from streaming.rest.produce_request import (
    HEADERS_MAX,
    TIMESTAMP_MS_MAX,
    HeaderShape,
    Payload,
    ProduceRequest,
    base64_bytes,
    headers_of,
)
from streaming.rest.production import Part
from streaming.rest.record_json import (
    DEPTH_MAX,
    InvalidRecord,
    checked_utf8,
    kept_json,
    loaded,
    require_explicable,
)
from streaming.rest.record_stream import Asked

RECORDS_MAX: Final = 10_000
PART_BYTES_MAX: Final = 256 * KIB
"""Of the body: records beyond it are sent after those before."""

_SCHEMA_FIELDS: Final = ("key_schema", "value_schema", "key_schema_id", "value_schema_id")
_NULL: Final = msgspec.Raw(b"null")
_HEADERS_BRACES_MAX: Final = 4 * HEADERS_MAX
"""In all headers of a record: names may have them too. More are not read to be counted."""


class _BodyShape(msgspec.Struct, forbid_unknown_fields=True):
    records: msgspec.Raw
    key_schema: None = None
    value_schema: None = None
    key_schema_id: None = None
    value_schema_id: None = None


class _HeaderShape(HeaderShape, forbid_unknown_fields=True):
    """One with a name and a value, and nothing else."""


class _RecordShape(msgspec.Struct, forbid_unknown_fields=True):
    """A record for the partition of the request."""

    key: msgspec.Raw = _NULL
    value: msgspec.Raw = _NULL
    headers: msgspec.Raw = _NULL
    timestamp: int | None = None


class _PlacedShape(_RecordShape, forbid_unknown_fields=True):
    """A record that may name its partition."""

    partition: int | None = None


_body_decoder: Final = msgspec.json.Decoder(_BodyShape)
_record_decoder: Final = msgspec.json.Decoder(_RecordShape)
_placed_decoder: Final = msgspec.json.Decoder(_PlacedShape)
_headers_decoder: Final = msgspec.json.Decoder(list[_HeaderShape])
_syntax_decoder: Final = msgspec.json.Decoder(msgspec.Raw)
_text_decoder: Final = msgspec.json.Decoder(str)

_HALF_OF_A_PAIR: Final = re.compile(rb"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
"""Or a pair: JSON may write either, and UTF-8 only the pair."""


class ProduceBody:
    """What a body asks for; all of it is right.

    With ``partition`` its records are for that one, and none may name another.
    """

    def __init__(self, data: bytes, wanted: Format, partition: int | None) -> None:
        """Raises ``InvalidBody`` for what is not JSON, ``InvalidPayload`` for what is not
        records."""
        self._records = _records_of(data, wanted, partition)
        self._reader = _RecordReader(wanted, partition)
        self.highest_partition = -1
        """Of those that are named; -1 when none is."""
        self._only: Part | None = None
        for place, part in enumerate(self._read()):
            self._only = part if place == 0 else None
            self.highest_partition = max(self.highest_partition, _highest_partition(part[0]))

    @property
    def is_one_part(self) -> bool:
        return self._only is not None

    def parts(self) -> Iterator[Part]:
        """Its records in order, those together that may be in memory together."""
        return self._read() if self._only is None else iter((self._only,))

    def _read(self) -> Iterator[Part]:
        asked: list[Asked] = []
        size = headers = 0
        for index, text in enumerate(_elements(self._records)):
            request = self._reader.read(index, text)
            asked.append(request)
            size += len(text)
            headers += len(request.headers)
            excess = excess_bytes(len(asked), size, headers)
            if size > PART_BYTES_MAX or excess > SHIPMENT_EXCESS_BYTES_MAX:
                yield asked, size
                asked, size, headers = [], 0, 0
        if asked:
            yield asked, size


def _highest_partition(asked: list[Asked]) -> int:
    return max(
        -1 if isinstance(each, InvalidRecord) or each.partition is None else each.partition
        for each in asked
    )


def _records_of(data: bytes, wanted: Format, partition: int | None) -> msgspec.Raw:
    try:
        return _body_decoder.decode(checked_utf8(data)).records
    except (ValueError, RecursionError):
        _explain_body(data, wanted, partition)


def _elements(records: msgspec.Raw) -> Iterator[bytes]:
    """The text of each record. Raises ``InvalidPayload``."""
    text = memoryview(records)
    count = 0
    if bytes(text[:1]) == b"[":
        try:
            for each in ElementSplitter().each(text[1:-1]):
                if count == RECORDS_MAX:
                    raise _wrong_number()
                yield each
                count += 1
        except MalformedBody as error:
            raise InvalidPayload(
                f"records[{count}] must be a JSON object, and nest no more than {DEPTH_MAX} levels "
                "deep"
            ) from error
    if not count:
        raise _wrong_number()


def _wrong_number() -> InvalidPayload:
    return InvalidPayload(f"records must be a list of 1 to {RECORDS_MAX} objects")


class _RecordReader:
    """Makes a request of a record's text. ``partition`` is that of the request, if it has one."""

    def __init__(self, wanted: Format, partition: int | None) -> None:
        self._wanted = wanted
        self._partition = partition
        self._payload = _json_payload if wanted is Format.JSON else _binary_payload
        self._decode: Callable[[bytes], _RecordShape] = (
            _placed_decoder.decode if partition is None else _record_decoder.decode
        )

    def read(self, index: int, text: bytes) -> ProduceRequest:
        """Raises ``InvalidPayload``."""
        try:
            return self._request(self._decode(text))
        except (ValueError, RecursionError):
            self._explain(f"records[{index}]", text)
        except InvalidRecord as error:
            raise InvalidPayload(f"records[{index}].{error}") from error

    def _request(self, shape: _RecordShape) -> ProduceRequest:
        partition, timestamp_ms = self._partition, shape.timestamp
        if isinstance(shape, _PlacedShape):
            partition = shape.partition
            _check_range("partition", partition, INT32_MAX)
        _check_range("timestamp", timestamp_ms, TIMESTAMP_MS_MAX)
        return ProduceRequest(
            partition,
            _headers(bytes(shape.headers)),
            self._payload("key", bytes(shape.key)),
            self._payload("value", bytes(shape.value)),
            timestamp_ms,
        )

    def _explain(self, where: str, text: bytes) -> NoReturn:
        try:
            _check_record(loaded(text), where, self._wanted, self._partition)
        except InvalidBody as error:
            raise InvalidPayload(str(error)) from error
        except (InvalidRecord, RecursionError) as error:
            raise InvalidPayload(f"{where}: {error}") from error
        raise InvalidPayload(f"{where} is not as it must be")


def _check_range(field: str, number: int | None, most: int) -> None:
    if number is not None and not 0 <= number <= most:
        raise InvalidRecord(f"{field} must be a whole number from 0 to {most}")


def _headers(raw: bytes) -> tuple[tuple[str, bytes | None], ...]:
    if raw == b"null":
        return ()
    if raw.count(b"{") > _HEADERS_BRACES_MAX:
        raise InvalidRecord(f"headers must be a list of at most {HEADERS_MAX} objects")
    return headers_of(_headers_decoder.decode(raw))


def _json_payload(field: str, raw: bytes) -> Payload | None:
    return None if raw == b"null" else Payload("JSON", kept_json(field, raw))


def _binary_payload(field: str, raw: bytes) -> Payload | None:
    if raw == b"null":
        return None
    if raw[:1] != b'"':
        raise InvalidRecord(f"{field} must be base64, as text")
    return Payload("BINARY", base64_bytes(field, _text_decoder.decode(raw)))


def _explain_body(data: bytes, wanted: Format, partition: int | None) -> NoReturn:
    """Raise what is wrong with a body, or with the first of its records that is wrong."""
    try:
        require_explicable(data)
    except InvalidRecord:
        _check_syntax(data)
        raise InvalidPayload(
            "the body is not as it must be, and too long to be told more about"
        ) from None
    body = parse_json(data)
    try:
        given = members(body, ("records", *_SCHEMA_FIELDS))
        for name in _SCHEMA_FIELDS:
            if given.get(name) is not None:
                raise InvalidBody(f"{name} does not go with records of format {wanted.value}")
        for index, each in enumerate(items(given, "records", RECORDS_MAX)):
            _check_record(each, f"records[{index}]", wanted, partition)
    except InvalidBody as error:
        raise InvalidPayload(str(error)) from error
    raise InvalidPayload("the body is not as it must be")


def _check_syntax(data: bytes) -> None:
    """Raise ``InvalidBody`` for what is not JSON."""
    with json_faults():
        _syntax_decoder.decode(_HALF_OF_A_PAIR.sub(rb"\\u0000", checked_utf8(data)))


def _check_record(item: Any, where: str, wanted: Format, partition: int | None) -> None:
    """Raise ``InvalidBody`` for what is wrong with one."""
    known = ("key", "value", "headers", "timestamp")
    given = members(item, known if partition is not None else (*known, "partition"), where=where)
    if given.get("partition") is not None:
        number(given, "partition", 0, INT32_MAX)
    if given.get("timestamp") is not None:
        number(given, "timestamp", 0, TIMESTAMP_MS_MAX)
    check = _check_json if wanted is Format.JSON else _check_base64
    check(given.get("key"), f"{where}.key")
    check(given.get("value"), f"{where}.value")
    _check_headers(given, where)


def _check_headers(given: Mapping[str, Any], where: str) -> None:
    if given.get("headers") in (None, []):
        return
    for index, item in enumerate(items(given, "headers", HEADERS_MAX)):
        at = f"{where}.headers[{index}]"
        header = members(item, ("name", "value"), where=at)
        name = header.get("name")
        if not isinstance(name, str):
            raise InvalidBody(f"{at}.name must be a string")
        _check_utf8(name, f"{at}.name")
        _check_base64(header.get("value"), f"{at}.value")


def _check_base64(value: Any, where: str) -> None:
    if value is None:
        return
    try:
        if isinstance(value, str):
            base64.b64decode(value, validate=True)
            return
    except (binascii.Error, ValueError):
        pass
    raise InvalidBody(f"{where} must be base64, as text")


def _check_json(value: Any, where: str) -> None:
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except ValueError:
        raise InvalidBody(f"{where} has a number out of range") from None
    _check_utf8(text, where)


def _check_utf8(text: str, where: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidBody(
            f"{where} has half of a surrogate pair, which no UTF-8 can hold"
        ) from None
