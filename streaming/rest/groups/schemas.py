"""Groups in OpenAPI's terms: the shapes of Confluent's contract, and what goes beyond it."""

from typing import Any, Final

Json = dict[str, Any]

_TEXT: Final[Json] = {"type": "string"}
_TEXT_OR_NULL: Final[Json] = {"type": "string", "nullable": True}
_NUMBER: Final[Json] = {"type": "integer"}
_OFFSET: Final[Json] = {"type": "integer", "format": "int64"}
_OFFSET_OR_NULL: Final[Json] = {**_OFFSET, "nullable": True}
_SECONDS: Final[Json] = {
    "type": "number",
    "nullable": True,
    "description": "The age of the first record that was not read; null when it is not known.",
}
_LINK: Final[Json] = {
    "type": "object",
    "properties": {"related": _TEXT},
    "required": ["related"],
}
_OF_GROUP: Final = {"cluster_id": _TEXT, "consumer_group_id": _TEXT}


def _metadata(**optional: Json) -> Json:
    return {"type": "object", "properties": {"self": _TEXT, **optional}, "required": ["self"]}


def _resource(kind: str, **properties: Json) -> Json:
    metadata = _metadata(resource_name=_TEXT_OR_NULL)
    own = {"kind": {"type": "string", "enum": [kind]}, "metadata": metadata}
    return {
        "type": "object",
        "properties": {**own, **properties},
        "required": [*own, *properties],
    }


def _list_of(resource: Json) -> Json:
    return {
        "type": "object",
        "properties": {
            "kind": _TEXT,
            "metadata": _metadata(next=_TEXT_OR_NULL),
            "data": {"type": "array", "items": resource},
        },
        "required": ["kind", "metadata", "data"],
    }


GROUP: Final = _resource(
    "KafkaConsumerGroup",
    **_OF_GROUP,
    is_simple={"type": "boolean"},
    partition_assignor=_TEXT,
    state=_TEXT,
    type=_TEXT,
    is_mixed_consumer_group={"type": "boolean"},
    coordinator=_LINK,
    consumers=_LINK,
    lag_summary=_LINK,
)
GROUPS: Final = _list_of(GROUP)
TOTALS: Final[Json] = {
    "type": "object",
    "properties": {
        "data": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "consumer_group_id": _TEXT,
                    "member_count": _NUMBER,
                    "total_lag": {
                        **_OFFSET_OR_NULL,
                        "description": "In records; null while nothing is committed.",
                    },
                },
                "required": ["consumer_group_id", "member_count", "total_lag"],
            },
        }
    },
    "required": ["data"],
}
CONSUMER: Final = _resource(
    "KafkaConsumer",
    **_OF_GROUP,
    consumer_id=_TEXT,
    instance_id=_TEXT_OR_NULL,
    client_id=_TEXT,
    assignments=_LINK,
)
CONSUMERS: Final = _list_of(CONSUMER)
ASSIGNMENT: Final = _resource(
    "KafkaConsumerAssignment",
    **_OF_GROUP,
    consumer_id=_TEXT,
    topic_name=_TEXT,
    partition_id=_NUMBER,
    partition=_LINK,
    lag=_LINK,
)
ASSIGNMENTS: Final = _list_of(ASSIGNMENT)
LAG: Final = _resource(
    "KafkaConsumerLag",
    **_OF_GROUP,
    topic_name=_TEXT,
    partition_id=_NUMBER,
    consumer_id=_TEXT,
    instance_id=_TEXT_OR_NULL,
    client_id=_TEXT,
    current_offset=_OFFSET_OR_NULL,
    log_end_offset=_OFFSET_OR_NULL,
    lag=_OFFSET_OR_NULL,
    lag_seconds=_SECONDS,
)
LAGS: Final = _list_of(LAG)
LAG_SUMMARY: Final = _resource(
    "KafkaConsumerGroupLagSummary",
    **_OF_GROUP,
    max_lag_consumer_id=_TEXT,
    max_lag_instance_id=_TEXT_OR_NULL,
    max_lag_client_id=_TEXT,
    max_lag_topic_name=_TEXT,
    max_lag_partition_id=_NUMBER,
    max_lag=_OFFSET,
    total_lag=_OFFSET,
    max_lag_seconds=_SECONDS,
    max_lag_consumer=_LINK,
    max_lag_partition=_LINK,
)

RESET: Final[Json] = {
    "type": "object",
    "properties": {
        "topics": {
            "type": "array",
            "nullable": True,
            "minItems": 1,
            "items": {
                "type": "object",
                "properties": {
                    "topic_name": _TEXT,
                    "partitions": {
                        "type": "array",
                        "nullable": True,
                        "minItems": 1,
                        "items": {"type": "integer", "minimum": 0, "maximum": 2**31 - 1},
                    },
                },
                "required": ["topic_name"],
                "additionalProperties": False,
            },
        },
        "to": {
            "type": "string",
            "enum": ["earliest", "latest", "current", "offset", "timestamp", "duration", "shift"],
        },
        "value": _OFFSET_OR_NULL,
        "validate_only": {"type": "boolean"},
    },
    "required": ["to", "validate_only"],
    "additionalProperties": False,
}
RESET_RESULT: Final[Json] = {
    "type": "object",
    "properties": {
        "kind": {"type": "string", "enum": ["KafkaConsumerGroupOffsetResetList"]},
        "data": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "topic_name": _TEXT,
                    "partition_id": _NUMBER,
                    "current_offset": _OFFSET_OR_NULL,
                    "new_offset": _OFFSET,
                    "lag_before": _OFFSET_OR_NULL,
                    "lag_after": _OFFSET,
                    "warning": _TEXT_OR_NULL,
                },
                "required": ["topic_name", "partition_id", "new_offset", "lag_after"],
            },
        },
    },
    "required": ["kind", "data"],
}
