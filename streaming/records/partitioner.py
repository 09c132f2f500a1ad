"""Which partition a record goes to, as every Kafka client decides it."""

import random
from functools import lru_cache
from typing import Final

from brokers.wire.partitioner import partition_of

REMEMBERED_KEY_BYTES_MAX: Final = 64
"""Keys come again and again, and the hash of one costs more than looking it up."""

_remembered = lru_cache(8192)(partition_of)


def choose_partition(key: bytes | None, partitions: int) -> int:
    """Keyed records by Kafka's murmur2 of the key, so that all clients agree; others by chance.

    ``partitions`` is the topic's partition count, 1 or more.
    """
    if key is None:
        return random.randrange(partitions)
    if len(key) > REMEMBERED_KEY_BYTES_MAX:
        return partition_of(key, partitions)
    return _remembered(key, partitions)
