"""Looking at groups: ``…/consumer-groups`` and what lies under it."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponseBase, JsonResponse

from brokers.kernel.errors import ErrorCode, Refusal
from streaming.access.caller import TenantAccess
from streaming.access.request_caller import acaller_of_request
from streaming.groups.describing import describe_group, describe_groups
from streaming.groups.lag import PartitionLag, lag_of
from streaming.groups.listing import list_groups
from streaming.groups.model import Group, Member, TopicPartition
from streaming.groups.totals import totals_of
from streaming.records.clients import current_clients
from streaming.records.identity import READ
from streaming.records.reader import Reader
from streaming.rest.answers import answering_errors
from streaming.rest.groups import resources, schemas
from streaming.rest.groups.resources import GroupLinks
from streaming.rest.operations import described, json_response
from streaming.rest.resources import Links, collection


@dataclass(frozen=True, slots=True)
class Asked:
    """A caller who may do what it asks, with a client of its identity."""

    access: TenantAccess
    reader: Reader
    links: Links

    def urls(self, group: str) -> GroupLinks:
        return GroupLinks(self.links, self.access.cluster_id, group)


@asynccontextmanager
async def asking(request: HttpRequest, cluster_id: str, scope: str) -> AsyncIterator[Asked]:
    """Raises ``AccessError`` unless the caller has ``scope`` at the cluster."""
    access = (await acaller_of_request(request)).access(cluster_id)
    access.require(scope)
    links = Links(request.build_absolute_uri("/kafka/v3"))
    async with current_clients().reader(access.identity) as reader:
        yield Asked(access, reader, links)


@described(
    "listKafkaConsumerGroups",
    "The tenant's consumer groups, of both types, by name.",
    responses={200: json_response(schemas.GROUPS, "The groups.")},
)
@answering_errors
async def list_consumer_groups(request: HttpRequest, cluster_id: str) -> HttpResponseBase:
    async with asking(request, cluster_id, READ) as asked:
        listed = await list_groups(asked.reader)
        found = await describe_groups(asked.reader, [group.name for group in listed])
    data = [resources.group_resource(asked.urls(name), found[name]) for name in sorted(found)]
    url = resources.groups_url(asked.links, cluster_id)
    return JsonResponse(collection("KafkaConsumerGroup", url, data))


@described(
    "listKafkaConsumerGroupTotals",
    "Every group's members and lag as a number each, by name: for lists that are sorted by them.",
    responses={200: json_response(schemas.TOTALS, "The totals.")},
)
@answering_errors
async def list_group_totals(request: HttpRequest, cluster_id: str) -> HttpResponseBase:
    async with asking(request, cluster_id, READ) as asked:
        listed = await list_groups(asked.reader)
        found = await describe_groups(asked.reader, [group.name for group in listed])
        totals = await totals_of(asked.reader, [found[name] for name in sorted(found)])
    return JsonResponse({"data": [resources.total_resource(total) for total in totals]})


@described(
    "getKafkaConsumerGroup",
    "One consumer group.",
    responses={200: json_response(schemas.GROUP, "The group.")},
)
@answering_errors
async def get_consumer_group(
    request: HttpRequest, cluster_id: str, consumer_group_id: str
) -> HttpResponseBase:
    async with asking(request, cluster_id, READ) as asked:
        group = await describe_group(asked.reader, consumer_group_id)
    return JsonResponse(resources.group_resource(asked.urls(group.name), group))


@described(
    "listKafkaConsumers",
    "The members of a group.",
    responses={200: json_response(schemas.CONSUMERS, "The members.")},
)
@answering_errors
async def list_consumers(
    request: HttpRequest, cluster_id: str, consumer_group_id: str
) -> HttpResponseBase:
    async with asking(request, cluster_id, READ) as asked:
        group = await describe_group(asked.reader, consumer_group_id)
    urls = asked.urls(group.name)
    data = (resources.consumer_resource(urls, member) for member in group.members)
    return JsonResponse(collection("KafkaConsumer", urls.consumers, data))


@described(
    "getKafkaConsumer",
    "One member of a group.",
    responses={200: json_response(schemas.CONSUMER, "The member.")},
)
@answering_errors
async def get_consumer(
    request: HttpRequest, cluster_id: str, consumer_group_id: str, consumer_id: str
) -> HttpResponseBase:
    async with asking(request, cluster_id, READ) as asked:
        group = await describe_group(asked.reader, consumer_group_id)
    member = _member(group, consumer_id)
    return JsonResponse(resources.consumer_resource(asked.urls(group.name), member))


@described(
    "listKafkaConsumerAssignments",
    "The partitions that a member reads.",
    responses={200: json_response(schemas.ASSIGNMENTS, "The partitions.")},
)
@answering_errors
async def list_consumer_assignments(
    request: HttpRequest, cluster_id: str, consumer_group_id: str, consumer_id: str
) -> HttpResponseBase:
    async with asking(request, cluster_id, READ) as asked:
        group = await describe_group(asked.reader, consumer_group_id)
    member = _member(group, consumer_id)
    return JsonResponse(resources.assignments_resource(asked.urls(group.name), member))


@described(
    "getKafkaConsumerAssignment",
    "One partition that a member reads.",
    responses={200: json_response(schemas.ASSIGNMENT, "The partition.")},
)
@answering_errors
async def get_consumer_assignment(  # noqa: PLR0917
    request: HttpRequest,
    cluster_id: str,
    consumer_group_id: str,
    consumer_id: str,
    topic_name: str,
    partition_id: int,
) -> HttpResponseBase:
    async with asking(request, cluster_id, READ) as asked:
        group = await describe_group(asked.reader, consumer_group_id)
    member = _member(group, consumer_id)
    partition = TopicPartition(topic_name, partition_id)
    if partition not in (member.assignment or ()):
        raise Refusal(
            ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
            f"consumer {consumer_id!r} of group {group.name!r} is not assigned {partition}; "
            "list its assignments to see what it reads",
        )
    urls = asked.urls(group.name)
    return JsonResponse(resources.assignment_resource(urls, member, partition))


@described(
    "listKafkaConsumerLags",
    "How far the group is behind, by partition: in records and in seconds.",
    responses={200: json_response(schemas.LAGS, "The lags.")},
)
@answering_errors
async def list_consumer_lags(
    request: HttpRequest, cluster_id: str, consumer_group_id: str
) -> HttpResponseBase:
    async with asking(request, cluster_id, READ) as asked:
        lags = await _lags(asked.reader, consumer_group_id)
    urls = asked.urls(consumer_group_id)
    data = (resources.lag_resource(urls, lag) for lag in lags)
    return JsonResponse(collection("KafkaConsumerLag", urls.lags, data))


@described(
    "getKafkaConsumerLag",
    "How far the group is behind on one partition.",
    responses={200: json_response(schemas.LAG, "The lag.")},
)
@answering_errors
async def get_consumer_lag(
    request: HttpRequest,
    cluster_id: str,
    consumer_group_id: str,
    topic_name: str,
    partition_id: int,
) -> HttpResponseBase:
    async with asking(request, cluster_id, READ) as asked:
        lags = await _lags(asked.reader, consumer_group_id)
    partition = TopicPartition(topic_name, partition_id)
    for lag in lags:
        if lag.partition == partition:
            return JsonResponse(resources.lag_resource(asked.urls(consumer_group_id), lag))
    raise Refusal(
        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
        f"group {consumer_group_id!r} has committed nothing for {partition}, nor is a member "
        "assigned it; list the group's lags to see what it reads",
    )


@described(
    "getKafkaConsumerGroupLagSummary",
    "The largest and the total lag of a group.",
    responses={200: json_response(schemas.LAG_SUMMARY, "The summary.")},
)
@answering_errors
async def get_lag_summary(
    request: HttpRequest, cluster_id: str, consumer_group_id: str
) -> HttpResponseBase:
    async with asking(request, cluster_id, READ) as asked:
        lags = await _lags(asked.reader, consumer_group_id)
    return JsonResponse(resources.lag_summary_resource(asked.urls(consumer_group_id), lags))


async def _lags(reader: Reader, name: str) -> list[PartitionLag]:
    group = await describe_group(reader, name)
    return await lag_of(reader, group, time.time_ns() // 1_000_000)


def _member(group: Group, member_id: str) -> Member:
    for member in group.members:
        if member.id == member_id:
            return member
    raise Refusal(
        ErrorCode.RESOURCE_NOT_FOUND,
        f"group {group.name!r} has no consumer {member_id!r}; it may have left, list its consumers",
    )
