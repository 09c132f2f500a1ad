"""Every API that this broker answers beside the login, and up to which version.

A version is listed once all of its semantics are there. Topic ids come all together (KIP-516):
Metadata 12, Fetch 13, Produce 13 and DeleteTopics 6 depend on each other in clients.
"""

from brokers.node.dispatch import Route
from brokers.node.handlers import (
    alter_configs,
    alter_partition_reassignments,
    create_partitions,
    create_topics,
    delete_groups,
    delete_records,
    delete_topics,
    describe_cluster,
    describe_configs,
    describe_groups,
    describe_log_dirs,
    describe_producers,
    elect_leaders,
    fetch,
    find_coordinator,
    heartbeat,
    incremental_alter_configs,
    init_producer_id,
    join_group,
    leave_group,
    list_groups,
    list_offsets,
    list_partition_reassignments,
    metadata,
    offset_commit,
    offset_delete,
    offset_fetch,
    offset_for_leader_epoch,
    produce,
    sync_group,
    write_txn_markers,
)
from brokers.wire.registry import ApiKey

ROUTES = (
    # Kafka too advertises Produce from 0 and parses it from 3: librdkafka concludes from the
    # overlap of old versions that there are record batches at all.
    Route(ApiKey.PRODUCE, 13, start=produce.start, advertised_from=0),
    Route(ApiKey.FETCH, 17, start=fetch.start),
    Route(ApiKey.LIST_OFFSETS, 10, list_offsets.handle),
    Route(ApiKey.METADATA, 13, metadata.handle),
    Route(ApiKey.OFFSET_COMMIT, 10, start=offset_commit.start),
    Route(ApiKey.OFFSET_FETCH, 10, offset_fetch.handle),
    Route(ApiKey.FIND_COORDINATOR, 5, find_coordinator.handle),
    Route(ApiKey.JOIN_GROUP, 9, join_group.handle),
    Route(ApiKey.HEARTBEAT, 4, heartbeat.handle),
    Route(ApiKey.LEAVE_GROUP, 5, leave_group.handle),
    Route(ApiKey.SYNC_GROUP, 5, sync_group.handle),
    Route(ApiKey.DESCRIBE_GROUPS, 6, describe_groups.handle),
    Route(ApiKey.LIST_GROUPS, 5, list_groups.handle),
    Route(ApiKey.DELETE_GROUPS, 2, delete_groups.handle),
    Route(ApiKey.OFFSET_DELETE, 0, offset_delete.handle),
    Route(ApiKey.CREATE_TOPICS, 7, create_topics.handle),
    Route(ApiKey.DELETE_TOPICS, 6, delete_topics.handle),
    Route(ApiKey.DELETE_RECORDS, 2, delete_records.handle),
    Route(ApiKey.INIT_PRODUCER_ID, 5, init_producer_id.handle),
    Route(ApiKey.OFFSET_FOR_LEADER_EPOCH, 4, offset_for_leader_epoch.handle),
    Route(ApiKey.DESCRIBE_CONFIGS, 4, describe_configs.handle),
    Route(ApiKey.ALTER_CONFIGS, 2, alter_configs.handle),
    Route(ApiKey.DESCRIBE_LOG_DIRS, 4, describe_log_dirs.handle),
    Route(ApiKey.CREATE_PARTITIONS, 3, create_partitions.handle),
    Route(ApiKey.ELECT_LEADERS, 2, elect_leaders.handle),
    Route(ApiKey.INCREMENTAL_ALTER_CONFIGS, 1, incremental_alter_configs.handle),
    Route(ApiKey.ALTER_PARTITION_REASSIGNMENTS, 1, alter_partition_reassignments.handle),
    Route(ApiKey.LIST_PARTITION_REASSIGNMENTS, 0, list_partition_reassignments.handle),
    Route(ApiKey.DESCRIBE_CLUSTER, 2, describe_cluster.handle),
    Route(ApiKey.DESCRIBE_PRODUCERS, 0, describe_producers.handle),
    Route(ApiKey.WRITE_TXN_MARKERS, 2, start=write_txn_markers.start, internal_only=True),
)
