"""Topics as the ``topics`` command answers with them."""

from collections.abc import Sequence
from typing import Any

from brokers.models import Partition, Topic
from brokers.selectors.partition_sizes import PartitionSizes
from tenants.cli.answer import Table

TOPIC_COLUMNS = ("TOPIC", "TOPIC ID", "PARTITIONS", "REPLICATION FACTOR", "INTERNAL", "CONFIGS")
PARTITION_COLUMNS = (
    "TOPIC", "PARTITION", "LEADER", "LEADER EPOCH", "REPLICAS", "ISR", "ELR",
    "START", "HIGH WATERMARK", "BYTES",
)  # fmt: skip


def topic_document(topic: Topic, partitions: Sequence[Partition]) -> dict[str, Any]:
    """The topic without its partitions; ``configs`` is what was set."""
    return {
        "topic": topic.name,
        "topic_id": str(topic.id),
        "partition_count": topic.partition_count,
        "replication_factor": len(partitions[0].replicas) if partitions else 0,
        "internal": topic.internal,
        "configs": topic.configs,
    }


def partition_document(partition: Partition, sizes: PartitionSizes) -> dict[str, Any]:
    """``leader`` is None while the partition has none, and sizes until they are known."""
    return {
        "partition": partition.index,
        "leader": partition.leader,
        "leader_epoch": partition.leader_epoch,
        "replicas": partition.replicas,
        "isr": partition.isr,
        "eligible_leaders": partition.eligible_leaders,
        "log_start_offset": sizes.log_start_offset,
        "high_watermark": sizes.high_watermark,
        "bytes": sizes.bytes,
    }


def topics_table(documents: Sequence[dict[str, Any]]) -> Table:
    """One row per document of ``topic_document``."""
    rows = []
    for each in documents:
        configs = [f"{name}={value}" for name, value in each["configs"].items()]
        rows.append((*(each[name] for name in list(each)[:-1]), configs))
    return Table(TOPIC_COLUMNS, tuple(rows))


def partitions_table(topic: str, documents: Sequence[dict[str, Any]]) -> Table:
    """One row per document of ``partition_document``."""
    return Table(PARTITION_COLUMNS, tuple((topic, *each.values()) for each in documents))
