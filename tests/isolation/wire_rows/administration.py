"""Topics, their configs and where they are; the cluster; access lists, quotas and logins."""

from brokers.wire.registry import ApiKey
from tests.isolation.names import Thing
from tests.isolation.wire_case import Case

_TOPIC = {"resources.resource_type": 2, "resources.resource_name": Thing.TOPIC}
_CONFIG = {
    "resources.configs.name": "retention.ms",
    "resources.configs.value": "86400000",
}
_GROUP = {"resources.resource_type": 32, "resources.resource_name": Thing.GROUP}
_CREATED = {
    "topics.name": Thing.TOPIC,
    "topics.num_partitions": 1,
    "topics.replication_factor": 1,
    "topics.assignments": [],
    "topics.configs": [],
    "timeout_ms": 5000,
}
_WITH_CONFIG = {"topics.configs.name": "retention.ms", "topics.configs.value": "86400000"}
_ACL = {
    "creations.resource_type": 2,
    "creations.resource_name": Thing.TOPIC,
    "creations.resource_pattern_type": 3,
    "creations.principal": Thing.PRINCIPAL,
    "creations.host": "*",
    "creations.operation": 3,
    "creations.permission_type": 3,
}
_ACL_FILTER = {
    "resource_type_filter": 1,
    "resource_name_filter": None,
    "pattern_type_filter": 1,
    "principal_filter": Thing.PRINCIPAL,
    "host_filter": None,
    "operation": 1,
    "permission_type": 1,
}
_ALL_ACLS = _ACL_FILTER | {"principal_filter": None}
_ACLS_OF_TOPIC = _ALL_ACLS | {"resource_type_filter": 2, "resource_name_filter": Thing.TOPIC}


def _deleted(filters: dict[str, object]) -> dict[str, object]:
    return {f"filters.{name}": value for name, value in filters.items()}


_QUOTA = {
    "entries.entity.entity_type": "client-id",
    "entries.entity.entity_name": Thing.CLIENT,
    "entries.ops.key": "producer_byte_rate",
    "entries.ops.value": 1_000_000.0,
}
_MAKES = "makes a row, whatever there is elsewhere"

