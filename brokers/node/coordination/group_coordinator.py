"""The group coordinator: ``GroupShard`` on the partitions of ``__consumer_offsets``."""

import asyncio
import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from brokers.groups.classic.config import ClassicConfig
from brokers.groups.config import GroupsConfig
from brokers.groups.consumer.config import ConsumerGroupConfig
from brokers.groups.consumer.topics import Topic
from brokers.groups.shard import GroupShard
from brokers.kernel.clock import Instant
from brokers.kernel.errors import Refusal
from brokers.kernel.ids import TenantId, TopicId, TopicName
from brokers.kernel.limits import GROUP_BYTES_PER_TENANT_MAX
from brokers.metadata.image import MetadataImage
from brokers.metadata.records import TopicRecord
from brokers.node.coordination.coordinator import Coordinator
from brokers.node.coordination.internal_topics import CONSUMER_OFFSETS, qualifier, tenant_of
from brokers.node.coordination.shard import Shard
from brokers.wire.coordinator.state_record import GROUP_STATE

if TYPE_CHECKING:
    from brokers.node.node import Node

log = logging.getLogger(__name__)

EXPIRY_SECONDS: Final = 600.0
"""Kafka's ``offsets.retention.check.interval.ms``."""


def group_coordinator(node: "Node") -> Coordinator[GroupShard]:
    """The coordinator of every group whose partition ``node`` leads."""
    told = node.config
    config = GroupsConfig(
        classic=ClassicConfig(initial_rebalance_delay_ms=told.initial_rebalance_delay_ms),
        consumer=ConsumerGroupConfig(
            session_timeout_ms=told.consumer_session_timeout_ms,
            heartbeat_interval_ms=told.consumer_heartbeat_interval_ms,
        ),
    )

    def perform(shard: Shard[GroupShard], effect: Any) -> None:
        raise TypeError(f"groups have no such effect: {effect!r}")

    return Coordinator(
        node,
        CONSUMER_OFFSETS,
        GROUP_STATE,
        lambda _: GroupShard(
            config,
            lambda name: TenantTopics(node.image, tenant_of(name)),
            lambda name: room_beside(node.groups, name),
        ),
        perform,
    )


def room_beside(groups: Iterable[Shard[GroupShard]], name: str) -> int:
    """How many bytes more the members of that group's tenant may take of this broker; below 0 where
    groups have come with what another broker had led."""
    kept = sum(shard.machine.kept.beside(name) for shard in groups if shard.is_active)
    return GROUP_BYTES_PER_TENANT_MAX - kept


class TenantTopics:
    """A tenant's topics, as groups look at them; reads the image as it is at each question."""

    __slots__ = ("_image", "_tenant_id")

    def __init__(self, image: MetadataImage, tenant_id: TenantId) -> None:
        self._image = image
        self._tenant_id = tenant_id

    @property
    def version(self) -> int:
        return self._image.topics_version

    def find(self, name: str) -> Topic | None:
        topic = self._image.topic(self._tenant_id, TopicName(name))
        return None if topic is None else Topic(topic.id, topic.partition_count)

    def name_of(self, topic_id: bytes) -> str | None:
        topic = self._image.topic_by_id(self._tenant_id, TopicId(topic_id))
        return None if topic is None else topic.name

    def names(self) -> Iterable[str]:
        return self._image.topic_ids.get(self._tenant_id, {})


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
