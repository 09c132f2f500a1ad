"""Records: Produce, Fetch, and what is asked about partitions and their offsets."""

from brokers.wire.batch import NewRecord, build_batch
from brokers.wire.registry import ApiKey
from tests.isolation.names import Thing
from tests.isolation.wire_case import Case

_RECORDS = memoryview(build_batch([NewRecord(b"k", b"written")], base_timestamp=1_000))

_PRODUCED = {
    "acks": -1,
    "timeout_ms": 5000,
    "topic_data.name": Thing.TOPIC,
    "topic_data.topic_id": Thing.TOPIC_ID,
    "topic_data.partition_data.records": _RECORDS,
}
_FETCHED = {
    "max_wait_ms": 0,
    "topics.topic": Thing.TOPIC,
    "topics.topic_id": Thing.TOPIC_ID,
    "topics.partitions.partition_max_bytes": 1 << 20,
    "topics.partitions.replica_directory_id": bytes(16),
    "forgotten_topics_data": [],
}
_OFFSETS = {"replica_id": -1, "topics.name": Thing.TOPIC, "timeout_ms": 1000}
_EPOCHS = {"replica_id": -1, "topics.topic": Thing.TOPIC}

ROWS = {
    ApiKey.PRODUCE: (
        Case("a topic", _PRODUCED),
        Case("a topic, unacknowledged by others", _PRODUCED | {"acks": 1}),
        Case("a transaction", _PRODUCED | {"transactional_id": Thing.TRANSACTIONAL_ID}),
    ),
    ApiKey.FETCH: (
        Case("a topic", _FETCHED),
        Case("a topic's committed records", _FETCHED | {"isolation_level": 1}),
        Case(
            "as a follower",
            _FETCHED | {"replica_id": 1, "replica_state.replica_id": 1},
            blind="clients follow nothing, whatever number they give",
        ),
        Case(
            "forgotten, in a session",
            {
                "session_id": 7,
                "session_epoch": 1,
                "topics": [],
                "cluster_id": None,
                "rack_id": Thing.CLIENT,
                "forgotten_topics_data.topic": Thing.TOPIC,
                "forgotten_topics_data.topic_id": Thing.TOPIC_ID,
                "forgotten_topics_data.partitions": 0,
            },
            since=7,
            blind="there are no fetch sessions",
        ),
    ),
    ApiKey.LIST_OFFSETS: (
        *(
            Case(label, _OFFSETS | {"topics.partitions.timestamp": timestamp}, since=since)
            for label, timestamp, since in (
                ("latest", -1, 1),
                ("earliest", -2, 1),
                ("largest timestamp", -3, 7),
                ("earliest local", -4, 8),
                ("latest tiered", -5, 9),
                ("by time", 5, 1),
            )
        ),
        Case("epoch", _OFFSETS | {"topics.partitions.current_leader_epoch": 9}, since=4),
    ),
    ApiKey.OFFSET_FOR_LEADER_EPOCH: (
        Case("an epoch's end", _EPOCHS),
        Case("an epoch", _EPOCHS | {"topics.partitions.current_leader_epoch": 9}),
    ),
    ApiKey.DELETE_RECORDS: (
        Case(
            "records",
            {
                "topics.name": Thing.TOPIC,
                "topics.partitions.offset": 1,
                "timeout_ms": 5000,
            },
        ),
    ),
    ApiKey.DESCRIBE_PRODUCERS: (
        Case("writers", {"topics.name": Thing.TOPIC, "topics.partition_indexes": 0}),
    ),
    ApiKey.METADATA: (
        Case("by name", {"topics.name": Thing.TOPIC, "topics.topic_id": bytes(16)}),
        Case(
            "by name, with what is allowed",
            {
                "topics.name": Thing.TOPIC,
                "topics.topic_id": bytes(16),
                "allow_auto_topic_creation": False,
                "include_topic_authorized_operations": True,
                "include_cluster_authorized_operations": True,
            },
            since=8,
        ),
        Case("by id", {"topics.name": None, "topics.topic_id": Thing.TOPIC_ID}, since=12),
        Case(
            "by id, too early",
            {"topics.name": None, "topics.topic_id": Thing.TOPIC_ID},
            since=10,
            until=11,
            blind="ids are not answered yet",
        ),
        Case("all", {"topics": None}, since=1, listing=True),
        Case("all, as once was said", {"topics": []}, until=0, listing=True),
    ),
    ApiKey.FIND_COORDINATOR: (
        Case(
            "of a group",
            {"key": Thing.GROUP, "coordinator_keys": Thing.GROUP},
            blind="says where a name would be kept",
        ),
        Case(
            "of a transaction",
            {
                "key": Thing.TRANSACTIONAL_ID,
                "coordinator_keys": Thing.TRANSACTIONAL_ID,
                "key_type": 1,
            },
            since=1,
            blind="says where a name would be kept",
        ),
    ),
    ApiKey.DESCRIBE_TOPIC_PARTITIONS: (
        Case("a topic", {"topics.name": Thing.TOPIC, "cursor": None}),
        Case("from a cursor", {"topics.name": Thing.TOPIC, "cursor.topic_name": Thing.TOPIC}),
    ),
}
