"""Changing groups: deleting them or what they committed, resetting their offsets.

None of it is part of Confluent's API. A role that may not write may not do these either: they
decide what a group's consumers will read.
"""

import time
from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, QueryDict

from brokers.kernel.errors import ErrorCode, Refusal
from streaming.groups.deletion import delete_groups
from streaming.groups.describing import describe_group
from streaming.groups.model import TopicPartition
from streaming.groups.offsets import committed_offsets, delete_offsets
from streaming.groups.reset import execute_reset, propose_reset
from streaming.records.failures import refusal_of
from streaming.records.identity import READ, WRITE
from streaming.rest.answers import answering_errors
from streaming.rest.body import INT32_MAX
from streaming.rest.consume_request import InvalidQuery
from streaming.rest.groups import resources, schemas
from streaming.rest.groups.audit import note
from streaming.rest.groups.reset_request import parse_reset
from streaming.rest.groups.views import asking
from streaming.rest.json_body import parse_storable_json
from streaming.rest.operations import described, in_query, json_body, json_response
from streaming.rest.resources import collection

NO_CONTENT = {"description": "It is done."}


@described(
    "deleteKafkaConsumerGroup",
    "Delete a group without members, with all that it has committed.",
    responses={204: NO_CONTENT},
)
@answering_errors
async def delete_consumer_group(
    request: HttpRequest, cluster_id: str, consumer_group_id: str
) -> HttpResponseBase:
    async with asking(request, cluster_id, WRITE) as asked:
        refused = await delete_groups(asked.reader, [consumer_group_id])
    _raise_first(refused)
    await note(asked.access, "group.delete", consumer_group_id)
    return HttpResponse(status=204)


@described(
    "deleteKafkaConsumerGroupOffsets",
    "Have a group forget what it committed for a topic that none of its members is subscribed to.",
    parameters=(
        in_query("topic_name", {"type": "string"}, "The topic.", required=True),
        in_query("partition_id", {"type": "integer"}, "One partition of it; all without."),
    ),
    responses={204: NO_CONTENT},
)
@answering_errors
async def delete_consumer_group_offsets(
    request: HttpRequest, cluster_id: str, consumer_group_id: str
) -> HttpResponseBase:
    async with asking(request, cluster_id, WRITE) as asked:
        topic, index = _which(request.GET)
        group = await describe_group(asked.reader, consumer_group_id)
        committed = await committed_offsets(asked.reader, group.name)
        partitions = [
            each for each in committed if each.topic == topic and index in (None, each.partition)
        ]
        refused = await delete_offsets(asked.reader, group.name, partitions)
    _raise_first(refused)
    if partitions:
        await note(asked.access, "group.delete_offsets", group.name, {"topic": topic})
    return HttpResponse(status=204)


@described(
    "resetKafkaConsumerGroupOffsets",
    "Set where a group without members goes on reading; with validate_only, only say what it would "
    "be. The partitions are those of `topics`, else all that the group has committed for. `value` "
    "is an offset, a time (Unix ms), a duration back from now (ms) or a count, as `to` says.",
    body=json_body(schemas.RESET),
    responses={200: json_response(schemas.RESET_RESULT, "What was, or would be, done.")},
)
@answering_errors
async def reset_consumer_group_offsets(
    request: HttpRequest, cluster_id: str, consumer_group_id: str
) -> HttpResponseBase:
    async with asking(request, cluster_id, READ) as asked:
        body = parse_storable_json(request.body)
        wanted = parse_reset(body, time.time_ns() // 1_000_000)
        if not wanted.validate_only:
            asked.access.require(WRITE)
        proposal = await propose_reset(
            asked.reader, consumer_group_id, wanted.scope, wanted.strategy
        )
        if proposal.group is None and not proposal.steps:
            raise refusal_of(ErrorCode.GROUP_ID_NOT_FOUND, f"group {consumer_group_id!r}")
        if not wanted.validate_only:
            _raise_first(await execute_reset(asked.reader, proposal))
    data = [resources.step_resource(step) for step in proposal.steps]
    if data and not wanted.validate_only:
        await note(asked.access, "group.reset_offsets", consumer_group_id, {"partitions": data})
    url = f"{asked.urls(consumer_group_id).url}/offsets:reset"
    return JsonResponse(collection("KafkaConsumerGroupOffsetReset", url, data))


def _which(query: QueryDict) -> tuple[str, int | None]:
    """The topic, and the partition or None. Raises ``InvalidQuery``."""
    unknown = [name for name in query if name not in ("topic_name", "partition_id")]
    if unknown:
        raise InvalidQuery(
            f"unknown parameter {unknown[0][:64]!r}; known: partition_id, topic_name"
        )
    topic, partition = query.get("topic_name"), query.get("partition_id")
    if not topic:
        raise InvalidQuery("topic_name must name the topic whose offsets the group forgets")
    if partition is None:
        return topic, None
    is_number = partition.isascii() and partition.isdigit() and len(partition) <= 10
    if not is_number or int(partition) > INT32_MAX:
        raise InvalidQuery("partition_id must be a whole number, 0 or greater")
    return topic, int(partition)


def _raise_first(refused: Mapping[str, Refusal] | Mapping[TopicPartition, Refusal]) -> None:
    for refusal in refused.values():
        raise refusal
