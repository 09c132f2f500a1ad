"""``POST /api/v1/filters:test``: whether a filter matches a record that the caller sends along."""

import base64
import binascii
import json
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from brokers.wire.records import Record
from streaming.access.request_caller import acaller_of_request
from streaming.filters.filter import FilterFailure, InvalidFilter, compile_filter
from streaming.rest.answers import answering_errors
from streaming.rest.create_topic_request import InvalidBody
from streaming.rest.operations import described, json_body, json_response
from streaming.rest.records_schema import RECORD

_FIELDS: Final = frozenset({"filter", "record"})
_RECORD_FIELDS: Final = frozenset(
    {"partition_id", "offset", "timestamp", "key", "value", "headers", "size"}
)
_BODY: Final = {
    "type": "object",
    "properties": {
        "filter": {"type": "string"},
        "record": {**{k: v for k, v in RECORD.items() if k != "required"}},
    },
    "required": ["filter", "record"],
}
_RESULT: Final = {
    "type": "object",
    "properties": {
        "matches": {"type": "boolean"},
        "failure": {"type": "string", "description": "Why the filter has no answer for it."},
    },
    "required": ["matches"],
}


@described(
    "testFilter",
    "Whether a filter (CEL) matches a record, written as the records endpoints answer it.",
    tag="live",
    body=json_body(_BODY),
    responses={200: json_response(_RESULT, "Whether it matches.")},
)
@answering_errors
async def test_filter(request: HttpRequest) -> HttpResponseBase:
    await acaller_of_request(request)
    text, partition, record = parse_filter_test(request.body)
    try:
        matching = await compile_filter(text)
    except InvalidFilter as error:
        return _answer(400, _invalid(text, error))
    (outcome,) = await matching.outcomes(partition, [record])
    if isinstance(outcome, FilterFailure):
        return _answer(200, {"matches": False, "failure": outcome.reason})
    return _answer(200, {"matches": outcome})


def _invalid(text: str, error: InvalidFilter) -> dict[str, Any]:
    told: dict[str, Any] = {"error_code": 40002, "message": str(error)}
    if error.line is not None and error.column is not None:
        before = text.split("\n")[: error.line - 1]
        position = sum(len(line) + 1 for line in before) + error.column - 1
        told |= {"position": position, "line": error.line, "column": error.column}
    return told


def _answer(status: int, body: dict[str, Any]) -> HttpResponse:
    text = json.dumps(body, separators=(",", ":"))
    return HttpResponse(text, status=status, content_type="application/json")


def parse_filter_test(body: bytes) -> tuple[str, int, Record]:
    """The filter's text, and the record with its partition. Raises ``InvalidBody``."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidBody(f"the body is not valid JSON: {error}") from error
    if not isinstance(told, dict) or not isinstance(told.get("filter"), str):
        raise InvalidBody('the body must be {"filter": "…", "record": {…}}')
    _require_known(told, _FIELDS, "")
    record = told.get("record")
    if not isinstance(record, dict):
        raise InvalidBody("record must be a record as the records endpoints answer it")
    _require_known(record, _RECORD_FIELDS, "record.")
    return (
        told["filter"],
        _number(record, "partition_id", 0),
        Record(
            offset=_number(record, "offset", 0),
            timestamp_ms=_number(record, "timestamp", -1),
            key=_payload(record, "key"),
            value=_payload(record, "value"),
            headers=_headers(record.get("headers")),
        ),
    )


def _require_known(told: dict[str, Any], known: frozenset[str], prefix: str) -> None:
    for name in told.keys() - known:
        raise InvalidBody(
            f"unknown field {prefix + name[:64]!r}; known: {', '.join(sorted(known))}"
        )


def _number(record: dict[str, Any], name: str, default: int) -> int:
    value = record.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or not -(2**63) <= value < 2**63:
        raise InvalidBody(f"record.{name} must be a whole number")
    return value


def _payload(record: dict[str, Any], name: str) -> bytes | None:
    match record.get(name):
        case None:
            return None
        case {"data": None}:
            return None
        case {"type": "BINARY", "data": str(text)}:
            return _base64(name, text)
        case {"type": "STRING", "data": str(text)}:
            return _utf8(name, text)
        case {"type": "JSON", "data": data}:
            return _utf8(name, json.dumps(data, ensure_ascii=False, separators=(",", ":")))
    raise InvalidBody(f'record.{name} must be {{"type": "BINARY" | "JSON" | "STRING", "data": …}}')


def _headers(told: Any) -> tuple[tuple[str, bytes | None], ...]:
    if told is None:
        return ()
    headers: list[tuple[str, bytes | None]] = []
    for each in told if isinstance(told, list) else [None]:
        match each:
            case {"name": str(name), "value": str(value)}:
                headers.append((name, _base64("headers", value)))
            case {"name": str(name)} if each.get("value") is None:
                headers.append((name, None))
            case _:
                raise InvalidBody('record.headers must be [{"name": text, "value": base64}, …]')
    return tuple(headers)


def _base64(name: str, text: str) -> bytes:
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidBody(f"record.{name} is not base64 (RFC 4648, with padding)") from error


def _utf8(name: str, text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise InvalidBody(f"record.{name} has half of a surrogate pair") from error
