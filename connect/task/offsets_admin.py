"""How far a connector is, read and changed from outside its tasks (KIP-875). Blocking.

Whoever changes anything makes sure first that no task of the connector runs. ``settings`` are
confluent-kafka's, with the login of whoever asks. All raise ``ConnectError`` when the brokers
refuse or do not answer.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from confluent_kafka import (
    ConsumerGroupTopicPartitions,
    KafkaError,
    KafkaException,
    Message,
    Producer,
)
from confluent_kafka import TopicPartition as KafkaTopicPartition
from confluent_kafka.admin import AdminClient

from connect.spi.errors import ConnectError
from connect.spi.records import TopicPartition
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


def sink_offsets(settings: Settings, group: str) -> dict[TopicPartition, int]:
    """The offset that each partition is read next from, where the group has committed one."""
    admin = AdminClient(dict(settings))
    try:
        asked = admin.list_consumer_group_offsets(
            [ConsumerGroupTopicPartitions(group)], request_timeout=ANSWER_S
        )
        found = asked[group].result(2 * ANSWER_S).topic_partitions
    except KafkaException as error:
        if error.args[0].code() == KafkaError.GROUP_ID_NOT_FOUND:
            return {}
        raise ConnectError(f"the offsets of group {group} could not be read: {error}") from error
    return {
        TopicPartition(each.topic, each.partition): each.offset
        for each in found
        if each.error is None and each.offset >= 0
    }


def alter_sink_offsets(
    settings: Settings, group: str, changes: Mapping[TopicPartition, int | None]
) -> None:
    """Have the sink go on from other offsets; None has its group forget a partition, so that it is
    read from its beginning.

    To forget one of several, the group is deleted and what stays is committed again: a crash
    between the two makes records come twice and loses none.
    """
    wanted = {each: offset for each, offset in changes.items() if offset is not None}
    if len(wanted) < len(changes):
        kept = {
            each: offset
            for each, offset in sink_offsets(settings, group).items()
            if each not in changes
        }
        _delete_group(settings, group)
        wanted = {**kept, **wanted}
    if wanted:
        _commit(settings, group, wanted)


def _delete_group(settings: Settings, group: str) -> None:
    admin = AdminClient(dict(settings))
    try:
        admin.delete_consumer_groups([group], request_timeout=ANSWER_S)[group].result(2 * ANSWER_S)
    except KafkaException as error:
        if error.args[0].code() != KafkaError.GROUP_ID_NOT_FOUND:
            raise ConnectError(f"group {group} could not be deleted: {error}") from error


def _commit(settings: Settings, group: str, offsets: Mapping[TopicPartition, int]) -> None:
    admin = AdminClient(dict(settings))
    asked = ConsumerGroupTopicPartitions(
        group,
        [
            KafkaTopicPartition(each.topic, each.partition, offset)
            for each, offset in offsets.items()
        ],
    )
    try:
        answered = admin.alter_consumer_group_offsets([asked], request_timeout=ANSWER_S)
        results = answered[group].result(2 * ANSWER_S).topic_partitions
    except KafkaException as error:
        raise ConnectError(f"the offsets of group {group} were not changed: {error}") from error
    refused = [each for each in results if each.error is not None]
    if refused:
        first = refused[0]
        raise ConnectError(
            f"the offset of {first.topic}-{first.partition} in group {group} was not changed: "
            f"{first.error}"
        )
