"""Produce: acknowledgements, what is refused and with which code, and idempotence."""

import time
from dataclasses import replace

import pytest

from brokers.kernel.errors import ErrorCode
from brokers.kernel.ids import BrokerId
from brokers.wire.batch import NewRecord, build_batch
from brokers.wire.messages.init_producer_id_request import InitProducerIdRequest
from brokers.wire.messages.produce_request import (
    PartitionProduceData,
    ProduceRequest,
    TopicProduceData,
)
from brokers.wire.registry import ApiKey
from tests.node.harness import wait_until
from tests.node.raw_client import RawClient, batch


@pytest.mark.parametrize("version", range(3, 13))
@pytest.mark.parametrize("acks", [1, -1])
def test_offsets_rise_in_every_version(client, topic, version, acks):
    first = client.produce(topic.name, batch(b"a", b"b"), version=version, acks=acks)
    second = client.produce(topic.name, batch(b"c"), version=version, acks=acks)
    assert (first.error_code, first.base_offset) == (0, 0)
    assert (second.error_code, second.base_offset) == (0, 2)
    assert second.log_append_time_ms == -1


def test_by_topic_id(client, topic):
    row = client.produce(topic.id, batch(b"a"), version=13)
    assert (row.error_code, row.base_offset) == (0, 0)


def test_acks_all_means_that_the_high_watermark_has_passed(world, client, topic):
    row = client.produce(topic.name, batch(b"a"), acks=-1)
    assert client.fetch(topic.name, 0).high_watermark == row.base_offset + 1


def test_acks_0_is_never_answered(client, topic):
    client.send(ApiKey.PRODUCE, 9, client.produce_request(topic.name, batch(b"a"), acks=0))
    client._answered += 1
    row = client.produce(topic.name, batch(b"b"))
    assert row.base_offset == 1


def test_an_error_with_acks_0_closes(client):
    client.send(ApiKey.PRODUCE, 9, client.produce_request("absent", batch(b"a"), acks=0))
    assert client.is_closed_by_broker()


def test_log_append_time(world, client):
    topic = world.add_topic("stamped", message_timestamp_type="LogAppendTime")
    before = int(time.time() * 1000)
    row = client.produce(topic.name, batch(b"a", timestamp_ms=5))
    assert row.log_append_time_ms >= before


@pytest.mark.parametrize("acks", [2, -2, 32767])
def test_invalid_acks(client, topic, acks):
    row = client.produce(topic.name, batch(b"a"), acks=acks)
    assert row.error_code == ErrorCode.INVALID_REQUIRED_ACKS


