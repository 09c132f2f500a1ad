"""How far a source is, read and changed from outside its tasks (KIP-875). Blocking.

Whoever changes anything makes sure first that no task of the connector runs. ``settings`` are
confluent-kafka's, with the login of whoever asks. All raise ``ConnectError`` when the brokers
refuse or do not answer.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from confluent_kafka import KafkaError, Message, Producer

from connect.spi.errors import ConnectError
from connect.task.offset_keys import partition_key, stored_key, stored_value
from connect.task.offsets_store import ensure_topic, read_offsets

ANSWER_S: Final = 10.0

Json = dict[str, Any]
Settings = Mapping[str, Any]


def source_offsets(settings: Settings, topic: str, connector: str) -> list[tuple[Json, Json]]:
    """(source partition, source offset) of each partition that has one."""
    return [
        (stored.partition, stored.offset)
        for stored in read_offsets(settings, topic, connector).all()
        if stored.offset is not None
    ]


def alter_source_offsets(
    settings: Settings, topic: str, connector: str, changes: Sequence[tuple[Json, Json | None]]
) -> None:
    """Have the source go on from other offsets; None has it begin a partition anew. All changes are
    in the topic when this returns; when it raises, some may be."""
    ensure_topic(settings, topic)
    spelled = {
        partition_key(stored.partition): stored.keys
        for stored in read_offsets(settings, topic, connector).all()
    }
    errors: list[KafkaError] = []

    def delivered(error: KafkaError | None, _message: Message) -> None:
        if error is not None:
            errors.append(error)

    producer = Producer({**settings, "acks": "all", "enable.idempotence": True})
    for partition, offset in changes:
        keys = {stored_key(connector, partition)}
        if offset is None:
            keys |= spelled.get(partition_key(partition), set())
        for key in sorted(keys):
            producer.produce(
                topic,
                key=key,
                value=stored_value(offset),
                on_delivery=delivered,
            )
    if producer.flush(ANSWER_S) or errors:
        told = errors[0] if errors else "the brokers did not answer"
        raise ConnectError(f"the offsets of {connector} were not all written to {topic}: {told}")
