"""What the records endpoints take and give, in OpenAPI's terms."""

from typing import Any, Final

from streaming.rest.operations import Json, in_query

_TEXT: Final[Json] = {"type": "string"}
_NUMBER: Final[Json] = {"type": "integer"}
_INT32: Final[Json] = {"type": "integer", "format": "int32"}
_OFFSET: Final[Json] = {"type": "integer", "format": "int64"}
_FLAG: Final[Json] = {"type": "boolean"}
_TYPES: Final = ["BINARY", "JSON", "STRING"]


def _object(*required: str, **properties: Json) -> Json:
    told: Json = {"type": "object", "properties": properties}
    return {**told, "required": list(required)} if required else told


def _list(items: Json) -> Json:
    return {"type": "array", "items": items}


_PRODUCED_PAYLOAD: Final = {
    **_object(
        type={"type": "string", "enum": _TYPES},
        data={"nullable": True, "description": "base64, any JSON, or a string, by type"},
    ),
    "nullable": True,
}
_HEADERS: Final = _list(
    _object("name", name=_TEXT, value={"type": "string", "format": "byte", "nullable": True})
)
_TIMESTAMP: Final[Json] = {"type": "string", "format": "date-time", "nullable": True}
_TO_PRODUCE: Final[dict[str, Json]] = {
    "partition_id": {**_INT32, "nullable": True},
    "headers": _HEADERS,
    "key": _PRODUCED_PAYLOAD,
    "value": _PRODUCED_PAYLOAD,
    "timestamp": _TIMESTAMP,
}
PRODUCE: Final = _object(**_TO_PRODUCE)
_SIZED: Final = {
    **_object("size", "type", type={"type": "string", "enum": _TYPES}, size=_NUMBER),
    "nullable": True,
}
_WRITTEN: Final[dict[str, Json]] = {
    "cluster_id": _TEXT,
    "topic_name": _TEXT,
    "partition_id": _INT32,
    "offset": _OFFSET,
    "timestamp": _TIMESTAMP,
    "key": _SIZED,
    "value": _SIZED,
}
PRODUCED: Final = _object("error_code", error_code=_INT32, message=_TEXT, **_WRITTEN)
BATCH: Final = _object(
    "entries",
    entries={
        **_list(_object("id", id={**_TEXT, "minLength": 1, "maxLength": 80}, **_TO_PRODUCE)),
        "minItems": 1,
        "maxItems": 1000,
    },
)
BATCH_PRODUCED: Final = _object(
    "successes",
    "failures",
    successes=_list(_object("id", id=_TEXT, **_WRITTEN)),
    failures=_list(_object("id", "error_code", id=_TEXT, error_code=_INT32, message=_TEXT)),
)
_PAYLOAD: Final = {
    **_object(
        "type",
        "data",
        type={"type": "string", "enum": _TYPES},
        data={"nullable": True, "description": "base64, any JSON, or a string, by type"},
        truncated={**_FLAG, "description": "Only the beginning is shown, as text or base64."},
        size={**_NUMBER, "description": "Bytes of the whole, when it is truncated."},
        href={**_TEXT, "description": "The whole record, when it is truncated."},
    ),
    "nullable": True,
}
RECORD: Final = _object(
    "partition_id",
    "offset",
    "timestamp",
    "key",
    "value",
    "headers",
    partition_id=_INT32,
    offset=_OFFSET,
    timestamp={**_OFFSET, "description": "Unix ms, -1 for none"},
    key=_PAYLOAD,
    value=_PAYLOAD,
    headers=_HEADERS,
    size={**_NUMBER, "description": "Bytes of key and value."},
)
_UNREADABLE: Final = {
    **_list(_object(partition_id=_INT32, offset=_OFFSET, next_offset=_OFFSET, message=_TEXT)),
    "description": "Batches that were left out because they cannot be opened.",
}
_PAGE: Final[dict[str, Json]] = {
    "kind": _TEXT,
    "metadata": _object(),
    "cluster_id": _TEXT,
    "topic_name": _TEXT,
    "data": _list(RECORD),
    "unreadable": _UNREADABLE,
}
PARTITION_RECORDS: Final = _object(
    "kind",
    "data",
    "next_offset",
    **_PAGE,
    partition_id=_INT32,
    next_offset=_OFFSET,
    high_watermark=_OFFSET,
    log_start_offset=_OFFSET,
)
TOPIC_RECORDS: Final = _object(
    "kind",
    "data",
    "next_cursor",
    "previous_cursor",
    "at_end",
    "progress",
    "partitions",
    **_PAGE,
    next_cursor=_TEXT,
    previous_cursor=_TEXT,
    at_end={**_FLAG, "description": "Nothing more was there in this direction."},
    progress=_object(
        scanned_records=_NUMBER,
        scanned_bytes=_NUMBER,
        matched=_NUMBER,
        filter_failures={**_NUMBER, "description": "Records that the filter had no answer for."},
        filter_failure={**_TEXT, "description": "Why, for the first of them."},
    ),
    partitions=_list(
        _object(partition_id=_INT32, log_start_offset=_OFFSET, high_watermark=_OFFSET)
    ),
)

_LIMITS: Final = (
    in_query("max_records", _NUMBER, "Default 500, at most 10000."),
    in_query("max_bytes", _NUMBER, "Of keys and values; default 1 MiB, at most 8 MiB."),
    in_query("timeout_ms", _NUMBER, "Longest wait for a record; default 1000, at most 30000."),
)
PARTITION_PARAMETERS: Final = (
    in_query("offset", _TEXT, "A number, earliest (default) or latest."),
    in_query("timestamp", _NUMBER, "Unix ms; the first record at or after it."),
    in_query("max_value_bytes", _NUMBER, "Longer keys and values are cut; default 8 MiB."),
    *_LIMITS,
)
RECORD_PARAMETERS: Final = (
    in_query(
        "format",
        {"type": "string", "enum": ["auto", "base64"]},
        "base64: key and value byte for byte, as BINARY; auto (default): as what they are.",
    ),
)
TOPIC_PARAMETERS: Final = (
    in_query("partitions", _TEXT, "Numbers with commas between them; all without it."),
    in_query("from", _TEXT, "earliest, latest, offset:N or timestamp:MS."),
    in_query("cursor", _TEXT, "Instead of from: next_cursor or previous_cursor of an answer."),
    in_query(
        "direction", {"type": "string", "enum": ["forward", "backward"]}, "backward: newest first."
    ),
    in_query("filter", _TEXT, "A CEL expression; only records that it is true for."),
    in_query("max_value_bytes", _NUMBER, "Longer keys and values are cut; default 64 KiB."),
    *_LIMITS,
)
IDEMPOTENCY_KEY: Final[dict[str, Any]] = {
    "in": "header",
    "name": "Idempotency-Key",
    "schema": {"type": "string", "minLength": 1, "maxLength": 128},
    "description": "The same key with the same body within 24 hours gets the first answer and "
    "writes nothing twice.",
}
