"""Kafka REST v3 as this release speaks it, in OpenAPI's terms: schemas, and the async endpoints.

The document is generated from the DRF views; what it cannot see, plain async views, is described
here by hand next to the schemas that both share.
"""

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
_PAYLOAD: Final[Json] = {
    "type": "object",
    "nullable": True,
    "properties": {
        "type": {"type": "string", "enum": ["BINARY", "JSON", "STRING"]},
        "data": {"nullable": True, "description": "base64, any JSON, or a string, by type"},
    },
}
_HEADERS: Final[Json] = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "name": _TEXT,
            "value": {"type": "string", "format": "byte", "nullable": True},
        },
    },
}
_PRODUCE: Final[Json] = {
    "type": "object",
    "properties": {
        "partition_id": _NUMBER,
        "headers": _HEADERS,
        "key": _PAYLOAD,
        "value": _PAYLOAD,
        "timestamp": {"type": "string", "format": "date-time"},
    },
}
_SIZED: Final[Json] = {"type": "object", "properties": {"type": _TEXT, "size": _NUMBER}}
_PRODUCED: Final[Json] = {
    "type": "object",
    "properties": {
        "error_code": _NUMBER,
        "message": _TEXT,
        "cluster_id": _TEXT,
        "topic_name": _TEXT,
        "partition_id": _NUMBER,
        "offset": {"type": "integer", "format": "int64"},
        "timestamp": {"type": "string", "format": "date-time"},
        "key": _SIZED,
        "value": _SIZED,
    },
    "required": ["error_code"],
}
_RECORD: Final[Json] = {
    "type": "object",
    "properties": {
        "partition_id": _NUMBER,
        "offset": {"type": "integer", "format": "int64"},
        "timestamp": {"type": "integer", "format": "int64", "description": "Unix ms"},
        "key": _PAYLOAD,
        "value": _PAYLOAD,
        "headers": _HEADERS,
    },
}
_RECORDS: Final = {
    "type": "object",
    "properties": {
        "kind": _TEXT,
        "data": {"type": "array", "items": _RECORD},
        "next_offset": {"type": "integer", "format": "int64"},
        "high_watermark": {"type": "integer", "format": "int64"},
        "log_start_offset": {"type": "integer", "format": "int64"},
        "unreadable": {
            "type": "array",
            "description": "Batches that were left out because they cannot be opened.",
            "items": {
                "type": "object",
                "properties": {"offset": _NUMBER, "next_offset": _NUMBER, "message": _TEXT},
            },
        },
    },
}


def _json(schema: Json, description: str) -> Json:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _in_path(name: str, schema: Json) -> Json:
    return {"in": "path", "name": name, "required": True, "schema": schema}


def _in_query(name: str, schema: Json, description: str) -> Json:
    return {"in": "query", "name": name, "schema": schema, "description": description}


_ERRORS: Final = {
    "default": _json(ERROR, "An error: error_code as Confluent's REST v3 numbers them."),
}
_TOPIC_PARAMETERS: Final = [_in_path("cluster_id", _TEXT), _in_path("topic", _TEXT)]

ASYNC_PATHS: Final[Json] = {
    "/kafka/v3/clusters/{cluster_id}/topics/{topic}/records": {
        "post": {
            "operationId": "produce_records",
            "description": (
                "Produce one record, or many as concatenated JSON objects; each is answered by "
                "one object, in order, while the body is still being sent."
            ),
            "tags": ["kafka"],
            "parameters": _TOPIC_PARAMETERS,
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": _PRODUCE}},
            },
            "responses": {"200": _json(_PRODUCED, "What became of each record."), **_ERRORS},
        }
    },
    "/kafka/v3/clusters/{cluster_id}/topics/{topic}/partitions/{partition}/records": {
        "get": {
            "operationId": "consume_records",
            "description": "Read records of one partition; waits for the first one.",
            "tags": ["kafka"],
            "parameters": [
                *_TOPIC_PARAMETERS,
                _in_path("partition", _NUMBER),
                _in_query("offset", _TEXT, "A number, earliest (default) or latest."),
                _in_query("timestamp", _NUMBER, "Unix ms; the first record at or after it."),
                _in_query("max_records", _NUMBER, "Default 500, at most 10000."),
                _in_query("max_bytes", _NUMBER, "Of keys and values; default 1 MiB."),
                _in_query("timeout_ms", _NUMBER, "Longest wait; default 1000, at most 30000."),
            ],
            "responses": {"200": _json(_RECORDS, "Records and where to go on."), **_ERRORS},
        }
    },
}
