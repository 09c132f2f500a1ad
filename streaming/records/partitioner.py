"""Which partition a record goes to, as every Kafka client decides it."""

import random

from brokers.wire.partitioner import partition_of


def choose_partition(key: bytes | None, partitions: int) -> int:
    """Keyed records by Kafka's murmur2 of the key, so that all clients agree; others by chance.

    ``partitions`` is the topic's partition count, 1 or more.
    """
    if key is None:
        return random.randrange(partitions)
    return partition_of(key, partitions)
