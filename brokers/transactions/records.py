"""A transactional id's state as records of ``__transaction_state``, in Kafka's schema.

Two tagged fields are ours, and skipped by Kafka's readers: topic ids, so that a topic that was made
again under its name is another one, and the producer that a retry still names, which Kafka's
coordinators forget when they fail over.
"""

from collections import defaultdict
from collections.abc import Iterable

from brokers.kernel.errors import ProtocolError
from brokers.kernel.ids import PartitionIndex, ProducerEpoch, ProducerId, TopicId, TopicName
from brokers.transactions.state import Producer, Transaction, TransactionPartition, TransactionState
from brokers.wire.coordinator.state_record import StateRecord
from brokers.wire.coordinator.transaction_log_key import TransactionLogKey
from brokers.wire.coordinator.transaction_log_value import PartitionsSchema, TransactionLogValue


def state_record(transactional_id: str, transaction: Transaction) -> StateRecord:
    """The whole state; the last record of a key is all that counts."""
    value = TransactionLogValue(
        producer_id=transaction.producer.id,
        previous_producer_id=transaction.before.id,
        next_producer_id=transaction.next_producer_id,
        producer_epoch=transaction.producer.epoch,
        previous_producer_epoch=transaction.before.epoch,
        transaction_timeout_ms=transaction.timeout_ms,
        transaction_status=transaction.state,
        transaction_partitions=_grouped(transaction.partitions),
        transaction_last_update_timestamp_ms=transaction.updated_ms,
        transaction_start_timestamp_ms=transaction.started_ms,
        client_transaction_version=transaction.client_version,
    )
    return StateRecord(TransactionLogKey(transactional_id), value)


def tombstone(transactional_id: str) -> StateRecord:
    """The id is forgotten."""
    return StateRecord(TransactionLogKey(transactional_id), None)


def transaction_of(value: TransactionLogValue) -> Transaction:
    """Raises ``ProtocolError`` for a state that has no number here."""
    try:
        state = TransactionState(value.transaction_status)
    except ValueError:
        raise ProtocolError(f"transaction state {value.transaction_status} is unknown") from None
    return Transaction(
        producer=Producer(ProducerId(value.producer_id), ProducerEpoch(value.producer_epoch)),
        before=Producer(
            ProducerId(value.previous_producer_id), ProducerEpoch(value.previous_producer_epoch)
        ),
        next_producer_id=ProducerId(value.next_producer_id),
        timeout_ms=value.transaction_timeout_ms,
        state=state,
        partitions=frozenset(
            TransactionPartition(
                TopicId(topic.topic_id), TopicName(topic.topic), PartitionIndex(index)
            )
            for topic in value.transaction_partitions or ()
            for index in topic.partition_ids
        ),
        updated_ms=value.transaction_last_update_timestamp_ms,
        started_ms=value.transaction_start_timestamp_ms,
        client_version=value.client_transaction_version,
    )


def _flattened(topics: Iterable[PartitionsSchema]) -> frozenset[TransactionPartition]:
    return frozenset(
        TransactionPartition(TopicId(each.topic_id), TopicName(each.topic), PartitionIndex(index))
        for each in topics
        for index in each.partition_ids
    )


def _grouped(partitions: frozenset[TransactionPartition]) -> list[PartitionsSchema]:
    indexes: defaultdict[tuple[TopicName, TopicId], list[int]] = defaultdict(list)
    for topic_id, topic, index in sorted(partitions):
        indexes[topic, topic_id].append(index)
    return [
        PartitionsSchema(topic=topic, partition_ids=members, topic_id=topic_id)
        for (topic, topic_id), members in indexes.items()
    ]
