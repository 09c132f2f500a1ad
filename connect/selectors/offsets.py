"""How far a connector is, as the brokers keep it. Blocking. All raise ``Refusal`` and
``BrokersUnavailable``."""

from typing import Any

from connect.asking import Ask
from connect.sink_offsets import sink_offsets
from connect.source_offsets import source_offsets
from connect.spi.records import TopicPartition
from connect.states import GROUP_PREFIX, OFFSETS_TOPIC

Json = dict[str, Any]


def source_positions(ask: Ask, name: str) -> list[tuple[Json, Json]]:
    """(partition, offset), as the source named them."""
    return ask(lambda reader: source_offsets(reader, OFFSETS_TOPIC, name))


def sink_positions(ask: Ask, name: str) -> dict[TopicPartition, int]:
    """The next offset to read, of each partition that its group has committed for."""
    return ask(lambda reader: sink_offsets(reader, GROUP_PREFIX + name))
