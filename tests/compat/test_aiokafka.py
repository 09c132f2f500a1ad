"""aiokafka: the oldest protocol versions among today's clients."""

import time
import uuid
from collections.abc import Callable

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from tests.compat.clients import Login


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
@pytest.mark.parametrize("codec", [None, "gzip", "snappy", "lz4", "zstd"])
async def test_produce_and_consume(
    login: Login, make_topic: Callable[..., str], mechanism: str, codec: str | None
) -> None:
    topic = make_topic(partitions=1)
    settings = login.python(mechanism)
    async with AIOKafkaProducer(
        **settings, compression_type=codec, enable_idempotence=True, linger_ms=10
    ) as producer:
        sent = [await producer.send(topic, b"%d" % n, key=b"k") for n in range(100)]
        offsets = [(await one).offset for one in sent]
    assert offsets == list(range(100))
    async with AIOKafkaConsumer(**settings, enable_auto_commit=False) as consumer:
        where = TopicPartition(topic, 0)
        consumer.assign([where])
        await consumer.seek_to_beginning(where)
        values = [(await consumer.getone()).value for _ in range(100)]
    assert values == [b"%d" % n for n in range(100)]


async def test_offsets(login: Login, make_topic: Callable[..., str]) -> None:
    topic = make_topic(partitions=1)
    where = TopicPartition(topic, 0)
    now = int(time.time() * 1000)
    # acks=1, this client's default, is answered before consumers can see the record.
    async with AIOKafkaProducer(**login.python(), acks="all") as producer:
        for number in range(4):
            await producer.send_and_wait(topic, b"x", timestamp_ms=now - 4_000 + number * 1_000)
    async with AIOKafkaConsumer(**login.python(), enable_auto_commit=False) as consumer:
        consumer.assign([where])
        assert await consumer.beginning_offsets([where]) == {where: 0}
        assert await consumer.end_offsets([where]) == {where: 4}
        found = await consumer.offsets_for_times({where: now - 2_500})
        assert found[where].offset == 2


async def test_administration(login: Login) -> None:
    admin = AIOKafkaAdminClient(**login.python())
    await admin.start()
    name = f"aio-{uuid.uuid4().hex[:8]}"
    try:
        await admin.create_topics([NewTopic(name, num_partitions=2, replication_factor=1)])
        assert name in await admin.list_topics()
        await admin.delete_topics([name])
        assert name not in await admin.list_topics()
    finally:
        await admin.close()
