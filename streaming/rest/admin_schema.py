"""Administration by REST v3 in OpenAPI's terms; required fields are those of Confluent's contract.

What is under ``optional`` and not in the contract is beyond it.
"""

from typing import Final

from streaming.rest.schema_parts import (
    FLAG,
    INT64,
    LINK,
    NUMBER,
    TEXT,
    TEXT_OR_NULL,
    Json,
    list_of,
    many,
    resource,
    thing,
)

CLUSTER: Final = resource(
    "KafkaCluster",
    cluster_id=TEXT,
    acls=LINK,
    brokers=LINK,
    broker_configs=LINK,
    consumer_groups=LINK,
    topics=LINK,
    partition_reassignments=LINK,
    optional={"controller": LINK},
)
CLUSTERS: Final = list_of("KafkaCluster", CLUSTER)
_ACL: Final[dict[str, Json]] = {
    "resource_type": TEXT,
    "resource_name": TEXT,
    "pattern_type": TEXT,
    "principal": TEXT,
    "host": TEXT,
    "operation": TEXT,
    "permission": TEXT,
}
ACL: Final = resource("KafkaAcl", cluster_id=TEXT, **_ACL)
ACLS: Final = list_of("KafkaAcl", ACL)
DELETED_ACLS: Final = thing(data=many(ACL))
CREATE_ACL: Final[Json] = {
    "type": "object",
    "properties": _ACL,
    "required": list(_ACL),
    "additionalProperties": False,
}
CREATE_ACLS: Final[Json] = {
    "type": "object",
    "properties": {"data": {**many(CREATE_ACL), "minItems": 1, "maxItems": 1_000}},
    "required": ["data"],
    "additionalProperties": False,
}
TOPIC: Final = resource(
    "KafkaTopic",
    cluster_id=TEXT,
    topic_name=TEXT,
    is_internal=FLAG,
    replication_factor=NUMBER,
    partitions_count=NUMBER,
    partitions=LINK,
    configs=LINK,
    partition_reassignments=LINK,
    optional={"authorized_operations": many(TEXT)},
)
TOPICS: Final = list_of("KafkaTopic", TOPIC)
PARTITION: Final = resource(
    "KafkaPartition",
    cluster_id=TEXT,
    topic_name=TEXT,
    partition_id=NUMBER,
    replicas=LINK,
    reassignment=LINK,
    optional={
        "leader": LINK,
        "leader_broker_id": NUMBER,
        "replica_broker_ids": many(NUMBER),
        "isr_broker_ids": many(NUMBER),
        "records": LINK,
    },
)
PARTITIONS: Final = list_of("KafkaPartition", PARTITION)
OFFSETS: Final = resource(
    "KafkaPartitionWithOffsets",
    cluster_id=TEXT,
    topic_name=TEXT,
    partition_id=NUMBER,
    optional={"earliest_offset": INT64, "latest_offset": INT64},
)
BROKER: Final = resource(
    "KafkaBroker",
    cluster_id=TEXT,
    broker_id=NUMBER,
    configs=LINK,
    partition_replicas=LINK,
    optional={
        "host": TEXT_OR_NULL,
        "port": {**NUMBER, "nullable": True},
        "rack": TEXT_OR_NULL,
        "is_fenced": {**FLAG, "description": "It is down."},
    },
)
BROKERS: Final = list_of("KafkaBroker", BROKER)
REPLICA: Final = resource(
    "KafkaReplica",
    cluster_id=TEXT,
    topic_name=TEXT,
    partition_id=NUMBER,
    broker_id=NUMBER,
    is_leader=FLAG,
    is_in_sync=FLAG,
    broker=LINK,
)
REPLICAS: Final = list_of("KafkaReplica", REPLICA)
REASSIGNMENT: Final = resource(
    "KafkaReassignment",
    cluster_id=TEXT,
    topic_name=TEXT,
    partition_id=NUMBER,
    adding_replicas=many(NUMBER),
    removing_replicas=many(NUMBER),
    replicas=LINK,
)
REASSIGNMENTS: Final = list_of("KafkaReassignment", REASSIGNMENT)

_SYNONYM: Final = thing(name=TEXT, source=TEXT, optional={"value": TEXT_OR_NULL})
_CONFIG: Final[Json] = {
    "cluster_id": TEXT,
    "name": TEXT,
    "is_default": FLAG,
    "is_read_only": FLAG,
    "is_sensitive": FLAG,
    "source": TEXT,
    "synonyms": many(_SYNONYM),
}
_TOLD: Final[Json] = {
    "value": TEXT_OR_NULL,
    "type": {
        "type": "string",
        "enum": ["BOOLEAN", "STRING", "INT", "SHORT", "LONG", "DOUBLE", "LIST"],
    },
    "documentation": TEXT,
}
_RANGE: Final[Json] = {
    "default_value": TEXT,
    "accepts": {**TEXT, "description": "What values it takes, in words."},
    "minimum": {**TEXT_OR_NULL, "description": "Of a number; text, as values are."},
    "maximum": TEXT_OR_NULL,
    "allowed_values": {**many(TEXT), "nullable": True},
}
TOPIC_CONFIG: Final = resource(
    "KafkaTopicConfig", topic_name=TEXT, optional={**_TOLD, **_RANGE}, **_CONFIG
)
TOPIC_CONFIGS: Final = list_of("KafkaTopicConfig", TOPIC_CONFIG)
BROKER_CONFIG: Final = resource("KafkaBrokerConfig", broker_id=NUMBER, optional=_TOLD, **_CONFIG)
BROKER_CONFIGS: Final = list_of("KafkaBrokerConfig", BROKER_CONFIG)
CLUSTER_CONFIG: Final = resource(
    "KafkaClusterConfig", config_type=TEXT, optional={**_TOLD, **_RANGE}, **_CONFIG
)
CLUSTER_CONFIGS: Final = list_of("KafkaClusterConfig", CLUSTER_CONFIG)

_SETTING: Final = thing(name=TEXT, optional={"value": TEXT_OR_NULL})
_ALTERATION: Final = thing(
    name=TEXT,
    optional={
        "value": TEXT_OR_NULL,
        "operation": {**TEXT_OR_NULL, "description": "SET (the default) or DELETE."},
    },
)
CREATE_TOPIC: Final = thing(
    topic_name=TEXT,
    optional={
        "partitions_count": NUMBER,
        "replication_factor": NUMBER,
        "configs": many(_SETTING),
        "validate_only": FLAG,
    },
)
GROW_TOPIC: Final = thing(
    partitions_count={**NUMBER, "format": "int32"}, optional={"validate_only": FLAG}
)
UPDATE_CONFIG: Final = thing(optional={"value": TEXT_OR_NULL})
ALTER_CONFIGS: Final = thing(data=many(_ALTERATION), optional={"validate_only": FLAG})
ALTER_TOPICS_CONFIGS: Final = thing(
    data=many(thing(topic_name=TEXT, configs=many(_ALTERATION))),
    optional={"validate_only": FLAG},
)
ALTER_TOPICS_FAILURES: Final = thing(
    failures=many(thing(topic_name=TEXT, error_code=NUMBER, message=TEXT))
)
DELETE_RECORDS: Final = thing(
    partitions=many(
        thing(
            partition_id=NUMBER,
            before_offset={**TEXT, "description": "An offset, or high_watermark."},
        )
    ),
    optional={"validate_only": FLAG},
)
DELETED_RECORDS: Final = thing(
    data=many(
        thing(partition_id=NUMBER, log_start_offset=INT64, high_watermark=INT64, records=INT64)
    )
)
