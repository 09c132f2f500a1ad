"""REST v2 in OpenAPI's terms."""

from typing import Any, Final

from streaming.rest.v2.media import EMBEDDED, PLAIN

Json = dict[str, Any]

_TEXT: Final[Json] = {"type": "string"}
_NUMBER: Final[Json] = {"type": "integer", "minimum": 0, "maximum": 2**31 - 1}
_OFFSET: Final[Json] = {"type": "integer", "format": "int64", "minimum": 0}
DONE: Final[Json] = {"description": "It is done."}


def _object(*required: str, **properties: Json) -> Json:
    return {"type": "object", "properties": properties, "required": list(required)}


def _array(items: Json) -> Json:
    return {"type": "array", "items": items}


def answer(schema: Json, description: str) -> Json:
    return {"description": description, "content": {PLAIN: {"schema": schema}}}


def body(schema: Json, *, required: bool = True) -> Json:
    return {"required": required, "content": {PLAIN: {"schema": schema}}}


def records_body(schema: Json) -> Json:
    """A produce body: how keys and values are written is in its media type."""
    content = {media_type: {"schema": schema} for media_type in EMBEDDED.values()}
    return {"required": True, "content": content}


def records_answer() -> Json:
    content = {media_type: {"schema": _array(CONSUMED)} for media_type in EMBEDDED.values()}
    return {"description": "The records; none when there were none in time.", "content": content}


_PARTITION: Final = _object("topic", "partition", topic=_TEXT, partition=_NUMBER)
PARTITIONS: Final = _object("partitions", partitions=_array(_PARTITION))
TOPIC_NAMES: Final = _object("topics", topics=_array(_TEXT))
SUBSCRIBE: Final = _object(topics=_array(_TEXT), topic_pattern=_TEXT)
INSTANCE: Final[Json] = {
    "type": "object",
    "properties": {
        "id": _TEXT,
        "name": _TEXT,
        "format": {"type": "string", "enum": ["binary", "json"]},
        "auto.offset.reset": {"type": "string", "enum": ["earliest", "latest", "none"]},
        "auto.commit.enable": {"type": "string", "enum": ["true", "false"]},
        "fetch.min.bytes": {"type": "integer"},
        "consumer.request.timeout.ms": {"type": "integer"},
    },
}
CREATED: Final = _object("instance_id", "base_uri", instance_id=_TEXT, base_uri=_TEXT)
_PLACE: Final = _object(
    "topic", "partition", "offset", topic=_TEXT, partition=_NUMBER, offset=_OFFSET, metadata=_TEXT
)
OFFSET_LIST: Final = _array(_PLACE)
OFFSETS: Final = _object("offsets", offsets=OFFSET_LIST)
COMMIT: Final = _object(offsets=OFFSET_LIST)
_MOMENT: Final = _object(
    "topic", "partition", "timestamp", topic=_TEXT, partition=_NUMBER, timestamp=_TEXT
)
POSITIONS: Final = _object(offsets=OFFSET_LIST, timestamps=_array(_MOMENT))

_HEADER: Final = _object(
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
_PRODUCED: Final[Json] = {
    "key": _ANYTHING,
    "value": _ANYTHING,
    "headers": _array(_HEADER),
    "timestamp": {"type": "integer", "format": "int64", "description": "Unix ms"},
}
PRODUCE: Final = _object("records", records=_array(_object(**_PRODUCED, partition=_NUMBER)))
PRODUCE_TO_PARTITION: Final = _object("records", records=_array(_object(**_PRODUCED)))
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
