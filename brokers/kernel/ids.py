"""Typed ids and units.

A ``NewType`` costs nothing at run time and stops an offset from being passed where
an epoch belongs. ``end offset`` is exclusive everywhere: the offset that the next
record will get.
"""

from typing import Final, NewType

TenantId = NewType("TenantId", str)
"""UUID text of a tenant; the tenant's public name is its cluster id, ``lkc-…``."""

BrokerId = NewType("BrokerId", int)
"""Kafka's node id, 1 or greater."""

Incarnation = NewType("Incarnation", int)
"""One run of a broker process; rises with every registration (Kafka: broker epoch)."""

TopicId = NewType("TopicId", bytes)
"""The 16 bytes of a topic's UUID (KIP-516)."""

TopicName = NewType("TopicName", str)
PartitionIndex = NewType("PartitionIndex", int)

Offset = NewType("Offset", int)
LeaderEpoch = NewType("LeaderEpoch", int)
PartitionEpoch = NewType("PartitionEpoch", int)
ProducerId = NewType("ProducerId", int)
ProducerEpoch = NewType("ProducerEpoch", int)
ChangeNumber = NewType("ChangeNumber", int)
"""Position in the cluster's numbered changes; commit order is number order."""

Principal = NewType("Principal", str)
"""Kafka's principal text, ``User:NAME``; names are the tenant's own."""

ZERO_TOPIC_ID: Final = TopicId(bytes(16))
NO_OFFSET: Final = Offset(-1)
NO_EPOCH: Final = LeaderEpoch(-1)
NO_PRODUCER_ID: Final = ProducerId(-1)
