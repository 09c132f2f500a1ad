"""What the edge asks about groups, asked of Apache Kafka itself: its answers are the reference, and
some day it may stand where the brokers do.
"""

import asyncio
import time
from contextlib import contextmanager

import pytest
from aiokafka.client import AIOKafkaClient
from confluent_kafka import Consumer, Producer
from confluent_kafka import TopicPartition as Partition

from bench.kafka_jars import BRIEF
from bench.kafka_peer import apache_kafka
from bench.maven_jars import JarsUnavailable
from brokers.kernel.errors import ErrorCode, Refusal
from streaming.groups.deletion import delete_groups
from streaming.groups.describing import describe_group, describe_groups
from streaming.groups.lag import lag_of
from streaming.groups.listing import list_groups
from streaming.groups.model import TopicPartition
from streaming.groups.offsets import commit_offsets, committed_offsets, delete_offsets
from streaming.groups.reset import NamedTopics, execute_reset, propose_reset
from streaming.groups.reset_plan import ToEarliest, ToTime
from streaming.records.reader import Reader

SECONDS = 30


@pytest.fixture(scope="module")
def kafka(tmp_path_factory):
    """A running broker, and librdkafka's settings for it."""
    try:
        with apache_kafka(tmp_path_factory.mktemp("kafka"), 1, BRIEF) as (peer,):
            peer.create_topic("plain")
            peer.create_topic("marked")
            yield peer.client_config
    except JarsUnavailable as missing:
        pytest.skip(f"needs: Apache Kafka's jars ({missing})")


@pytest.fixture
async def reader(kafka):
    asked = Reader(AIOKafkaClient(bootstrap_servers=kafka["bootstrap.servers"]))
    await asked.start()
    yield asked
    await asked.close()


@contextmanager
def member(kafka, group, topic, protocol):
    """A consumer of a group that has been assigned the topic's one partition."""
    ours = {"group.id": group, "group.protocol": protocol, "enable.auto.commit": False}
    consumer = Consumer(kafka | ours)
    consumer.subscribe([topic])
    deadline = time.monotonic() + SECONDS
    try:
        while not consumer.assignment():
            assert time.monotonic() < deadline, "no partition was assigned"
            consumer.poll(0.1)
        yield
    finally:
        consumer.close()


def produce(kafka, topic, timestamps, **config):
    producer = Producer(kafka | config)
    if config:
        producer.init_transactions(SECONDS)
        producer.begin_transaction()
    for timestamp in timestamps:
        producer.produce(topic, b"x", timestamp=timestamp)
    if config:
        producer.commit_transaction(SECONDS)
    assert producer.flush(SECONDS) == 0


def wait_for_end(kafka, topic, end):
    """A transaction is committed once its coordinator has decided; its marker comes after that."""
    consumer = Consumer(kafka | {"group.id": "asks-for-ends"})
    deadline = time.monotonic() + SECONDS
    try:
        while (found := consumer.get_watermark_offsets(Partition(topic, 0), SECONDS)[1]) < end:
            assert time.monotonic() < deadline, f"{topic} ends at {found} and not {end}"
            time.sleep(0.01)
    finally:
        consumer.close()


def now_ms():
    return time.time_ns() // 1_000_000


@pytest.mark.parametrize("protocol", ["classic", "consumer"])
async def test_both_types_of_group_through_their_lives(kafka, reader, protocol):
    name, partition = f"life-{protocol}", TopicPartition("plain", 0)
    await asyncio.to_thread(produce, kafka, "plain", [now_ms()])
    running = member(kafka, name, "plain", protocol)
    await asyncio.to_thread(running.__enter__)
    try:
        listed = {group.name: group for group in await list_groups(reader)}[name]
        assert (listed.group_type, listed.state) == (protocol, "Stable")
        group = await describe_group(reader, name)
        (only,) = group.members
        assert (group.group_type, group.state, group.is_active) == (protocol, "Stable", True)
        assert only.assignment == (partition,)
        assert (group.epoch is None) == (protocol == "classic")
        (row,) = await lag_of(reader, group, now_ms())
        assert (row.owner, row.committed, row.records, row.seconds) == (only, None, None, None)

        proposal = await propose_reset(reader, name, NamedTopics({"plain": None}), ToEarliest())
        with pytest.raises(Refusal) as refused:
            await execute_reset(reader, proposal)
        assert refused.value.code is ErrorCode.NON_EMPTY_GROUP
        with pytest.raises(Refusal) as refused:
            await commit_offsets(reader, name, {partition: 0})
        assert refused.value.code is ErrorCode.UNKNOWN_MEMBER_ID
        with pytest.raises(Refusal) as refused:
            await delete_offsets(reader, name, [partition])
        assert refused.value.code is ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC
        refusals = await delete_groups(reader, [name])
        assert refusals[name].code is ErrorCode.NON_EMPTY_GROUP
    finally:
        await asyncio.to_thread(running.__exit__, None, None, None)

    proposal = await propose_reset(reader, name, NamedTopics({"plain": None}), ToEarliest())
    assert await execute_reset(reader, proposal) == {}
    assert (await committed_offsets(reader, name))[partition].offset == 0
    assert await delete_offsets(reader, name, [partition]) == {}
    assert await committed_offsets(reader, name) == {}
    refusals = await delete_groups(reader, [name, "absent"])
    assert {each: refusal.code.name for each, refusal in refusals.items()} == {
        "absent": "GROUP_ID_NOT_FOUND"
    }
    assert await describe_groups(reader, [name, "absent"]) == {}


async def test_a_transactions_marker_is_an_offset_and_no_record(kafka, reader):
    begun = now_ms()
    await asyncio.to_thread(
        produce, kafka, "marked", [begun - 50_000, begun - 40_000], **{"transactional.id": "t"}
    )
    await asyncio.to_thread(wait_for_end, kafka, "marked", 3)
    partition = TopicPartition("marked", 0)
    for offset, records, age in ((0, 3, 50), (1, 2, 40), (2, 1, None)):
        await commit_offsets(reader, "marks", {partition: offset})
        (row,) = await lag_of(reader, await describe_group(reader, "marks"), now_ms())
        assert row.records == records
        if age is None:
            assert row.seconds == 0.0
        else:
            assert age <= row.seconds <= age + (now_ms() - begun) / 1000

    scope = NamedTopics({"marked": (0,)})
    (step,) = (await propose_reset(reader, "marks", scope, ToTime(begun - 45_000))).steps
    assert (step.after, step.read_again) == (1, 1)
