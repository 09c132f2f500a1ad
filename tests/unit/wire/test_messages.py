"""The generated codecs at their edges: hostile lengths, tags, versions, and buffers not copied."""

import re
import subprocess
import sys
from importlib import import_module

import pytest

from brokers.kernel.errors import ProtocolError
from brokers.kernel.limits import DECODED_GROWTH, ELEMENT_UNIT_BYTES, REQUEST_UNITS_MAX
from brokers.wire.messages import (
    api_versions_request,
    api_versions_response,
    create_topics_request,
    describe_topic_partitions_response,
    fetch_request,
    fetch_response,
    join_group_response,
    metadata_request,
    metadata_response,
    offset_commit_request,
    produce_request,
    produce_response,
    sasl_authenticate_request,
)
from brokers.wire.messages.offset_commit_request import (
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
)
from brokers.wire.messages.versions import VERSIONS
from brokers.wire.registry import REQUESTS, RESPONSES, ApiKey, is_flexible


def hexes(text: str) -> memoryview:
    return memoryview(bytes.fromhex(text))


def test_empty_input_is_malformed() -> None:
    for api_key in REQUESTS:
        codec = REQUESTS[api_key]
        if api_key == ApiKey.API_VERSIONS:
            continue  # versions 0 to 2 have no body
        for version in range(codec.min_version, codec.max_version + 1):
            if api_key in (ApiKey.LIST_GROUPS, ApiKey.DESCRIBE_CLUSTER) and version < 3:
                continue
            with pytest.raises(ProtocolError):
                codec.decode(version, memoryview(b""))


@pytest.mark.parametrize(
    ("version", "body", "reason"),
    [
        (12, "ffffffff0f 00 00 00", "elements"),
        (12, "81808000", "elements"),
        (12, "ffffffffff", "varint"),
        (12, "ffffffff1f", "32 bits"),
        (12, "02" + "00" * 15, "elements"),
        (12, "02" + "00" * 16 + "05 61 62", "bytes"),
        (12, "02" + "00" * 16 + "03 ff fe 00 01 00 00", "utf-8"),
        (12, "02" + "00" * 16 + "ffff7f" + "61" * 100, "string"),
        (1, "7fffffff", "elements"),
        (1, "fffffffe", "null"),
        (1, "00000001 ffff", "null"),
        (1, "00000001 0003 6162", "bytes"),
        (1, "00000001 8000", "null"),
        (12, "01 01", "unpack"),
        (12, "01", "unpack"),
    ],
)
def test_malformed_metadata_requests(version: int, body: str, reason: str) -> None:
    data = hexes(body)
    with pytest.raises(ProtocolError) as error:
        metadata_request.decode(version, data)
    assert re.search(reason, str(error.value)) or "cannot be read" in str(error.value)


def test_null_and_empty_arrays_differ() -> None:
    assert metadata_request.decode(1, hexes("ffffffff")).topics is None
    assert metadata_request.decode(1, hexes("00000000")).topics == []
    assert metadata_request.decode(12, hexes("00 01 00 00")).topics is None
    assert metadata_request.decode(12, hexes("01 01 00 00")).topics == []


def test_elements_are_counted_over_the_whole_request() -> None:
    def request(topics: int, configs: int) -> memoryview:
        config = create_topics_request.CreatableTopicConfig(name="a", value=None)
        topic = create_topics_request.CreatableTopic(name="t", configs=[config] * configs)
        whole = create_topics_request.CreateTopicsRequest(topics=[topic] * topics)
        return memoryview(b"".join(create_topics_request.encode(7, whole)))

    # A config takes 4 bytes here and 2 units; every further topic brings more units than room.
    size = len(request(100, 1)) / 100
    assert size * DECODED_GROWTH / ELEMENT_UNIT_BYTES < 5
    assert len(create_topics_request.decode(7, request(100, 80)).topics) == 100
    with pytest.raises(ProtocolError, match="no more than its size allows"):
        create_topics_request.decode(7, request(300, 80))
    with pytest.raises(ProtocolError, match="no more than its size allows"):
        create_topics_request.decode(7, request(1, 20_000))


def test_an_honest_request_of_thousands_of_partitions_is_read() -> None:
    partitions = [
        OffsetCommitRequestPartition(index, 1 << 40, 300, committed_metadata="a note")
        for index in range(10_000)
    ]
    topics = [OffsetCommitRequestTopic("orders", partitions=partitions)]
    frame = b"".join(offset_commit_request.encode(9, OffsetCommitRequest("g", topics=topics)))
    read = offset_commit_request.decode(9, memoryview(frame))
    assert read.topics[0].partitions == partitions


def test_answers_of_a_large_cluster_are_read() -> None:
    topics = [metadata_response.MetadataResponseTopic(name="t")] * REQUEST_UNITS_MAX
    response = metadata_response.MetadataResponse(topics=topics)
    frame = memoryview(b"".join(metadata_response.encode(12, response)))
    assert len(metadata_response.decode(12, frame).topics) == REQUEST_UNITS_MAX


