"""Kafka REST v3 as this release speaks it, in OpenAPI's terms: the schemas of its resources."""

from typing import Any, Final

Json = dict[str, Any]

_TEXT: Final[Json] = {"type": "string"}
_NUMBER: Final[Json] = {"type": "integer"}
_LINK: Final[Json] = {"type": "object", "properties": {"related": {"type": "string"}}}


def _resource(kind: str, **properties: Json) -> Json:
    metadata = {"type": "object", "properties": {"self": _TEXT, "resource_name": _TEXT}}
    own = {"kind": {"type": "string", "enum": [kind]}, "metadata": metadata}
    return {"type": "object", "properties": {**own, **properties}, "required": list(own)}


def _list_of(resource: Json) -> Json:
    return {
        "type": "object",
        "properties": {"kind": _TEXT, "data": {"type": "array", "items": resource}},
        "required": ["kind", "data"],
    }


ERROR: Final[Json] = {
    "type": "object",
    "properties": {"error_code": _NUMBER, "message": _TEXT},
    "required": ["error_code", "message"],
}
CLUSTER: Final = _resource("KafkaCluster", cluster_id=_TEXT, topics=_LINK)
CLUSTERS: Final = _list_of(CLUSTER)
TOPIC: Final = _resource(
    "KafkaTopic",
    cluster_id=_TEXT,
    topic_name=_TEXT,
    is_internal={"type": "boolean"},
    replication_factor=_NUMBER,
    partitions_count=_NUMBER,
    partitions=_LINK,
)
TOPICS: Final = _list_of(TOPIC)
PARTITION: Final = _resource(
    "KafkaPartition",
    cluster_id=_TEXT,
    topic_name=_TEXT,
    partition_id=_NUMBER,
    leader=_LINK,
    leader_broker_id=_NUMBER,
    replica_broker_ids={"type": "array", "items": _NUMBER},
    isr_broker_ids={"type": "array", "items": _NUMBER},
)
PARTITIONS: Final = _list_of(PARTITION)
_CONFIG: Final[Json] = {"type": "object", "properties": {"name": _TEXT, "value": _TEXT}}
CREATE_TOPIC: Final[Json] = {
    "type": "object",
    "properties": {
        "topic_name": _TEXT,
        "partitions_count": _NUMBER,
        "replication_factor": _NUMBER,
        "configs": {"type": "array", "items": _CONFIG},
        "validate_only": {"type": "boolean"},
    },
    "required": ["topic_name"],
}
