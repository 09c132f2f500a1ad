"""kafka-python 3: idempotent by default, opens fetch sessions, guesses the broker's version."""

import uuid
from collections.abc import Callable

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import InvalidReplicationAssignmentError

from tests.compat.clients import Login


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
def test_produce_and_consume(login: Login, make_topic: Callable[..., str], mechanism: str) -> None:
    topic = make_topic(partitions=1)
    settings = login.python(mechanism)
    producer = KafkaProducer(**settings, acks="all", compression_type="gzip")
    sent = [producer.send(topic, b"%d" % n, headers=[("n", b"%d" % n)]) for n in range(200)]
    producer.flush()
    assert [one.get(10).offset for one in sent] == list(range(200))
    producer.close()
    consumer = KafkaConsumer(**settings, consumer_timeout_ms=10_000, enable_auto_commit=False)
    where = TopicPartition(topic, 0)
    consumer.assign([where])
    consumer.seek_to_beginning(where)
    found = [next(consumer) for _ in range(200)]
    consumer.close()
    assert [record.value for record in found] == [b"%d" % n for n in range(200)]
    assert list(found[7].headers) == [("n", b"7")]


def test_administration(login: Login) -> None:
    name = f"kp-{uuid.uuid4().hex[:8]}"
    admin = KafkaAdminClient(**login.python())
    try:
        admin.create_topics({name: {"num_partitions": 3, "replication_factor": 1}})
        assert name in admin.list_topics()
        admin.delete_topics([name])
        assert name not in admin.list_topics()
    finally:
        admin.close()


def test_deleted_records_are_gone_from_every_broker(
    login: Login, make_topic: Callable[..., str]
) -> None:
    partitions = [TopicPartition(make_topic(partitions=6), index) for index in range(6)]
    kept_from = {partitions[0]: 50, partitions[1]: 100, partitions[4]: 1}
    producer = KafkaProducer(**login.python(), acks="all")
    for partition in partitions:
        for n in range(100):
            producer.send(partition.topic, b"%d" % n, partition=partition.partition)
    producer.flush()
    producer.close()
    admin = KafkaAdminClient(**login.python())
    try:
        # -1: everything up to the high watermark.
        result = admin.delete_records({**kept_from, partitions[1]: -1}, timeout_ms=10_000)
    finally:
        admin.close()
    assert {where: row["low_watermark"] for where, row in result.items()} == kept_from
    wanted = {(each, n) for each in partitions for n in range(kept_from.get(each, 0), 100)}
    consumer = KafkaConsumer(
        **login.python(), auto_offset_reset="earliest", consumer_timeout_ms=10_000
    )
    consumer.assign(partitions)
    found = [next(consumer) for _ in wanted]
    assert consumer.poll(timeout_ms=500) == {}
    consumer.close()
    assert {(TopicPartition(each.topic, each.partition), each.offset) for each in found} == wanted


def test_partitions_are_added_on_brokers_of_choice(
    login: Login, make_topic: Callable[..., str]
) -> None:
    topic = make_topic(partitions=1)
    admin = KafkaAdminClient(**login.python())
    try:
        admin.create_partitions({topic: {"count": 3, "assignments": [[2, 1, 3], [3, 2, 1]]}})
        (described,) = admin.describe_topics([topic])
        with pytest.raises(InvalidReplicationAssignmentError):
            admin.create_partitions({topic: {"count": 4, "assignments": [[0, 1, 2]]}})
    finally:
        admin.close()
    leaders = {row["partition_index"]: row["leader_id"] for row in described["partitions"]}
    assert (len(leaders), leaders[1], leaders[2]) == (3, 2, 3)
