"""Consumer groups as real clients join them: shares, commits, coming back, leaving."""

import asyncio
import time
import uuid
from collections.abc import Callable

import pytest
from aiokafka import AIOKafkaConsumer
from confluent_kafka import Consumer, ConsumerGroupState, Producer
from confluent_kafka import TopicPartition as ConfluentPartition
from confluent_kafka.admin import AdminClient
from kafka import KafkaAdminClient, KafkaConsumer

from tests.compat.clients import Login
from tests.service import ServiceUnderTest

PATIENCE_SECONDS = 90


def fill(login: Login, topic: str, partitions: int, each: int) -> set[tuple[int, bytes]]:
    producer = Producer(login.librdkafka())
    for index in range(partitions):
        for n in range(each):
            producer.produce(topic, b"%d" % n, partition=index)
    assert producer.flush(60) == 0
    return {(index, b"%d" % n) for index in range(partitions) for n in range(each)}


def confluent(login: Login, group: str, **more) -> Consumer:
    settings = {
        "group.id": group,
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
        "session.timeout.ms": 6000,
        "heartbeat.interval.ms": 500,
    }
    return Consumer(login.librdkafka(**settings, **more))


def read_until(consumers, wanted: set) -> dict:
    """Which consumer has read what; returns once everything in ``wanted`` was read."""
    found: dict = {consumer: set() for consumer in consumers}
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not wanted <= set().union(*found.values()):
        assert time.monotonic() < deadline, f"missing {wanted - set().union(*found.values())}"
        for consumer in consumers:
            message = consumer.poll(0.05)
            if message is not None and message.error() is None:
                found[consumer].add((message.partition(), message.value()))
    return found


@pytest.mark.parametrize("strategy", ["range", "roundrobin", "cooperative-sticky"])
def test_two_members_share_and_the_rest_takes_over(
    login: Login, make_topic: Callable[..., str], strategy: str
) -> None:
    topic, group = make_topic(partitions=4), f"share-{uuid.uuid4().hex[:8]}"
    settings = {"partition.assignment.strategy": strategy}
    first, second = confluent(login, group, **settings), confluent(login, group, **settings)
    for consumer in (first, second):
        consumer.subscribe([topic])
    deadline = time.monotonic() + PATIENCE_SECONDS
    while {len(first.assignment()), len(second.assignment())} != {2}:
        assert time.monotonic() < deadline
        first.poll(0.05)
        second.poll(0.05)
    wanted = fill(login, topic, 4, 25)
    found = read_until([first, second], wanted)
    assert {len({index for index, _ in each}) for each in found.values()} == {2}
    first.commit(asynchronous=False)
    second.commit(asynchronous=False)
    second.close()
    more = {(index, value + b"!") for index, value in wanted}
    producer = Producer(login.librdkafka())
    for index, value in more:
        producer.produce(topic, value, partition=index)
    producer.flush(60)
    assert read_until([first], more)[first] == more, "only what was not committed is read"
    first.close()


def test_a_group_comes_back_where_it_was(login: Login, make_topic: Callable[..., str]) -> None:
    topic, group = make_topic(partitions=1), f"back-{uuid.uuid4().hex[:8]}"
    wanted = fill(login, topic, 1, 10)
    consumer = confluent(login, group)
    consumer.subscribe([topic])
    read_until([consumer], wanted)
    note = "up to here " + "x" * 4000
    at = ConfluentPartition(topic, 0, 7, metadata=note, leader_epoch=0)
    consumer.commit(offsets=[at], asynchronous=False)
    consumer.close()
    again = confluent(login, group)
    (committed,) = again.committed([ConfluentPartition(topic, 0)], timeout=20)
    assert (committed.offset, committed.metadata) == (7, note)
    again.subscribe([topic])
    read_until([again], {(0, b"%d" % n) for n in (7, 8, 9)})
    again.close()


def test_a_static_member_restarts_without_a_rebalance(
    login: Login, make_topic: Callable[..., str]
) -> None:
    topic, group = make_topic(partitions=2), f"static-{uuid.uuid4().hex[:8]}"
    members = [confluent(login, group, **{"group.instance.id": f"i{n}"}) for n in range(2)]
    revoked: list = []
    members[0].subscribe([topic])
    members[1].subscribe([topic], on_revoke=lambda _, parts: revoked.append(parts))
    read_until(members, fill(login, topic, 2, 5))
    admin = AdminClient(login.librdkafka())

    def described():
        found = admin.describe_consumer_groups([group])[group].result(60)
        shares = {m.group_instance_id: m.assignment.topic_partitions for m in found.members}
        return found.state, shares

    deadline = time.monotonic() + PATIENCE_SECONDS
    while described()[0] != ConsumerGroupState.STABLE or len(described()[1]) < 2:
        assert time.monotonic() < deadline
        for member in members:
            member.poll(0.05)
    before = described()
    revoked.clear()
    members[0].close()
    members[0] = confluent(login, group, **{"group.instance.id": "i0"})
    members[0].subscribe([topic])
    while not members[0].assignment():
        assert time.monotonic() < deadline
        members[0].poll(0.05)
        members[1].poll(0.05)
    assert described() == before
    assert revoked == []
    for member in members:
        member.close()


