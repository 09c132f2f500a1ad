"""Brokers, topics, partitions and offsets, as REST v2 tells them. Brokers are asked for all of it
but a topic's configs."""

from typing import Final

from channels.db import database_sync_to_async
from django.http import HttpRequest, HttpResponseBase

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.metadata.topic_configs import TOPIC_CONFIGS, value_of
from brokers.selectors.topics import topic_named
from streaming.consumers.errors import PartitionNotFound, TopicNotFound
from streaming.consumers.topics import topic_names
from streaming.groups.extents import extents_of
from streaming.groups.model import TopicPartition
from streaming.records.clients import current_clients
from streaming.records.identity import READ
from streaming.records.reader import PartitionPlace, Reader
from streaming.rest.v2 import schemas
from streaming.rest.v2.answering import access_of, json_answer, v2_view
from streaming.rest.v2.describing import described_v2

Json = dict[str, object]

ABSENT: Final = frozenset({ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, ErrorCode.INVALID_TOPIC_EXCEPTION})
"""There is no topic of that name, or can be none."""


@described_v2(
    "check_kafka_v2",
    "Does nothing, for whoever wants to know whether the service answers. Needs no credential.",
    responses={200: schemas.answer(schemas.EMPTY, "It does.")},
    open_to_all=True,
)
@v2_view
async def liveness(_request: HttpRequest) -> HttpResponseBase:
    return json_answer({})


@described_v2(
    "post_kafka_v2",
    "As GET.",
    responses={200: schemas.answer(schemas.EMPTY, "It answers.")},
    open_to_all=True,
)
@v2_view
async def posted_liveness(_request: HttpRequest) -> HttpResponseBase:
    return json_answer({})


@described_v2(
    "list_brokers_v2",
    "The ids of the brokers that serve.",
    responses={200: schemas.answer(schemas.BROKERS, "The ids.")},
)
@v2_view
async def list_brokers(request: HttpRequest) -> HttpResponseBase:
    access = await access_of(request, READ)
    async with current_clients().reader(access.identity) as reader:
        return json_answer({"brokers": sorted(await reader.brokers())})


@described_v2(
    "list_topics_v2",
    "The tenant's topics by name.",
    responses={200: schemas.answer(schemas.NAMES, "The names.")},
)
@v2_view
async def list_topics(request: HttpRequest) -> HttpResponseBase:
    access = await access_of(request, READ)
    async with current_clients().reader(access.identity) as reader:
        return json_answer(await topic_names(reader))


@described_v2(
    "get_topic_v2",
    "A topic, its configs in force, and its partitions.",
    responses={200: schemas.answer(schemas.TOPIC, "The topic.")},
)
@v2_view
async def get_topic(request: HttpRequest, topic: str) -> HttpResponseBase:
    access = await access_of(request, READ)
    async with current_clients().reader(access.identity) as reader:
        places = await partitions_of(reader, topic)
    found = await database_sync_to_async(topic_named)(access.tenant_id, topic)
    if found is None:
        raise TopicNotFound(topic)
    configs = {name: value_of(name, found.configs) for name in TOPIC_CONFIGS}
    rows = [_partition(index, place) for index, place in sorted(places.items())]
    return json_answer({"name": topic, "configs": configs, "partitions": rows})


@described_v2(
    "list_partitions_v2",
    "The partitions of a topic.",
    responses={200: schemas.answer(schemas.PARTITION_LIST, "The partitions.")},
)
@v2_view
async def list_partitions(request: HttpRequest, topic: str) -> HttpResponseBase:
    access = await access_of(request, READ)
    async with current_clients().reader(access.identity) as reader:
        places = await partitions_of(reader, topic)
    return json_answer([_partition(index, place) for index, place in sorted(places.items())])


@described_v2(
    "get_partition_v2",
    "One partition of a topic.",
    responses={200: schemas.answer(schemas.PARTITION, "The partition.")},
)
@v2_view
async def get_partition(request: HttpRequest, topic: str, partition: int) -> HttpResponseBase:
    access = await access_of(request, READ)
    async with current_clients().reader(access.identity) as reader:
        places = await partitions_of(reader, topic)
    return json_answer(_partition(partition, place_of(places, topic, partition)))


@described_v2(
    "get_partition_offsets_v2",
    "The offset of a partition's oldest record, and that of the next one to be written.",
    responses={200: schemas.answer(schemas.EXTENT, "The offsets.")},
)
@v2_view
async def get_offsets(request: HttpRequest, topic: str, partition: int) -> HttpResponseBase:
    access = await access_of(request, READ)
    async with current_clients().reader(access.identity) as reader:
        place_of(await partitions_of(reader, topic), topic, partition)
        asked = TopicPartition(topic, partition)
        extents = await extents_of(reader, [asked])
    for refusal in extents.refused.values():
        raise refusal
    extent = extents.known[asked]
    return json_answer({"beginning_offset": extent.start, "end_offset": extent.end})


async def partitions_of(reader: Reader, topic: str) -> dict[int, PartitionPlace]:
    """The topic's partitions by index. Raises ``TopicNotFound`` and as ``Reader.partitions``."""
    try:
        return await reader.partitions(topic)
    except Refusal as refusal:
        if refusal.code in ABSENT:
            raise TopicNotFound(topic) from refusal
        raise


def place_of(places: dict[int, PartitionPlace], topic: str, partition: int) -> PartitionPlace:
    """Raises ``PartitionNotFound``."""
    if partition not in places:
        raise PartitionNotFound(topic, partition, len(places))
    return places[partition]


def _partition(index: int, place: PartitionPlace) -> Json:
    """``leader`` is -1 while there is none."""
    replicas = [
        {"broker": broker, "leader": broker == place.leader, "in_sync": broker in place.isr}
        for broker in place.replicas
    ]
    return {"partition": index, "leader": place.leader, "replicas": replicas}
