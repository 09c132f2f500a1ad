"""How far a connector is, as the brokers keep it. Blocking."""

from collections.abc import Mapping
from typing import Any

from connect.spi.records import TopicPartition
from connect.states import GROUP_PREFIX, OFFSETS_TOPIC
from connect.task.offsets_admin import sink_offsets, source_offsets

Json = dict[str, Any]


def source_positions(settings: Mapping[str, Any], name: str) -> list[tuple[Json, Json]]:
    """(partition, offset), as the source named them. ``settings`` are confluent-kafka's."""
    return source_offsets(settings, OFFSETS_TOPIC, name)


def sink_positions(settings: Mapping[str, Any], name: str) -> dict[TopicPartition, int]:
    """The next offset to read, of each partition that its group has committed for."""
    return sink_offsets(settings, GROUP_PREFIX + name)
