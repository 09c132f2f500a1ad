"""Batches that no honest client makes, put into a topic past the edge's own producer."""

import gzip

from aiokafka import TopicPartition
from aiokafka.client import AIOKafkaClient
from aiokafka.protocol.produce import ProduceRequest
from crc32c import crc32c
from django.conf import settings

from brokers.kernel.limits import DECOMPRESSED_BYTES_MAX
from brokers.wire.batch import BatchHeader, pack_batch_header
from streaming.records.connection import client_options, way_in
from streaming.records.identity import READ, WRITE, Identity


def gzip_bomb() -> bytes:
    """A valid batch of one record whose records section is gzip of zeros without end."""
    records = gzip.compress(bytes(DECOMPRESSED_BYTES_MAX * 2), compresslevel=1)
    header = BatchHeader(0, len(records) + 49, -1, 2, 0, 1, 0, 1000, 1000, -1, -1, -1, 1)
    whole = bytearray(pack_batch_header(header) + records)
    whole[17:21] = crc32c(bytes(whole[21:])).to_bytes(4)
    return bytes(whole)


async def produce_batch_bytes(tenant, topic: str, batch: bytes) -> None:
    """Append ``batch`` to the topic's partition 0."""
    identity = Identity(tenant.id, "User:app", frozenset({READ, WRITE}))
    kafka = AIOKafkaClient(**client_options(way_in(settings.HEADWATER), identity))
    await kafka.bootstrap()
    try:
        await kafka.add_topic(topic)
        leader = kafka.cluster.leader_for_partition(TopicPartition(topic, 0))
        request = ProduceRequest(
            required_acks=-1,
            timeout=10_000,
            topics=[(topic, [(0, batch)])],
            transactional_id=None,
        )
        answer = await kafka.send(leader, request)
        assert answer.topics[0][1][0][1] == 0, answer
    finally:
        await kafka.close()