@pytest.mark.parametrize("version", [-1, 14, 1000])
def test_versions_out_of_range(version: int) -> None:
    with pytest.raises(ProtocolError, match="not supported"):
        metadata_request.decode(version, memoryview(bytes(100)))
    with pytest.raises(ValueError, match="not supported"):
        metadata_request.encode(version, metadata_request.MetadataRequest())


def test_produce_starts_at_version_3() -> None:
    with pytest.raises(ProtocolError):
        produce_request.decode(2, memoryview(bytes(100)))


TAGGED = "01 01 00 {tags}"


def test_unknown_tags_are_ignored() -> None:
    body = hexes(TAGGED.format(tags="02 05 02 aaaa 8101 00"))
    assert metadata_request.decode(12, body).topics == []


@pytest.mark.parametrize(
    "tags",
    [
        "02 05 00 05 00",
        "02 05 00 04 00",
        "01 05 7f",
        "01",
        "7f" + "00 00" * 127,
        "01 05 ffffffff0f",
    ],
)
def test_malformed_tag_sections(tags: str) -> None:
    with pytest.raises(ProtocolError):
        metadata_request.decode(12, hexes(TAGGED.format(tags=tags)))


def test_known_tags_are_read_beside_unknown_ones() -> None:
    request = fetch_request.FetchRequest(cluster_id="lkc-1", max_bytes=9)
    (body,) = fetch_request.encode(12, request)
    with_unknown = bytes(body[:-9]) + b"\x02" + bytes(body[-8:]) + b"\x09\x01\xee"
    assert fetch_request.decode(12, memoryview(with_unknown)).cluster_id == "lkc-1"


def test_a_known_tag_ends_where_its_size_says() -> None:
    (body,) = fetch_request.encode(12, fetch_request.FetchRequest(cluster_id="lkc-1"))
    longer = bytes(body[:-7]) + b"\x07\x06lkc-1!"
    with pytest.raises(ProtocolError, match="does not end"):
        fetch_request.decode(12, memoryview(longer))


def test_tags_with_default_values_are_not_sent() -> None:
    empty = api_versions_response.ApiVersionsResponse()
    assert api_versions_response.encode(3, empty) == [bytes.fromhex("0000 01 00000000 00")]


def test_records_are_slices_of_what_came_in() -> None:
    records = bytes(range(200))
    request = produce_request.ProduceRequest(
        acks=-1,
        timeout_ms=1_500,
        topic_data=[
            produce_request.TopicProduceData(
                name="flights",
                partition_data=[
                    produce_request.PartitionProduceData(index=2, records=memoryview(records)),
                    produce_request.PartitionProduceData(index=3),
                ],
            )
        ],
    )
    for version in (3, 9, 12):
        frame = b"".join(produce_request.encode(version, request))
        decoded = produce_request.decode(version, memoryview(frame))
        first, second = decoded.topic_data[0].partition_data
        assert first.records == records
        assert first.records is not None
        assert first.records.obj is frame
        assert second.records is None


def test_fetched_records_are_handed_on_uncopied() -> None:
    stored, more = memoryview(bytes(10_000)), b"tail"
    partition = fetch_response.PartitionData(partition_index=1, records=[stored, more])
    response = fetch_response.FetchResponse(
        responses=[fetch_response.FetchableTopicResponse(topic="t", partitions=[partition] * 2)]
    )
    for version in (4, 11, 12, 17):
        parts = fetch_response.encode(version, response)
        assert [part is stored for part in parts].count(True) == 2
        assert [part is more for part in parts].count(True) == 2
        assert len(parts) <= 7, "the fixed runs between records are joined"
        topic = fetch_response.decode(version, memoryview(b"".join(parts))).responses[0]
        assert [p.records for p in topic.partitions] == [bytes(stored) + more] * 2


@pytest.mark.parametrize("records", [None, b"", [], [b""]])
def test_no_records_need_no_buffer_of_their_own(records: object) -> None:
    partition = fetch_response.PartitionData(records=records)  # type: ignore[arg-type]
    response = fetch_response.FetchResponse(
        responses=[fetch_response.FetchableTopicResponse(partitions=[partition])]
    )
    assert len(fetch_response.encode(12, response)) == 1


def test_what_a_version_cannot_carry() -> None:
    request = metadata_request.MetadataRequest(topics=[], allow_auto_topic_creation=False)
    with pytest.raises(ValueError, match="allow_auto_topic_creation"):
        metadata_request.encode(3, request)
    with pytest.raises(ValueError, match="may not be None"):
        metadata_request.encode(0, metadata_request.MetadataRequest(topics=None))


