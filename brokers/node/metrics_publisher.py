"""The counters as records of the internal topic ``__headwater_metrics``, a history to plot.

Each record is one JSON object: ``broker``, ``at_ms`` and ``part`` of ``parts``, then ``tenants``
and ``topics`` with their counters. A broker writes to a partition that it leads, straight into the
log.
"""

import asyncio
import json
import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from brokers.kernel.errors import Refusal, StorageError
from brokers.node.partition_runtime import PartitionRuntime
from brokers.wire.batch import NewRecord, build_batch, parse_batch_header

if TYPE_CHECKING:
    from brokers.node.node import Node

log = logging.getLogger(__name__)

TOPIC: Final = "__headwater_metrics"
_TOPICS_PER_RECORD: Final = 500


async def publish(node: "Node") -> None:
    """Write the counters at each interval, until cancelled."""
    while True:
        await asyncio.sleep(node.config.metrics_interval_s)
        partition = _partition(node)
        if partition is None:
            continue
        now_ms = node.clock.now_ms()
        try:
            for document in _documents(node, now_ms):
                _append(partition, document, now_ms)
        except (Refusal, StorageError) as error:
            log.warning("the counters could not be written to %s: %s", TOPIC, error)


def _partition(node: "Node") -> PartitionRuntime | None:
    """A partition of the topic that this broker leads, if there is one yet."""
    for topic in node.image.topics.values():
        if topic.internal and topic.name == TOPIC:
            for index in range(topic.partition_count):
                partition = node.partitions.get(topic.id, index)
                if partition is not None and partition.is_leader:
                    return partition
    return None


def _documents(node: "Node", now_ms: int) -> Iterator[bytes]:
    metrics = node.metrics
    topics = [
        {
            "tenant": counter.tenant_id,
            "topic": counter.topic,
            "bytes_in": counter.bytes_in,
            "bytes_out": counter.bytes_out,
            "records_in": counter.records_in,
            "records_out": counter.records_out,
            "requests": counter.requests,
            "errors": counter.errors,
        }
        for counter in list(metrics.topics.values())
    ]
    tenants = [
        {
            "tenant": counter.tenant_id,
            "connections": counter.connections,
            "requests": counter.requests,
            "errors": counter.errors,
        }
        for counter in list(metrics.tenants.values())
    ]
    parts = max(1, -(-len(topics) // _TOPICS_PER_RECORD))
    for part in range(parts):
        document: dict[str, Any] = {
            "broker": node.broker_id,
            "at_ms": now_ms,
            "part": part,
            "parts": parts,
            "tenants": tenants if part == 0 else [],
            "topics": topics[part * _TOPICS_PER_RECORD : (part + 1) * _TOPICS_PER_RECORD],
        }
        yield json.dumps(document, separators=(",", ":")).encode()


def _append(partition: PartitionRuntime, document: bytes, now_ms: int) -> None:
    batch = memoryview(build_batch([NewRecord(None, document)], base_timestamp=now_ms))
    partition.append(batch, parse_batch_header(batch), now_ms)
