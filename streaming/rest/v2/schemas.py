"""REST v2 in OpenAPI's terms."""

from typing import Any, Final

from brokers.kernel.limits import FETCH_BYTES_MAX, FETCH_WAIT_MS_MAX
from streaming.consumers.settings import Format
from streaming.rest.v2.media import EMBEDDED, PLAIN

Json = dict[str, Any]

_TEXT: Final[Json] = {"type": "string"}
_NUMBER: Final[Json] = {"type": "integer", "minimum": 0, "maximum": 2**31 - 1}
_OFFSET: Final[Json] = {"type": "integer", "format": "int64", "minimum": 0}
DONE: Final[Json] = {"description": "It is done."}


def _object(*required: str, **properties: Json) -> Json:
    return {"type": "object", "properties": properties, "required": list(required)}


def _closed(*required: str, **properties: Json) -> Json:
    """What is sent: a field that is not known is refused."""
    return {**_object(*required, **properties), "additionalProperties": False}


def _array(items: Json) -> Json:
    return {"type": "array", "items": items}


def _some(items: Json) -> Json:
    return {**_array(items), "minItems": 1}


def _or_null(schema: Json) -> Json:
    return {**schema, "nullable": True}


def answer(schema: Json, description: str) -> Json:
    return {"description": description, "content": {PLAIN: {"schema": schema}}}


def body(schema: Json, *, required: bool = True) -> Json:
    return {"required": required, "content": {PLAIN: {"schema": schema}}}


def records_body(**properties: Json) -> Json:
    """A produce body: how keys and values are written is in its media type."""
    content = {
        EMBEDDED[each]: {"schema": _records(schema, **properties)}
        for each, schema in _EMBEDDED_SCHEMAS.items()
    }
    return {"required": True, "content": content}


def _records(embedded: Json, **properties: Json) -> Json:
    record = _closed(
        key=embedded,
        value=embedded,
        headers=_or_null(_array(_HEADER)),
        timestamp=_or_null({**_OFFSET, "maximum": 253_402_300_799_999, "description": "Unix ms"}),
        **properties,
    )
    nothing = {"nullable": True, "enum": [None]}
    schemas = ("key_schema", "value_schema", "key_schema_id", "value_schema_id")
    return _closed("records", records=_some(record), **dict.fromkeys(schemas, nothing))


def records_answer() -> Json:
    content = {media_type: {"schema": _array(CONSUMED)} for media_type in EMBEDDED.values()}
    return {"description": "The records; none when there were none in time.", "content": content}


_PARTITION: Final = _closed("topic", "partition", topic=_TEXT, partition=_NUMBER)
PARTITIONS: Final = _closed("partitions", partitions=_array(_PARTITION))
TOPIC_NAMES: Final = _object("topics", topics=_array(_TEXT))
SUBSCRIBE: Final[Json] = {
    "oneOf": [
        _closed("topics", topics=_some(_TEXT)),
        _closed("topic_pattern", topic_pattern=_TEXT),
    ]
}
_NAME: Final[Json] = {
    "type": "string",
    "nullable": True,
    "pattern": "^[A-Za-z0-9_~-]+([.][A-Za-z0-9_~-]+)*$",
    "maxLength": 255,
}
INSTANCE: Final = _closed(
    **{
        "id": _NAME,
        "name": _NAME,
        "format": {"type": "string", "nullable": True, "enum": ["binary", "json", None]},
        "auto.offset.reset": {
            "type": "string",
            "nullable": True,
            "enum": ["earliest", "latest", "none", None],
        },
        "auto.commit.enable": {
            "nullable": True,
            "enum": ["true", "false", True, False, None],
        },
        "fetch.min.bytes": {
            "type": "integer",
            "nullable": True,
            "minimum": -1,
            "maximum": FETCH_BYTES_MAX,
        },
        "consumer.request.timeout.ms": {
            "type": "integer",
            "nullable": True,
            "minimum": 0,
            "maximum": FETCH_WAIT_MS_MAX,
        },
    }
)
CREATED: Final = _object("instance_id", "base_uri", instance_id=_TEXT, base_uri=_TEXT)
_PLACE: Final = _closed(
    "topic",
    "partition",
    "offset",
    topic=_TEXT,
    partition=_NUMBER,
    offset={**_OFFSET, "maximum": 2**63 - 2},
    metadata=_or_null({"type": "string", "maxLength": 4_096}),
)
OFFSET_LIST: Final = _array(_PLACE)
OFFSETS: Final = _object("offsets", offsets=OFFSET_LIST)
COMMIT: Final = _closed(offsets=OFFSET_LIST)
_MOMENT: Final = _closed(
    "topic",
    "partition",
    "timestamp",
    topic=_TEXT,
    partition=_NUMBER,
    timestamp={"type": "string", "format": "date-time"},
    metadata=_or_null(_TEXT),
)
POSITIONS: Final[Json] = {
    "anyOf": [
        _closed("offsets", offsets=_some(_PLACE), timestamps=_some(_MOMENT)),
        _closed("timestamps", offsets=_some(_PLACE), timestamps=_some(_MOMENT)),
    ]
}

_HEADER: Final = _closed(
    "name", name=_TEXT, value={"type": "string", "format": "byte", "nullable": True}
)
_ANYTHING: Final[Json] = {"nullable": True, "description": "Any JSON, or base64, by the format."}
CONSUMED: Final = _object(
    "topic",
    "partition",
    "offset",
    topic=_TEXT,
    key=_ANYTHING,
    value=_ANYTHING,
    partition=_NUMBER,
    offset=_OFFSET,
    timestamp={"type": "integer", "format": "int64", "description": "Unix ms"},
    headers=_array(_HEADER),
)
_EMBEDDED_SCHEMAS: Final = {
    Format.BINARY: {"type": "string", "format": "byte", "nullable": True},
    Format.JSON: _ANYTHING,
}
PARTITION_CHOICE: Final = _or_null(_NUMBER)
_RESULT: Final = _object(
    partition={"type": "integer", "nullable": True},
    offset={"type": "integer", "format": "int64", "nullable": True},
    error_code={"type": "integer", "nullable": True},
    error={"type": "string", "nullable": True},
)
PRODUCED: Final = _object(
    "offsets",
    offsets=_array(_RESULT),
    key_schema_id={"type": "integer", "nullable": True},
    value_schema_id={"type": "integer", "nullable": True},
)
BROKERS: Final = _object("brokers", brokers=_array(_NUMBER))
NAMES: Final = _array(_TEXT)
_REPLICA: Final = _object(
    "broker",
    "leader",
    "in_sync",
    broker=_NUMBER,
    leader={"type": "boolean"},
    in_sync={"type": "boolean"},
)
PARTITION: Final = _object(
    "partition",
    "leader",
    "replicas",
    partition=_NUMBER,
    leader={"type": "integer"},
    replicas=_array(_REPLICA),
)
PARTITION_LIST: Final = _array(PARTITION)
TOPIC: Final = _object(
    "name",
    "configs",
    "partitions",
    name=_TEXT,
    configs={"type": "object", "additionalProperties": _TEXT},
    partitions=PARTITION_LIST,
)
EXTENT: Final = _object(
    "beginning_offset", "end_offset", beginning_offset=_OFFSET, end_offset=_OFFSET
)
EMPTY: Final = _object()
