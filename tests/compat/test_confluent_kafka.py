"""confluent-kafka (librdkafka 2): the producer, the consumer by assignment, the admin client."""

import time
import uuid
from collections.abc import Callable

import pytest
from confluent_kafka import (
    Consumer,
    KafkaError,
    KafkaException,
    Message,
    Producer,
    TopicPartition,
)
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    OffsetSpec,
)

from tests.compat.clients import Login


def send(login: Login, topic: str, values: list[bytes], **settings: object) -> list[Message]:
    delivered: list[Message] = []
    failed: list[KafkaError] = []

    def on_delivery(error: KafkaError | None, message: Message) -> None:
        if error is None:
            delivered.append(message)
        else:
            failed.append(error)

    producer = Producer(login.librdkafka(**settings))
    for value in values:
        producer.produce(topic, value, on_delivery=on_delivery)
    assert producer.flush(30) == 0
    assert failed == []
    return delivered


def read(login: Login, topic: str, count: int, **settings: object) -> list[Message]:
    told = {"group.id": "none", "enable.auto.commit": False, **settings}
    consumer = Consumer(login.librdkafka(**told))
    partitions = consumer.list_topics(topic, timeout=60).topics[topic].partitions
    consumer.assign([TopicPartition(topic, p, 0) for p in partitions])
    found: list[Message] = []
    deadline = time.monotonic() + 30
    while len(found) < count and time.monotonic() < deadline:
        message = consumer.poll(1)
        if message is not None:
            assert message.error() is None
            found.append(message)
    consumer.close()
    return found


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
def test_every_mechanism_logs_in(login: Login, mechanism: str) -> None:
    told = AdminClient(login.librdkafka(mechanism)).list_topics(timeout=60)
    assert told.cluster_id == login.cluster_id


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
def test_a_wrong_secret_never_logs_in(login: Login, mechanism: str) -> None:
    errors: list[KafkaError] = []
    config = login.librdkafka(mechanism, **{"error_cb": errors.append})
    config["sasl.password"] = "wrong"
    client = AdminClient(config)
    deadline = time.monotonic() + 20
    while not errors and time.monotonic() < deadline:
        client.poll(0.2)
    assert errors[0].code() == KafkaError._AUTHENTICATION
    with pytest.raises(KafkaException):
        client.list_topics(timeout=1)


@pytest.mark.parametrize("acks", ["0", "1", "all"])
@pytest.mark.parametrize("codec", ["none", "gzip", "snappy", "lz4", "zstd"])
def test_records_survive_the_journey(
    login: Login, make_topic: Callable[..., str], acks: str, codec: str
) -> None:
    topic = make_topic(partitions=2)
    values = [uuid.uuid4().bytes for _ in range(300)]
    settings = {"acks": acks, "compression.type": codec, "linger.ms": 20}
    assert len(send(login, topic, values, **settings)) == 300
    assert sorted(m.value() for m in read(login, topic, 300)) == sorted(values)


def test_an_idempotent_producer(login: Login, make_topic: Callable[..., str]) -> None:
    topic = make_topic(partitions=1)
    values = [b"%d" % n for n in range(1_000)]
    send(login, topic, values, **{"enable.idempotence": True, "batch.num.messages": 10})
    assert [m.value() for m in read(login, topic, 1_000)] == values


def test_headers_keys_and_timestamps(login: Login, make_topic: Callable[..., str]) -> None:
    topic = make_topic(partitions=4)
    producer = Producer(login.librdkafka())
    stamp = int(time.time() * 1000) - 5_000
    producer.produce(
        topic, b"v", key=b"N14228", headers=[("a", b"1"), ("a", None)], timestamp=stamp
    )
    producer.produce(topic, None, key=b"N14228")
    assert producer.flush(60) == 0
    first, second = read(login, topic, 2)
    assert first.headers() == [("a", b"1"), ("a", None)]
    assert first.timestamp()[1] == stamp
    assert first.partition() == second.partition()
    assert second.value() is None