def _damaged(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


@pytest.mark.parametrize(
    ("records", "code"),
    [
        (_damaged(batch(b"a")), ErrorCode.CORRUPT_MESSAGE),
        (batch(b"a") + batch(b"b"), ErrorCode.INVALID_RECORD),
        (b"", ErrorCode.INVALID_RECORD),
        (batch(b"a")[:40], ErrorCode.CORRUPT_MESSAGE),
        (batch(bytes(1_048_600)), ErrorCode.MESSAGE_TOO_LARGE),
        (batch(b"a", timestamp_ms=int(time.time() * 1000) + 86_400_000),
         ErrorCode.INVALID_TIMESTAMP),
    ],
    ids=["damaged", "two batches", "none", "cut off", "too large", "of tomorrow"],
)  # fmt: skip
def test_bad_records(client, topic, records, code):
    row = client.produce(topic.name, records)
    assert (row.error_code, row.base_offset) == (code, -1)
    assert row.error_message
    good = client.produce(topic.name, batch(b"a"))
    assert (good.error_code, good.base_offset) == (0, 0)


def test_several_partitions_each_have_their_own_answer(world, client):
    topic = world.add_topic("several", 3)
    request = ProduceRequest(
        acks=-1,
        timeout_ms=5000,
        topic_data=[
            TopicProduceData(
                topic.name,
                partition_data=[
                    PartitionProduceData(0, memoryview(batch(b"a"))),
                    PartitionProduceData(1, memoryview(_damaged(batch(b"a")))),
                    PartitionProduceData(7, memoryview(batch(b"a"))),
                ],
            ),
            TopicProduceData("absent", partition_data=[PartitionProduceData(0, None)]),
        ],
    )
    answer = client.ask(ApiKey.PRODUCE, 9, request)
    codes = [[row.error_code for row in topic.partition_responses] for topic in answer.responses]
    assert codes == [
        [ErrorCode.NONE, ErrorCode.CORRUPT_MESSAGE, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
        [ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
    ]


@pytest.mark.parametrize("acks", [0, 1, -1])
def test_pipelined_produces_keep_their_order(world, client, topic, acks):
    for number in range(200):
        request = client.produce_request(topic.name, batch(b"%d" % number), acks=acks)
        client.send(ApiKey.PRODUCE, 9, request)
    for number in range(200 if acks else 0):
        answer = client.receive(ApiKey.PRODUCE, 9)
        row = answer.responses[0].partition_responses[0]
        assert (row.error_code, row.base_offset) == (0, number)
    with world.connect() as reader:
        wait_until(
            lambda: reader.fetch(topic.name, 0).high_watermark == 200, "200 records committed"
        )


def test_a_produce_to_a_topic_not_yet_known_keeps_its_place(world, client):
    """The first request must catch up with the metadata; those behind it must not overtake."""
    topic = world.add_topic("just-made")
    for number in range(5):
        request = client.produce_request(topic.name, batch(b"%d" % number), acks=1)
        client.send(ApiKey.PRODUCE, 9, request)
    offsets = [
        client.receive(ApiKey.PRODUCE, 9).responses[0].partition_responses[0].base_offset
        for _ in range(5)
    ]
    assert offsets == [0, 1, 2, 3, 4]


def test_requests_with_and_without_a_wait_are_answered_in_order(client, topic):
    client.send(ApiKey.FETCH, 12, client.fetch_request(topic.name, 0, max_wait_ms=5000))
    client.send(ApiKey.PRODUCE, 9, client.produce_request(topic.name, batch(b"a"), acks=1))
    fetched = client.receive(ApiKey.FETCH, 12)
    produced = client.receive(ApiKey.PRODUCE, 9)
    assert len(fetched.responses[0].partitions[0].records) > 0
    assert produced.responses[0].partition_responses[0].base_offset == 0


def test_another_broker_leads(world, client):
    from brokers.metadata.records import BrokerRecord

    world.cell.put_broker(
        BrokerRecord(BrokerId(2), 1, "other.example", 9999, "127.0.0.1", 1, "volume")
    )
    topic = world.cell.add_topic(world.tenant.id, "elsewhere", leaders=[2])
    request = client.produce_request(topic.name, batch(b"a"))
    answer = client.ask(ApiKey.PRODUCE, 10, request)
    row = answer.responses[0].partition_responses[0]
    assert row.error_code == ErrorCode.NOT_LEADER_OR_FOLLOWER
    assert row.current_leader.leader_id == 2
    assert [(e.node_id, e.host, e.port) for e in answer.node_endpoints] == [
        (2, "other.example", 9999)
    ]
    answer = client.ask(ApiKey.FETCH, 16, client.fetch_request(topic.id, 0))
    assert answer.responses[0].partitions[0].current_leader.leader_id == 2
    assert answer.node_endpoints[0].port == 9999


# Idempotence.


@pytest.fixture
def producer(client) -> tuple[int, int]:
    answer = client.ask(ApiKey.INIT_PRODUCER_ID, 4, InitProducerIdRequest(transactional_id=None))
    assert answer.error_code == 0
    return answer.producer_id, answer.producer_epoch


def test_producer_ids_differ(world, client, producer):
    answer = client.ask(ApiKey.INIT_PRODUCER_ID, 0, InitProducerIdRequest(transactional_id=None))
    assert answer.producer_id != producer[0]


def test_a_transactional_producer_needs_a_name(client):
    answer = client.ask(ApiKey.INIT_PRODUCER_ID, 4, InitProducerIdRequest(transactional_id=""))
    assert answer.error_code == ErrorCode.INVALID_REQUEST


def test_each_of_the_last_five_batches_is_recognised(client, topic, producer):
    sent = [batch(b"%d" % n, producer=(*producer, n)) for n in range(7)]
    for number, data in enumerate(sent):
        assert client.produce(topic.name, data).base_offset == number
    for number in range(2, 7):
        row = client.produce(topic.name, sent[number])
        assert (row.error_code, row.base_offset) == (0, number)
    assert client.fetch(topic.name, 0).high_watermark == 7


def test_a_gap_in_the_sequence_is_refused(client, topic, producer):
    client.produce(topic.name, batch(b"a", producer=(*producer, 0)))
    row = client.produce(topic.name, batch(b"b", producer=(*producer, 2)))
    assert row.error_code == ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER


def test_a_gap_at_a_new_leader_may_close(world, client, topic, producer):
    """What is missing is on its way to the leader before: librdkafka would go on as a new producer,
    and write twice what other partitions were just writing."""
    client.produce(topic.name, batch(b"0", producer=(*producer, 0)))
    lead_anew(world, topic)
    row = client.produce(topic.name, batch(b"2", producer=(*producer, 2)))
    assert (row.error_code, row.base_offset) == (ErrorCode.NOT_ENOUGH_REPLICAS, -1)
    for sequence in (1, 2):
        row = client.produce(topic.name, batch(b"%d" % sequence, producer=(*producer, sequence)))
        assert (row.error_code, row.base_offset) == (0, sequence)


def test_a_gap_at_a_new_leader_is_told_in_the_end(world, client, topic, producer, monkeypatch):
    client.produce(topic.name, batch(b"0", producer=(*producer, 0)))
    lead_anew(world, topic)
    monkeypatch.setattr("brokers.node.handlers.produce.GAPS_MAY_CLOSE_MS", 0)
    row = client.produce(topic.name, batch(b"2", producer=(*producer, 2)))
    assert row.error_code == ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER


def test_what_a_new_leader_has_long_had_is_out_of_order_at_once(world, client, topic, producer):
    for sequence in range(7):
        client.produce(topic.name, batch(b"a", producer=(*producer, sequence)))
    lead_anew(world, topic)
    row = client.produce(topic.name, batch(b"a", producer=(*producer, 0)))
    assert row.error_code == ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER


def lead_anew(world, topic) -> None:
    """As after an election that this broker won."""
    record = world.cell.partitions[topic.id, 0]
    epoch = record.leader_epoch + 1
    world.cell.put_partition(
        replace(record, leader_epoch=epoch, partition_epoch=record.partition_epoch + 1)
    )
    runtime = world.node.node.partitions.get(topic.id, 0)
    wait_until(lambda: runtime.leader_epoch == epoch, "the new epoch")


def test_an_older_epoch_is_fenced(client, topic, producer):
    producer_id, epoch = producer
    client.produce(topic.name, batch(b"a", producer=(producer_id, epoch + 1, 0)))
    row = client.produce(topic.name, batch(b"b", producer=(producer_id, epoch, 1)))
    assert row.error_code == ErrorCode.INVALID_PRODUCER_EPOCH


def test_a_service_account_may_write_and_not_administer(world, topic):
    from brokers.wire.messages.create_topics_request import CreatableTopic, CreateTopicsRequest

    key = world.cell.add_key(world.tenant, administrator=False, principal="User:app")
    with RawClient(world.node.port).log_in(key) as client:
        assert client.produce(topic.name, batch(b"a")).error_code == 0
        assert client.fetch(topic.name, 0).error_code == 0
        answer = client.ask(
            ApiKey.CREATE_TOPICS, 5,
            CreateTopicsRequest([CreatableTopic("mine", 1, 1)], 5000),
        )  # fmt: skip
        assert answer.topics[0].error_code == ErrorCode.TOPIC_AUTHORIZATION_FAILED


def test_a_compacted_topic_takes_records_with_keys_only(world, client):
    compacted = world.add_topic("compacted", cleanup_policy="compact")
    keyless = client.produce(compacted.name, batch(b"a"))
    assert keyless.error_code == ErrorCode.INVALID_RECORD
    assert "no key" in keyless.error_message
    records = [NewRecord(b"k", b"v"), NewRecord(b"k", None)]
    keyed = build_batch(records, base_timestamp=int(time.time() * 1000), compression=4)
    row = client.produce(compacted.name, keyed)
    assert (row.error_code, row.base_offset) == (0, 0)


def test_a_topic_that_becomes_compacted_asks_for_keys_from_then_on(world, client, topic):
    assert client.produce(topic.name, batch(b"a")).error_code == 0
    world.cell.put_topic(replace(topic, configs={"cleanup.policy": "compact,delete"}))
    wait_until(
        lambda: client.produce(topic.name, batch(b"a")).error_code == ErrorCode.INVALID_RECORD,
        "the new policy",
    )
