"""Making a topic in its caller's name, by the brokers: what they would refuse, they refuse."""

from collections.abc import Mapping
from typing import Final

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.wire.messages.create_topics_request import (
    CreatableTopic,
    CreatableTopicConfig,
    CreateTopicsRequest,
)
from brokers.wire.registry import ApiKey
from streaming.records.failures import refusal_of
from streaming.records.reader import ANSWER_SECONDS, Reader
from streaming.records.wire_request import WireRequest

_DEFAULT_REPLICATION: Final = -1


async def ensure_topic(
    reader: Reader, topic: str, *, partitions: int, configs: Mapping[str, str]
) -> None:
    """Make the topic unless it is there. Raises ``Refusal`` and ``BrokersUnavailable``."""
    try:
        await reader.partitions(topic)
    except Refusal as refusal:
        if refusal.code is not ErrorCode.UNKNOWN_TOPIC_OR_PARTITION:
            raise
        await _create(reader, topic, partitions, configs)


async def _create(reader: Reader, topic: str, partitions: int, configs: Mapping[str, str]) -> None:
    wanted = CreatableTopic(
        topic,
        partitions,
        _DEFAULT_REPLICATION,
        configs=[CreatableTopicConfig(*each) for each in configs.items()],
    )
    message = CreateTopicsRequest([wanted], ANSWER_SECONDS * 1000)
    subject = f"topic {topic!r}"
    request = WireRequest(ApiKey.CREATE_TOPICS, message)
    (row,) = (await reader.ask_any(request, subject)).topics
    if row.error_code and row.error_code != ErrorCode.TOPIC_ALREADY_EXISTS:
        raise refusal_of(row.error_code, subject, row.error_message)