def test_offsets_by_time_and_kind(login: Login, make_topic: Callable[..., str]) -> None:
    topic = make_topic(partitions=1)
    now = int(time.time() * 1000)
    producer = Producer(login.librdkafka())
    for number in range(5):
        producer.produce(topic, b"x", timestamp=now - 10_000 + number * 1_000)
        producer.flush(60)
    admin = AdminClient(login.librdkafka())
    where = TopicPartition(topic, 0)

    def offset(spec: OffsetSpec) -> int:
        return admin.list_offsets({where: spec})[where].result(60).offset

    assert offset(OffsetSpec.earliest()) == 0
    assert offset(OffsetSpec.latest()) == 5
    assert offset(OffsetSpec.for_timestamp(now - 8_500)) == 2
    assert offset(OffsetSpec.for_timestamp(now + 60_000)) == -1
    assert offset(OffsetSpec.max_timestamp()) == 4


def test_a_topic_s_life(login: Login) -> None:
    admin = AdminClient(login.librdkafka())
    name = f"life-{uuid.uuid4().hex[:8]}"
    new = NewTopic(name, num_partitions=2, config={"retention.ms": "3600000"})
    admin.create_topics([new])[name].result(60)
    with pytest.raises(KafkaException) as refused:
        admin.create_topics([new])[name].result(60)
    assert refused.value.args[0].code() == KafkaError.TOPIC_ALREADY_EXISTS
    admin.create_partitions([NewPartitions(name, 5)])[name].result(60)
    assert len(admin.list_topics(name, timeout=60).topics[name].partitions) == 5

    resource = ConfigResource(ConfigResource.Type.TOPIC, name)
    entries = admin.describe_configs([resource])[resource].result(60)
    assert entries["retention.ms"].value == "3600000"
    assert entries["segment.bytes"].is_default
    change = ConfigEntry("retention.ms", "7200000", incremental_operation=AlterConfigOpType.SET)
    altered = ConfigResource(ConfigResource.Type.TOPIC, name, incremental_configs=[change])
    admin.incremental_alter_configs([altered])[altered].result(60)
    entries = admin.describe_configs([resource])[resource].result(60)
    assert entries["retention.ms"].value == "7200000"

    admin.delete_topics([name])[name].result(60)
    assert name not in admin.list_topics(timeout=60).topics
    admin.create_topics([new])[name].result(60)
    admin.delete_topics([name])[name].result(60)


def test_records_deleted_below_an_offset(login: Login, make_topic: Callable[..., str]) -> None:
    topic = make_topic(partitions=1)
    send(login, topic, [b"%d" % n for n in range(10)])
    admin = AdminClient(login.librdkafka())
    where = TopicPartition(topic, 0, 4)
    assert admin.delete_records([where])[where].result(60).low_watermark == 4
    told = {"auto.offset.reset": "earliest"}
    assert [m.offset() for m in read(login, topic, 6, **told)] == list(range(4, 10))


def test_a_message_too_large_is_refused_by_name(
    login: Login, make_topic: Callable[..., str]
) -> None:
    topic = make_topic(partitions=1, **{"max.message.bytes": "2000"})
    errors: list[KafkaError | None] = []
    producer = Producer(login.librdkafka())
    producer.produce(topic, b"x" * 5_000, on_delivery=lambda error, _: errors.append(error))
    producer.flush(60)
    assert [error.code() for error in errors if error] == [KafkaError.MSG_SIZE_TOO_LARGE]


def test_a_topic_that_is_not_there(login: Login) -> None:
    errors: list[KafkaError | None] = []
    producer = Producer(login.librdkafka(**{"topic.metadata.propagation.max.ms": 500}))
    producer.produce("absent", b"x", on_delivery=lambda error, _: errors.append(error))
    producer.flush(60)
    (error,) = errors
    assert error is not None
    assert error.code() in (KafkaError._UNKNOWN_TOPIC, KafkaError.UNKNOWN_TOPIC_OR_PART)
