"""Transactions of unmodified clients, and what becomes of them when brokers go."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka import TopicPartition as AioTopicPartition
from confluent_kafka import (
    OFFSET_INVALID,
    Consumer,
    KafkaException,
    Producer,
    TopicPartition,
)
from kafka import KafkaConsumer, KafkaProducer
from kafka import TopicPartition as PythonTopicPartition

from brokers.kernel.errors import ErrorCode
from brokers.node.coordination import transaction_coordinator
from brokers.node.coordination.internal_topics import (
    TRANSACTION_STATE,
    partition_for,
    qualified,
)
from brokers.transactions.state import TransactionState
from brokers.wire.messages.add_partitions_to_txn_request import (
    AddPartitionsToTxnRequest,
    AddPartitionsToTxnTopic,
    AddPartitionsToTxnTransaction,
)
from brokers.wire.messages.describe_transactions_request import DescribeTransactionsRequest
from brokers.wire.messages.end_txn_request import EndTxnRequest
from brokers.wire.messages.init_producer_id_request import InitProducerIdRequest
from brokers.wire.messages.list_transactions_request import ListTransactionsRequest
from brokers.wire.registry import ApiKey
from tests.login import Login
from tests.node.fakes import MemoryCell
from tests.node.harness import RunningNode, node_config, wait_until
from tests.node.raw_client import RawClient

BROKERS = (1, 2, 3)


@dataclass
class Trio:
    """Three brokers, a tenant with a topic of two partitions, and its key."""

    cell: MemoryCell
    folder: Path
    nodes: dict[int, RunningNode]
    tenant_id: str
    key: tuple[str, str]
    topic: str = "orders"

    def start(self, broker: int) -> None:
        config = node_config(self.folder / str(broker), broker)
        self.nodes[broker] = RunningNode(self.cell, config).wait_until_ready()

    def stop(self, broker: int) -> None:
        self.nodes.pop(broker).stop()

    @property
    def login(self) -> Login:
        bootstrap = ",".join(node.bootstrap for node in self.nodes.values())
        return Login(bootstrap, "SASL_PLAINTEXT", *self.key)

    def producer(self, transactional_id: str, **settings: object) -> Producer:
        told = {"transactional.id": transactional_id, **settings}
        producer = Producer(self.login.librdkafka(**told))
        producer.init_transactions(30)
        return producer

    def committed(self, count: int) -> list[bytes]:
        """What a reader of committed records sees of both partitions; waits for ``count``."""
        config = {"group.id": "g", "isolation.level": "read_committed", "enable.auto.commit": False}
        consumer = Consumer(self.login.librdkafka(**config))
        consumer.assign([TopicPartition(self.topic, each, 0) for each in (0, 1)])
        values: list[bytes] = []
        for _ in range(40):
            messages = consumer.consume(100, 0.25)
            assert not [message.error() for message in messages if message.error()]
            values += [message.value() for message in messages]
            if len(values) >= count and not messages:
                break
        consumer.close()
        return sorted(values)

    def coordinator(self, transactional_id: str, tenant_id: str | None = None) -> int:
        name = qualified(tenant_id or self.tenant_id, transactional_id)
        node = next(iter(self.nodes.values())).node
        topic = node.image.internal_topic(TRANSACTION_STATE)
        return self.cell.partitions[topic.id, partition_for(name, topic.partition_count)].leader

    def state(self, transactional_id: str) -> TransactionState:
        name = qualified(self.tenant_id, transactional_id)
        node = self.nodes[self.coordinator(transactional_id)].node
        return node.transaction_coordinator.shard_for(name).machine.transaction(name).state

    def connect(self, broker: int, key: tuple[str, str] | None = None) -> RawClient:
        return RawClient(self.nodes[broker].port).log_in(key or self.key)


@pytest.fixture
def trio(tmp_path) -> Iterator[Trio]:
    cell = MemoryCell()
    tenant = cell.add_tenant()
    trio = Trio(cell, tmp_path, {}, tenant.id, cell.add_key(tenant))
    with ExitStack() as stack:
        stack.callback(lambda: [trio.stop(broker) for broker in list(trio.nodes)])
        for broker in BROKERS:
            trio.start(broker)
        cell.add_topic(
            tenant.id,
            trio.topic,
            2,
            configs={"min.insync.replicas": "2"},
            replicas=[[1, 2, 3], [2, 3, 1]],
        )
        yield trio


def send(producer: Producer, topic: str, *values: bytes) -> None:
    for number, value in enumerate(values):
        producer.produce(topic, value, partition=number % 2)
    assert producer.flush(60) == 0


def test_confluent_kafka(trio):
    producer = trio.producer("orders-1")
    for number in range(4):
        producer.begin_transaction()
        send(producer, trio.topic, b"%d a" % number, b"%d b" % number)
        if number % 2:
            producer.abort_transaction(20)
        else:
            producer.commit_transaction(20)
    producer.begin_transaction()
    send(producer, trio.topic, b"open")
    assert trio.committed(4) == [b"0 a", b"0 b", b"2 a", b"2 b"]
    producer.commit_transaction(20)
    assert trio.committed(5) == [b"0 a", b"0 b", b"2 a", b"2 b", b"open"]


def test_what_is_read_and_what_is_written_count_together(trio):
    """Consume, produce, and commit the offsets in the transaction: all of it or nothing."""
    source = trio.topic
    trio.cell.add_topic(trio.tenant_id, "copies", 1)
    first = Producer(trio.login.librdkafka())
    send(first, source, b"a", b"b")
    producer = trio.producer("copier")
    consumer = Consumer(
        {**trio.login.librdkafka(), "group.id": "copiers", "enable.auto.commit": False}
    )
    partitions = [TopicPartition(source, each) for each in (0, 1)]
    for outcome in ("abort", "commit"):
        consumer.assign([TopicPartition(source, each, 0) for each in (0, 1)])
        read = 0
        producer.begin_transaction()
        while read < 2:
            message = consumer.poll(60)
            assert message is not None
            assert message.error() is None
            producer.produce("copies", message.value(), partition=0)
            read += 1
        positions = consumer.position(partitions)
        producer.send_offsets_to_transaction(positions, consumer.consumer_group_metadata(), 20)
        getattr(producer, f"{outcome}_transaction")(20)
        wait_until(lambda: trio.state("copier").name.startswith("COMPLETE"), "the markers")
        offsets = [each.offset for each in consumer.committed(partitions, 20)]
        assert offsets == ([1, 1] if outcome == "commit" else [OFFSET_INVALID] * 2)
    consumer.close()


def test_kafka_python(trio):
    producer = KafkaProducer(**trio.login.python(), transactional_id="orders-2")
    producer.init_transactions()
    for outcome in ("commit", "abort", "commit"):
        producer.begin_transaction()
        for partition in (0, 1):
            producer.send(trio.topic, outcome.encode(), partition=partition)
        getattr(producer, f"{outcome}_transaction")()
    producer.close()
    consumer = KafkaConsumer(**trio.login.python(), isolation_level="read_committed")
    partitions = [PythonTopicPartition(trio.topic, each) for each in (0, 1)]
    consumer.assign(partitions)
    consumer.seek_to_beginning()
    values: list[bytes] = []
    while len(values) < 4:
        batches = consumer.poll(5000)
        assert batches, f"only {values}"
        values += [record.value for records in batches.values() for record in records]
    consumer.close()
    assert values == [b"commit"] * 4


async def test_aiokafka(trio):
    options = trio.login.python()
    producer = AIOKafkaProducer(**options, transactional_id="orders-3")
    await producer.start()
    for outcome in (b"commit", b"abort", b"commit"):
        await producer.begin_transaction()
        for partition in (0, 1):
            await producer.send_and_wait(trio.topic, outcome, partition=partition)
        if outcome == b"commit":
            await producer.commit_transaction()
        else:
            await producer.abort_transaction()
    await producer.stop()
    consumer = AIOKafkaConsumer(**options, isolation_level="read_committed")
    await consumer.start()
    partitions = [AioTopicPartition(trio.topic, each) for each in (0, 1)]
    consumer.assign(partitions)
    await consumer.seek_to_beginning()
    values = [(await consumer.getone()).value for _ in range(4)]
    await consumer.stop()
    assert values == [b"commit"] * 4


def test_a_second_instance_fences_the_first(trio):
    first = trio.producer("orders-4")
    first.begin_transaction()
    send(first, trio.topic, b"first a", b"first b")
    second = trio.producer("orders-4")
    with pytest.raises(KafkaException) as caught:
        first.commit_transaction(20)
    assert caught.value.args[0].fatal()
    second.begin_transaction()
    send(second, trio.topic, b"second a", b"second b")
    second.commit_transaction(20)
    assert trio.committed(2) == [b"second a", b"second b"]


def test_a_transaction_that_takes_too_long_is_aborted(trio):
    producer = trio.producer("orders-5", **{"transaction.timeout.ms": 1000})
    producer.begin_transaction()
    send(producer, trio.topic, b"late a", b"late b")
    wait_until(lambda: trio.state("orders-5") is TransactionState.COMPLETE_ABORT, "the abort")
    with pytest.raises(KafkaException):
        producer.commit_transaction(20)
    assert trio.committed(0) == []


@pytest.mark.parametrize("role", ["coordinator", "leader"])
def test_a_transaction_outlives_a_broker(trio, role):
    producer = trio.producer("orders-6")
    producer.begin_transaction()
    send(producer, trio.topic, b"a", b"b")
    gone = trio.coordinator("orders-6") if role == "coordinator" else 2
    trio.stop(gone)
    send(producer, trio.topic, b"c", b"d")
    producer.commit_transaction(30)
    assert trio.committed(4) == [b"a", b"b", b"c", b"d"]
    wait_until(lambda: trio.state("orders-6") is TransactionState.COMPLETE_COMMIT, "the markers")


def test_a_topic_that_is_deleted_does_not_hold_up_the_transaction(trio):
    topic = trio.cell.add_topic(trio.tenant_id, "doomed", 1)
    producer = trio.producer("orders-7")
    producer.begin_transaction()
    send(producer, trio.topic, b"a", b"b")
    producer.produce("doomed", b"c", partition=0)
    assert producer.flush(60) == 0
    trio.cell.tombstone(topic.id)
    producer.commit_transaction(20)
    wait_until(lambda: trio.state("orders-7") is TransactionState.COMPLETE_COMMIT, "the markers")
    assert trio.committed(2) == [b"a", b"b"]


def test_admins_can_look(trio):
    producer = trio.producer("orders-8")
    producer.begin_transaction()
    send(producer, trio.topic, b"a", b"b")
    with trio.connect(trio.coordinator("orders-8")) as client:
        (row,) = client.ask(
            ApiKey.DESCRIBE_TRANSACTIONS, 0, DescribeTransactionsRequest(["orders-8"])
        ).transaction_states
        assert (row.error_code, row.transaction_state) == (0, "Ongoing")
        assert [(each.topic, sorted(each.partitions)) for each in row.topics] == [
            (trio.topic, [0, 1])
        ]
        listed = client.ask(ApiKey.LIST_TRANSACTIONS, 1, ListTransactionsRequest(["Ongoing"]))
        assert [each.transactional_id for each in listed.transaction_states] == ["orders-8"]
        for pattern, ids in {"orders-.": ["orders-8"], "orders": [], "": ["orders-8"]}.items():
            asked = ListTransactionsRequest(transactional_id_pattern=pattern)
            listed = client.ask(ApiKey.LIST_TRANSACTIONS, 2, asked)
            assert [each.transactional_id for each in listed.transaction_states] == ids
        odd = ListTransactionsRequest(transactional_id_pattern="(")
        refused = client.ask(ApiKey.LIST_TRANSACTIONS, 2, odd)
        assert refused.error_code == ErrorCode.INVALID_REGULAR_EXPRESSION
        unknown = client.ask(ApiKey.LIST_TRANSACTIONS, 1, ListTransactionsRequest(["Odd"]))
        assert (unknown.unknown_state_filters, unknown.transaction_states) == (["Odd"], [])
    producer.abort_transaction(20)


def test_another_tenant_sees_nothing_and_disturbs_nothing(trio):
    """The same name is another transaction, and a foreign producer id is as an absent one."""
    producer = trio.producer("orders-9")
    producer.begin_transaction()
    send(producer, trio.topic, b"a", b"b")
    other = trio.cell.add_tenant("other")
    key = trio.cell.add_key(other)
    trio.cell.add_topic(other.id, trio.topic, 2)
    mine = trio.state("orders-9")
    with trio.connect(trio.coordinator("orders-9", other.id), key) as client:
        rows = [
            client.ask(ApiKey.DESCRIBE_TRANSACTIONS, 0, DescribeTransactionsRequest([name]))
            .transaction_states[0].error_code
            for name in ("orders-9",)
        ]  # fmt: skip
        assert rows == [ErrorCode.TRANSACTIONAL_ID_NOT_FOUND]
        listed = client.ask(ApiKey.LIST_TRANSACTIONS, 1, ListTransactionsRequest())
        assert listed.transaction_states == []
        foreign = trio.nodes[trio.coordinator("orders-9")].node
        name = qualified(trio.tenant_id, "orders-9")
        transaction = foreign.transaction_coordinator.shard_for(name).machine.transaction(name)
        for producer_id in (transaction.producer.id, 2**40):
            topics = [AddPartitionsToTxnTopic(trio.topic, [0])]
            added = client.ask(
                ApiKey.ADD_PARTITIONS_TO_TXN,
                3,
                AddPartitionsToTxnRequest([], "orders-9", producer_id, 0, topics),
            )
            code = added.results_by_topic_v3_and_below[0].results_by_partition[0]
            assert code.partition_error_code == ErrorCode.INVALID_PRODUCER_ID_MAPPING
            for version in (4, 5):
                ended = client.ask(
                    ApiKey.END_TXN, version, EndTxnRequest("orders-9", producer_id, 0, True)
                )
                assert ended.error_code == ErrorCode.INVALID_PRODUCER_ID_MAPPING
    assert trio.state("orders-9") is mine
    producer.commit_transaction(20)
    assert trio.committed(2) == [b"a", b"b"]


def test_what_only_brokers_may_ask_is_not_answered_to_clients(trio):
    """On the external listener the versions do not exist; on the internal one a login decides."""
    trio.producer("orders-10")
    asked = AddPartitionsToTxnRequest(
        [AddPartitionsToTxnTransaction(qualified(trio.tenant_id, "orders-10"), 1, 0, True, [])]
    )
    with trio.connect(1) as client, pytest.raises((ConnectionError, EOFError, AssertionError)):
        client.ask(ApiKey.ADD_PARTITIONS_TO_TXN, 5, asked)


def test_the_next_transaction_waits_for_the_markers_of_the_last_one(trio, monkeypatch):
    """A client that goes on at once is not told to come back."""
    monkeypatch.setattr(transaction_coordinator, "COMPLETION_SECONDS_MAX", 20.0)
    trio.producer("orders-12")
    with trio.connect(trio.coordinator("orders-12")) as client:
        started = client.ask(ApiKey.INIT_PRODUCER_ID, 3, InitProducerIdRequest("orders-12", 60_000))
        producer = (started.producer_id, started.producer_epoch)
        topics = [AddPartitionsToTxnTopic(trio.topic, [0, 1])]
        for _ in range(5):
            client.send(
                ApiKey.ADD_PARTITIONS_TO_TXN,
                3,
                AddPartitionsToTxnRequest([], "orders-12", *producer, topics),
            )
            client.send(ApiKey.END_TXN, 3, EndTxnRequest("orders-12", *producer, True))
        for _ in range(5):
            added = client.receive(ApiKey.ADD_PARTITIONS_TO_TXN, 3)
            (topic,) = added.results_by_topic_v3_and_below
            assert [row.partition_error_code for row in topic.results_by_partition] == [0, 0]
            assert client.receive(ApiKey.END_TXN, 3).error_code == 0


def test_without_markers_the_next_transaction_is_told_to_come_back(trio, monkeypatch):
    trio.producer("orders-13")
    broker = trio.coordinator("orders-13")
    monkeypatch.setattr(trio.nodes[broker].node.markers, "send", lambda shard, markers: None)
    with trio.connect(broker) as client:
        started = client.ask(ApiKey.INIT_PRODUCER_ID, 3, InitProducerIdRequest("orders-13", 60_000))
        producer = (started.producer_id, started.producer_epoch)
        topics = [AddPartitionsToTxnTopic(trio.topic, [0])]
        asked = AddPartitionsToTxnRequest([], "orders-13", *producer, topics)
        client.ask(ApiKey.ADD_PARTITIONS_TO_TXN, 3, asked)
        ended = client.ask(ApiKey.END_TXN, 3, EndTxnRequest("orders-13", *producer, True))
        assert ended.error_code == 0
        (topic,) = client.ask(ApiKey.ADD_PARTITIONS_TO_TXN, 3, asked).results_by_topic_v3_and_below
    (row,) = topic.results_by_partition
    assert row.partition_error_code == ErrorCode.CONCURRENT_TRANSACTIONS


def test_a_transaction_of_a_partition_that_is_not_there_adds_nothing(trio):
    producer = trio.producer("orders-11")
    with trio.connect(trio.coordinator("orders-11")) as client:
        started = client.ask(ApiKey.INIT_PRODUCER_ID, 5, InitProducerIdRequest("orders-11", 60_000))
        topics = [
            AddPartitionsToTxnTopic(trio.topic, [0, 7]),
            AddPartitionsToTxnTopic("absent", [0]),
        ]
        request = AddPartitionsToTxnRequest(
            [], "orders-11", started.producer_id, started.producer_epoch, topics
        )
        answer = client.ask(ApiKey.ADD_PARTITIONS_TO_TXN, 3, request)
    codes = {
        (topic.name, row.partition_index): row.partition_error_code
        for topic in answer.results_by_topic_v3_and_below
        for row in topic.results_by_partition
    }
    assert codes == {
        (trio.topic, 0): ErrorCode.OPERATION_NOT_ATTEMPTED,
        (trio.topic, 7): ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
        ("absent", 0): ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    }
    assert trio.state("orders-11") is TransactionState.EMPTY
    del producer


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (InitProducerIdRequest("", 60_000), ErrorCode.INVALID_REQUEST),
        (InitProducerIdRequest("t" * 1_001, 60_000), ErrorCode.INVALID_REQUEST),
        (InitProducerIdRequest("t", 900_001), ErrorCode.INVALID_TRANSACTION_TIMEOUT),
        (InitProducerIdRequest("t", 60_000, 5, -1), ErrorCode.INVALID_REQUEST),
    ],
)
def test_what_init_producer_id_refuses(trio, request_, code):
    trio.producer("t")
    with trio.connect(trio.coordinator("t")) as client:
        assert client.ask(ApiKey.INIT_PRODUCER_ID, 5, request_).error_code == code
