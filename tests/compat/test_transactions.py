"""Transactions of unmodified clients on a running service, and their readers."""

import subprocess
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka import TopicPartition as AioTopicPartition
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from kafka import KafkaConsumer, KafkaProducer
from kafka import TopicPartition as PythonTopicPartition

from bench.kafka_jars import kafka_class_path
from bench.maven_jars import JarsUnavailable
from tests.compat.clients import JAVA, Login

SOURCE = Path(__file__).parent / "java" / "Transactions.java"


@pytest.fixture
def transactional_id() -> str:
    return f"txn-{uuid.uuid4().hex[:12]}"


def test_confluent_kafka(
    login: Login, make_topic: Callable[..., str], transactional_id: str
) -> None:
    topic = make_topic(partitions=2)
    first, second = (
        Producer(login.librdkafka(**{"transactional.id": transactional_id})) for _ in range(2)
    )
    first.init_transactions(60)
    for outcome in (b"commit 1", b"abort", b"commit 2"):
        first.begin_transaction()
        for partition in (0, 1):
            first.produce(topic, outcome, partition=partition)
        if outcome == b"abort":
            first.flush(30)
            first.abort_transaction(30)
        else:
            first.commit_transaction(30)
    first.begin_transaction()
    first.produce(topic, b"left open", partition=0)
    assert first.flush(30) == 0
    second.init_transactions(60)
    with pytest.raises(KafkaException) as fenced:
        first.commit_transaction(30)
    assert fenced.value.args[0].fatal()
    second.begin_transaction()
    second.produce(topic, b"second", partition=0)
    second.commit_transaction(30)
    consumer = Consumer(
        login.librdkafka(**{"group.id": "none", "isolation.level": "read_committed"})
    )
    consumer.assign([TopicPartition(topic, each, 0) for each in (0, 1)])
    values: list[bytes | None] = []
    while len(values) < 5:
        message = consumer.poll(30)
        assert message is not None, f"only {values}"
        assert message.error() is None, message.error()
        values.append(message.value())
    consumer.close()
    assert sorted(values) == [b"commit 1"] * 2 + [b"commit 2"] * 2 + [b"second"]


def test_kafka_python(login: Login, make_topic: Callable[..., str], transactional_id: str) -> None:
    topic = make_topic(partitions=2)
    producer = KafkaProducer(**login.python(), transactional_id=transactional_id)
    producer.init_transactions()
    for outcome in ("commit", "abort", "commit"):
        producer.begin_transaction()
        for partition in (0, 1):
            producer.send(topic, outcome.encode(), partition=partition)
        getattr(producer, f"{outcome}_transaction")()
    producer.close()
    consumer = KafkaConsumer(**login.python(), isolation_level="read_committed")
    consumer.assign([PythonTopicPartition(topic, each) for each in (0, 1)])
    consumer.seek_to_beginning()
    values: list[bytes] = []
    while len(values) < 4:
        batches = consumer.poll(30_000)
        assert batches, f"only {values}"
        values += [record.value for records in batches.values() for record in records]
    consumer.close()
    assert values == [b"commit"] * 4


async def test_aiokafka(
    login: Login, make_topic: Callable[..., str], transactional_id: str
) -> None:
    topic = make_topic(partitions=2)
    async with AIOKafkaProducer(**login.python(), transactional_id=transactional_id) as producer:
        for outcome in (b"commit", b"abort", b"commit"):
            await producer.begin_transaction()
            for partition in (0, 1):
                await producer.send_and_wait(topic, outcome, partition=partition)
            if outcome == b"commit":
                await producer.commit_transaction()
            else:
                await producer.abort_transaction()
    async with AIOKafkaConsumer(**login.python(), isolation_level="read_committed") as consumer:
        consumer.assign([AioTopicPartition(topic, each) for each in (0, 1)])
        await consumer.seek_to_beginning()
        values = [(await consumer.getone()).value for _ in range(4)]
    assert values == [b"commit"] * 4


def test_java(login: Login) -> None:
    """By the second version of the protocol: the partitions' leaders add them to the transaction,
    and each has its own epoch (KIP-890)."""
    try:
        class_path = kafka_class_path()
    except JarsUnavailable as missing:
        pytest.skip(f"needs: Apache Kafka's jars ({missing})")
    settings = [f"{name}={value}" for name, value in login.java().items()]
    done = subprocess.run(
        [*JAVA, "-cp", class_path, str(SOURCE), *settings],
        capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "transaction.version 2",
        "epochs bumped true",
        "fenced true",
        "offset 7",
        "listed true",
        "committed [commit 1, commit 2, second]",
    ]
