"""The group coordinator: ``GroupShard`` on the partitions of ``__consumer_offsets``."""

import asyncio
import logging
from typing import TYPE_CHECKING, Any, Final

from brokers.groups.classic.config import ClassicConfig
from brokers.groups.shard import GroupShard
from brokers.kernel.clock import Instant
from brokers.kernel.errors import Refusal
from brokers.metadata.records import TopicRecord
from brokers.node.coordination.coordinator import Coordinator
from brokers.node.coordination.internal_topics import CONSUMER_OFFSETS, qualifier
from brokers.node.coordination.shard import Shard
from brokers.wire.coordinator.state_record import GROUP_STATE

if TYPE_CHECKING:
    from brokers.node.node import Node

log = logging.getLogger(__name__)

OFFSETS_RETENTION_MS: Final = 7 * 86_400_000
"""Kafka's ``offsets.retention.minutes``."""

EXPIRY_SECONDS: Final = 600.0
"""Kafka's ``offsets.retention.check.interval.ms``."""


def group_coordinator(node: "Node") -> Coordinator[GroupShard]:
    """The coordinator of every group whose partition ``node`` leads."""
    config = ClassicConfig(initial_rebalance_delay_ms=node.config.initial_rebalance_delay_ms)

    def perform(shard: Shard[GroupShard], effect: Any) -> None:
        raise TypeError(f"groups have no such effect: {effect!r}")

    return Coordinator(
        node,
        CONSUMER_OFFSETS,
        GROUP_STATE,
        lambda _: GroupShard(config, OFFSETS_RETENTION_MS),
        perform,
    )


def forget_topic(groups: Coordinator[GroupShard], topic: TopicRecord) -> None:
    """The topic was deleted: what groups have committed in it must not count for a later one."""
    prefix = qualifier(topic.tenant_id)
    for shard in groups:
        if shard.is_active:
            try:
                shard.carry_out(shard.machine.topic_deleted(prefix, topic.name))
            except Refusal as refusal:
                log.error("%s: offsets in a deleted topic stay: %s", shard.partition, refusal)


async def expire_offsets(node: "Node") -> None:
    """Forget offsets that nobody used for too long, until cancelled."""
    while True:
        await asyncio.sleep(EXPIRY_SECONDS)
        now = Instant(node.clock.monotonic_ms(), node.clock.now_ms())
        for shard in node.groups:
            if shard.is_active:
                try:
                    shard.carry_out(shard.machine.expire(now))
                except Refusal as refusal:
                    log.error("%s: no offsets expired: %s", shard.partition, refusal)
            await asyncio.sleep(0)