def test_kafka_python_joins_commits_and_administers(
    login: Login, make_topic: Callable[..., str]
) -> None:
    topic, group = make_topic(partitions=2), f"kp-{uuid.uuid4().hex[:8]}"
    wanted = fill(login, topic, 2, 10)
    consumer = KafkaConsumer(
        topic, **login.python(), group_id=group, auto_offset_reset="earliest",
        enable_auto_commit=False, consumer_timeout_ms=20_000,
    )  # fmt: skip
    found = {(r.partition, r.value) for r in (next(consumer) for _ in wanted)}
    assert found == wanted
    consumer.commit()
    admin = KafkaAdminClient(**login.python())
    try:
        offsets = admin.list_group_offsets(group)
        committed = {where.partition: at.offset for where, at in offsets[group].items()}
        assert committed == {0: 10, 1: 10}
        consumer.close()
        assert group in {each["group_id"] for each in admin.list_groups()}
        admin.delete_groups([group])
        assert group not in {each["group_id"] for each in admin.list_groups()}
    finally:
        admin.close()


async def test_aiokafka_members_share(login: Login, make_topic: Callable[..., str]) -> None:
    topic, group = make_topic(partitions=4), f"aio-{uuid.uuid4().hex[:8]}"
    wanted = fill(login, topic, 4, 10)
    members = [
        AIOKafkaConsumer(
            topic,
            **login.python(),
            group_id=group,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            session_timeout_ms=6000,
            heartbeat_interval_ms=500,
        )
        for _ in range(2)
    ]
    try:
        await asyncio.gather(*(member.start() for member in members))
        found: set = set()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while found != wanted:
                for member in members:
                    for records in (await member.getmany(timeout_ms=100)).values():
                        found |= {(record.partition, record.value) for record in records}
                        await member.commit()
    finally:
        for member in members:
            await member.stop()


def test_groups_of_two_tenants_with_one_name_do_not_meet(
    login: Login, make_topic: Callable[..., str], cell: ServiceUnderTest
) -> None:
    topic, group = make_topic(partitions=1), f"same-{uuid.uuid4().hex[:8]}"
    wanted = fill(login, topic, 1, 3)
    mine = confluent(login, group)
    mine.subscribe([topic])
    read_until([mine], wanted)
    mine.commit(asynchronous=False)
    other = AdminClient(cell.add_tenant(f"other-{uuid.uuid4().hex[:8]}").librdkafka())
    assert other.list_consumer_groups().result(60).valid == []
    described = other.describe_consumer_groups([group])[group].result(60)
    assert described.members == []
    assert described.state == ConsumerGroupState.DEAD
    mine.close()


def next_generation(login: Login, group: str, **more) -> Consumer:
    """librdkafka on KIP-848's protocol: the coordinator assigns, nobody joins or syncs."""
    settings = {"group.id": group, "auto.offset.reset": "earliest", "enable.auto.commit": False}
    return Consumer(login.librdkafka(**settings, **{"group.protocol": "consumer", **more}))


@pytest.mark.parametrize("assignor", ["uniform", "range"])
def test_members_of_the_new_protocol_share_and_come_back(
    login: Login, make_topic: Callable[..., str], assignor: str
) -> None:
    topic, group = make_topic(partitions=4), f"next-{uuid.uuid4().hex[:8]}"
    settings = {"group.remote.assignor": assignor}
    first, second = (next_generation(login, group, **settings) for _ in range(2))
    first.subscribe([topic])
    read_until([first], fill(login, topic, 4, 10))
    second.subscribe([topic])
    deadline = time.monotonic() + PATIENCE_SECONDS
    while {len(first.assignment()), len(second.assignment())} != {2}:
        assert time.monotonic() < deadline
        first.poll(0.05)
        second.poll(0.05)
    more = {(index, b"more %d" % n) for index in range(4) for n in range(5)}
    producer = Producer(login.librdkafka())
    for index, value in more:
        producer.produce(topic, value, partition=index)
    producer.flush(60)
    found = read_until([first, second], more)
    assert {len({index for index, _ in each & more}) for each in found.values()} == {2}
    first.commit(asynchronous=False)
    second.commit(asynchronous=False)
    admin = AdminClient(login.librdkafka())
    described = admin.describe_consumer_groups([group])[group].result(60)
    assert described.state == ConsumerGroupState.STABLE
    assert sorted(len(m.assignment.topic_partitions) for m in described.members) == [2, 2]
    first.close()
    second.close()
    third = next_generation(login, group)
    committed = third.committed([ConfluentPartition(topic, n) for n in range(4)], timeout=20)
    assert [each.offset for each in committed] == [15] * 4
    third.close()


def test_a_group_moves_to_the_new_protocol_and_back(
    login: Login, make_topic: Callable[..., str]
) -> None:
    topic, group = make_topic(partitions=4), f"moves-{uuid.uuid4().hex[:8]}"
    classic = confluent(login, group)
    classic.subscribe([topic])
    read_until([classic], fill(login, topic, 4, 5))
    classic.commit(asynchronous=False)
    new = next_generation(login, group)
    new.subscribe([topic])
    deadline = time.monotonic() + PATIENCE_SECONDS

    def shared(*members: Consumer) -> None:
        while sorted(len(each.assignment()) for each in members) != [4 // len(members)] * len(
            members
        ):
            assert time.monotonic() < deadline
            for each in members:
                each.poll(0.05)

    shared(classic, new)
    new.close()
    shared(classic)
    more = {(index, b"after %d" % index) for index in range(4)}
    producer = Producer(login.librdkafka())
    for index, value in more:
        producer.produce(topic, value, partition=index)
    producer.flush(60)
    read_until([classic], more)
    classic.close()
