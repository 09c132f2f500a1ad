"""What the codec costs: ``python -m bench.micro_wire``.

Microseconds per call, the least of several runs, on one core and without I/O: the floor under a
broker's CPU per request. For the developer of ``brokers/wire``; claims about speed come from runs
against peers.
"""

import timeit
from collections.abc import Callable

from brokers.wire.batch import NewRecord, build_batch
from brokers.wire.headers import (
    RequestHeader,
    decode_request_header,
    encode_request_header,
    encode_response_header,
)
from brokers.wire.messages import (
    api_versions_response,
    fetch_request,
    fetch_response,
    metadata_request,
    metadata_response,
    produce_request,
    produce_response,
)
from brokers.wire.partitioner import partition_of
from brokers.wire.produced import verify_produced
from brokers.wire.records import iterate_records

REPEATS = 7


def microseconds(call: Callable[[], object]) -> float:
    timer = timeit.Timer(call)
    number, _ = timer.autorange()
    number = max(1, number // 10)
    return min(timer.repeat(REPEATS, number)) / number * 1e6


def batch_of(size: int) -> memoryview:
    return memoryview(build_batch([NewRecord(None, bytes(size - 80))], base_timestamp=1_000))


def produce(version: int, batches: int, size: int) -> memoryview:
    request = produce_request.ProduceRequest(
        acks=-1,
        timeout_ms=30_000,
        topic_data=[
            produce_request.TopicProduceData(
                name="flights",
                partition_data=[
                    produce_request.PartitionProduceData(index, batch_of(size))
                    for index in range(batches)
                ],
            )
        ],
    )
    return memoryview(b"".join(produce_request.encode(version, request)))


def produced_response() -> produce_response.ProduceResponse:
    partition = produce_response.PartitionProduceResponse(
        index=1, base_offset=1 << 33, log_start_offset=0
    )
    topic = produce_response.TopicProduceResponse(name="flights", partition_responses=[partition])
    return produce_response.ProduceResponse(responses=[topic])


def fetched(partitions: int, records: memoryview | None) -> fetch_response.FetchResponse:
    return fetch_response.FetchResponse(
        responses=[
            fetch_response.FetchableTopicResponse(
                topic="flights",
                partitions=[
                    fetch_response.PartitionData(
                        partition_index=index,
                        high_watermark=1 << 33,
                        last_stable_offset=1 << 33,
                        log_start_offset=0,
                        aborted_transactions=None,
                        records=records,
                    )
                    for index in range(partitions)
                ],
            )
        ]
    )


def fetch(version: int) -> memoryview:
    partitions = [
        fetch_request.FetchPartition(partition=i, fetch_offset=1 << 33, partition_max_bytes=1 << 20)
        for i in range(8)
    ]
    request = fetch_request.FetchRequest(
        max_wait_ms=500,
        min_bytes=1,
        topics=[fetch_request.FetchTopic(topic="flights", partitions=partitions)],
    )
    return memoryview(b"".join(fetch_request.encode(version, request)))


def metadata() -> metadata_response.MetadataResponse:
    broker = metadata_response.MetadataResponseBroker
    partition = metadata_response.MetadataResponsePartition
    return metadata_response.MetadataResponse(
        brokers=[broker(i, "broker.example.org", 9092) for i in (1, 2, 3)],
        cluster_id="lkc-7f3a2",
        controller_id=1,
        topics=[
            metadata_response.MetadataResponseTopic(
                name=f"topic-{topic}",
                topic_id=bytes(16),
                partitions=[
                    partition(0, index, 1, 5, [1, 2, 3], [1, 2, 3], []) for index in range(3)
                ],
            )
            for topic in range(100)
        ],
    )


def cases() -> dict[str, Callable[[], object]]:
    header = memoryview(encode_request_header(RequestHeader(0, 9, 77, "rdkafka")))
    one, eight, large = produce(9, 1, 16_384), produce(9, 8, 16_384), produce(9, 1, 1 << 20)
    old = produce(7, 1, 16_384)
    small_batch, batch, megabyte = batch_of(1_024), batch_of(16_384), batch_of(1 << 20)
    answer, one_fetched, empty = produced_response(), fetched(1, megabyte), fetched(8, None)
    ask, cluster = fetch(12), metadata()
    topics = metadata_request.MetadataRequest(
        topics=[metadata_request.MetadataRequestTopic(name=f"topic-{i}") for i in range(100)]
    )
    asked = memoryview(b"".join(metadata_request.encode(12, topics)))
    versions = api_versions_response.ApiVersionsResponse(
        api_keys=[api_versions_response.ApiVersion(key, 0, 9) for key in range(60)]
    )
    hundred = [NewRecord(b"N%05d" % i, bytes(100)) for i in range(100)]
    opened = memoryview(build_batch(hundred, base_timestamp=1_000))
    return {
        "request header v2, decode": lambda: decode_request_header(header),
        "response header v1, encode": lambda: encode_response_header(0, 9, 77),
        "Produce v9, 16 KB, decode": lambda: produce_request.decode(9, one),
        "Produce v7, 16 KB, decode": lambda: produce_request.decode(7, old),
        "Produce v9, 8 x 16 KB, decode": lambda: produce_request.decode(9, eight),
        "Produce v9, 1 MB, decode": lambda: produce_request.decode(9, large),
        "verify a batch of 1 KB": lambda: verify_produced(small_batch, max_bytes=1 << 21),
        "verify a batch of 16 KB": lambda: verify_produced(batch, max_bytes=1 << 21),
        "verify a batch of 1 MB": lambda: verify_produced(megabyte, max_bytes=1 << 21),
        "Produce v9 response, encode": lambda: produce_response.encode(9, answer),
        "Fetch v12, 8 partitions, decode": lambda: fetch_request.decode(12, ask),
        "Fetch v12 response, 1 x 1 MB, encode": lambda: fetch_response.encode(12, one_fetched),
        "Fetch v12 response, 8 empty, encode": lambda: fetch_response.encode(12, empty),
        "Metadata v12, 100 topics, decode": lambda: metadata_request.decode(12, asked),
        "Metadata v12 response, 300 partitions, encode": lambda: metadata_response.encode(
            12, cluster
        ),
        "ApiVersions v3 response, 60 keys, encode": lambda: api_versions_response.encode(
            3, versions
        ),
        "iterate a batch of 100 records": lambda: list(iterate_records(opened)),
        "partition of a key of 6 bytes": lambda: partition_of(b"N14228", 6),
    }


def main() -> None:
    for name, call in cases().items():
        print(f"{name:48} {microseconds(call):9.2f} µs")


if __name__ == "__main__":
    main()
