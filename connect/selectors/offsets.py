"""How far a connector is, as the brokers keep it. Blocking."""

from typing import Any

from connect.kept_offsets import OffsetsKeeper
from connect.sink_offsets import sink_offsets
from connect.spi.records import TopicPartition
from connect.states import GROUP_PREFIX, OFFSETS_TOPIC
from connect.task.offsets_admin import source_offsets

Json = dict[str, Any]


def source_positions(keeper: OffsetsKeeper, name: str) -> list[tuple[Json, Json]]:
    """(partition, offset), as the source named them. Raises ``ConnectError``."""
    return source_offsets(keeper.settings, OFFSETS_TOPIC, name)


def sink_positions(keeper: OffsetsKeeper, name: str) -> dict[TopicPartition, int]:
    """The next offset to read, of each partition that its group has committed for. Raises
    ``Refusal`` and ``BrokersUnavailable``."""
    return keeper.ask(lambda reader: sink_offsets(reader, GROUP_PREFIX + name))