ROWS = {
    ApiKey.CREATE_TOPICS: (
        Case("whether one may", _CREATED | {"validate_only": True}),
        Case(
            "with a config",
            _CREATED | {"validate_only": True} | _WITH_CONFIG,
        ),
        Case("a topic", _CREATED, masks=("topics.topic_id",), spends="topic"),
    ),
    ApiKey.DELETE_TOPICS: (
        Case(
            "by name",
            {
                "topic_names": Thing.TOPIC,
                "topics.name": Thing.TOPIC,
                "topics.topic_id": bytes(16),
                "timeout_ms": 5000,
            },
            spends="topic",
        ),
        Case(
            "by id",
            {"topics.name": None, "topics.topic_id": Thing.TOPIC_ID, "timeout_ms": 5000},
            since=6,
            spends="topic",
        ),
    ),
    ApiKey.CREATE_PARTITIONS: (
        Case(
            "whether one may",
            {
                "topics.name": Thing.TOPIC,
                "topics.count": 2,
                "topics.assignments": None,
                "timeout_ms": 5000,
                "validate_only": True,
            },
        ),
        Case(
            "more",
            {
                "topics.name": Thing.TOPIC,
                "topics.count": 2,
                "topics.assignments": None,
                "timeout_ms": 5000,
            },
            spends="topic",
        ),
    ),
    ApiKey.DESCRIBE_CONFIGS: (
        Case("of a topic", _TOPIC | {"resources.configuration_keys": None}),
        Case("one of a topic", _TOPIC | {"resources.configuration_keys": "retention.ms"}),
        Case(
            "of a group",
            _GROUP | {"resources.configuration_keys": None},
            blind="groups have no configs yet",
        ),
    ),
    ApiKey.ALTER_CONFIGS: (
        Case("whether one may", _TOPIC | _CONFIG | {"validate_only": True}),
        Case("of a topic", _TOPIC | _CONFIG),
    ),
    ApiKey.INCREMENTAL_ALTER_CONFIGS: (
        Case("whether one may", _TOPIC | _CONFIG | {"validate_only": True}),
        Case("of a topic", _TOPIC | _CONFIG),
    ),
    ApiKey.LIST_CONFIG_RESOURCES: (Case("all", {}, listing=True),),
    ApiKey.DESCRIBE_LOG_DIRS: (
        Case("of a topic", {"topics.topic": Thing.TOPIC, "topics.partitions": 0}),
        Case("all", {"topics": None}, listing=True),
    ),
    ApiKey.ELECT_LEADERS: (
        Case(
            "of a topic",
            {
                "topic_partitions.topic": Thing.TOPIC,
                "topic_partitions.partitions": 0,
                "timeout_ms": 5000,
            },
        ),
        Case(
            "of all",
            {"topic_partitions": None, "timeout_ms": 5000},
            listing=True,
            blind="what needs no election is not told",
        ),
    ),
    ApiKey.ALTER_PARTITION_REASSIGNMENTS: (
        Case(
            "begin",
            {"topics.name": Thing.TOPIC, "topics.partitions.replicas": [1], "timeout_ms": 5000},
        ),
        Case(
            "cancel",
            {"topics.name": Thing.TOPIC, "topics.partitions.replicas": None, "timeout_ms": 5000},
        ),
    ),
    ApiKey.LIST_PARTITION_REASSIGNMENTS: (
        Case(
            "of a topic",
            {"topics.name": Thing.TOPIC, "topics.partition_indexes": 0, "timeout_ms": 5000},
            blind="nothing is on the move",
        ),
        Case(
            "all",
            {"topics": None, "timeout_ms": 5000},
            listing=True,
            blind="nothing is on the move",
        ),
    ),
    ApiKey.DESCRIBE_CLUSTER: (
        Case(
            "the cluster",
            {"include_cluster_authorized_operations": True},
            listing=True,
            blind="all tenants have the same brokers",
        ),
    ),
    ApiKey.CREATE_ACLS: (Case("a rule", _ACL, spends="topic", blind=_MAKES),),
    ApiKey.DESCRIBE_ACLS: (
        Case("of a principal", _ACL_FILTER),
        Case("of a topic", _ACLS_OF_TOPIC),
        Case("of what covers a topic", _ACLS_OF_TOPIC | {"pattern_type_filter": 2}),
        Case("all", _ALL_ACLS, listing=True),
    ),
    ApiKey.DELETE_ACLS: (
        Case("of a principal", _deleted(_ACL_FILTER), spends="acl"),
        Case("of a topic", _deleted(_ACLS_OF_TOPIC), spends="acl"),
    ),
    ApiKey.DESCRIBE_CLIENT_QUOTAS: (
        Case(
            "of a client",
            {
                "components.entity_type": "client-id",
                "components.match_type": 0,
                "components.match": Thing.CLIENT,
            },
        ),
        Case("all", {"components": []}, listing=True),
    ),
    ApiKey.ALTER_CLIENT_QUOTAS: (
        Case("of a client", _QUOTA, spends="quota", blind=_MAKES),
        Case("whether one may", _QUOTA | {"validate_only": True}, blind=_MAKES),
    ),
    ApiKey.DESCRIBE_USER_SCRAM_CREDENTIALS: (
        Case("of a user", {"users.name": Thing.USER}),
        Case("of all", {"users": None}, listing=True),
    ),
    ApiKey.ALTER_USER_SCRAM_CREDENTIALS: (
        Case(
            "delete",
            {"deletions.name": Thing.USER, "deletions.mechanism": 1, "upsertions": []},
            spends="user",
        ),
        Case(
            "make",
            {
                "deletions": [],
                "upsertions.name": Thing.USER,
                "upsertions.mechanism": 1,
                "upsertions.iterations": 4096,
                "upsertions.salt": b"sixteen bytes of",
                "upsertions.salted_password": bytes(32),
            },
            spends="user",
            blind=_MAKES,
        ),
    ),
}
