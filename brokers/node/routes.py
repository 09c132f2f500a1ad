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
    delete_records,
    delete_topics,
    describe_cluster,
    describe_configs,
    describe_log_dirs,
    elect_leaders,
    fetch,
    incremental_alter_configs,
    init_producer_id,
    list_offsets,
    list_partition_reassignments,
    metadata,
    offset_for_leader_epoch,
    produce,
)
from brokers.wire.registry import ApiKey

ROUTES = (
    # Kafka too advertises Produce from 0 and parses it from 3: librdkafka concludes from the
    # overlap of old versions that there are record batches at all.
    Route(ApiKey.PRODUCE, 13, start=produce.start, advertised_from=0),
    Route(ApiKey.FETCH, 17, start=fetch.start),
    Route(ApiKey.LIST_OFFSETS, 10, list_offsets.handle),
    Route(ApiKey.METADATA, 13, metadata.handle),
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
)