def test_ignorable_fields_are_dropped() -> None:
    response = produce_response.ProduceResponse(
        responses=[
            produce_response.TopicProduceResponse(
                name="t",
                partition_responses=[
                    produce_response.PartitionProduceResponse(
                        index=1,
                        base_offset=5,
                        log_start_offset=4,
                        error_message="why",
                    )
                ],
            )
        ]
    )
    frame = memoryview(b"".join(produce_response.encode(3, response)))
    (partition,) = produce_response.decode(3, frame).responses[0].partition_responses
    assert (partition.base_offset, partition.error_message) == (5, None)


@pytest.mark.parametrize(
    "topic",
    [
        {"name": None},
        {"name": "x" * 40_000},
        {"name": 5},
        {"name": "t", "num_partitions": 1 << 40},
        {"name": "t", "replication_factor": "3"},
        {"name": "\udc80"},
    ],
)
@pytest.mark.parametrize("version", [2, 7])
def test_values_that_do_not_fit_are_value_errors(version: int, topic: dict[str, object]) -> None:
    creatable = create_topics_request.CreatableTopic(**topic)  # type: ignore[arg-type]
    with pytest.raises(ValueError):
        create_topics_request.encode(
            version, create_topics_request.CreateTopicsRequest(topics=[creatable])
        )


def test_nullable_structs() -> None:
    response = describe_topic_partitions_response.DescribeTopicPartitionsResponse
    cursor = describe_topic_partitions_response.Cursor("t", 3)
    for value in (None, cursor):
        (body,) = describe_topic_partitions_response.encode(0, response(next_cursor=value))
        decoded = describe_topic_partitions_response.decode(0, memoryview(body))
        assert decoded.next_cursor == value


def test_nullable_in_some_versions_only() -> None:
    response = join_group_response.JoinGroupResponse(protocol_name=None)
    with pytest.raises(ValueError, match="protocol_name"):
        join_group_response.encode(6, response)
    (body,) = join_group_response.encode(7, response)
    assert join_group_response.decode(7, memoryview(body)).protocol_name is None
    nameless = metadata_response.MetadataResponse(
        topics=[metadata_response.MetadataResponseTopic(name=None)]
    )
    with pytest.raises(ValueError, match="name"):
        metadata_response.encode(9, nameless)


def test_bytes_are_copied_out_of_the_frame() -> None:
    frame = bytearray(hexes("00000003 616263"))
    request = sasl_authenticate_request.decode(0, memoryview(frame))
    frame[4:] = b"???"
    assert request.auth_bytes == b"abc"


def test_a_body_may_start_anywhere() -> None:
    (body,) = api_versions_request.encode(
        3, api_versions_request.ApiVersionsRequest("kcat", "1.7.0")
    )
    found = api_versions_request.decode(3, memoryview(b"header" + body + b"more"), 6)
    assert (found.client_software_name, found.client_software_version) == ("kcat", "1.7.0")


# The highest version that each of these clients sends, where it is not the broker's own.
CLIENTS = {
    "aiokafka": {0: 7, 1: 11, 2: 3, 3: 5, 18: 0, 19: 3, 20: 3, 22: 0, 32: 2, 36: 1, 37: 1},
    "kafkajs": {0: 7, 1: 11, 2: 3, 3: 6, 18: 2, 19: 3, 20: 1, 21: 1, 22: 1, 32: 2, 33: 1, 37: 1},
    "librdkafka": {0: 10, 1: 16, 2: 7, 3: 13, 18: 3, 19: 4, 20: 4, 22: 4, 23: 2, 32: 1, 44: 1},
}


@pytest.mark.parametrize("client", CLIENTS)
def test_what_todays_clients_send_is_covered(client: str) -> None:
    for api_key, version in CLIENTS[client].items():
        assert REQUESTS[api_key].min_version <= version <= REQUESTS[api_key].max_version
        assert RESPONSES[api_key].min_version <= version <= RESPONSES[api_key].max_version


def test_every_api_has_both_halves_and_a_name() -> None:
    assert set(VERSIONS) == {int(key) for key in ApiKey}
    for key in ApiKey:
        name, first, last, flexible_from = VERSIONS[key]
        assert name == key.name.lower()
        for direction in ("request", "response"):
            module = import_module(f"brokers.wire.messages.{name}_{direction}")
            says = [module.API_KEY, module.MIN_VERSION, module.MAX_VERSION, module.FLEXIBLE_FROM]
            assert says == [key, first, last, flexible_from]
        assert REQUESTS[key].api_key is key


def test_flexible_versions() -> None:
    assert is_flexible(ApiKey.PRODUCE, 9)
    assert not is_flexible(ApiKey.PRODUCE, 8)
    assert not is_flexible(ApiKey.SASL_HANDSHAKE, 1)
    assert not is_flexible(4_242, 9)


def test_an_unknown_api_has_no_codec() -> None:
    with pytest.raises(KeyError):
        REQUESTS[4_242]
    assert 4_242 not in RESPONSES


def test_the_generated_modules_are_what_the_generator_writes() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "brokers.wire.generator", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
