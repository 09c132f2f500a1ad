"""kafka-python 3: idempotent by default, opens fetch sessions, guesses the broker's version."""

import uuid
from collections.abc import Callable

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition

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
