"""Consumer instances: ``/consumers/{group}`` and what lies under it.

An instance acts in a group, and so decides what the group's other members read: a role that may
not write may not have one.
"""

from typing import Final
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from streaming.consumers.instance import Instance
from streaming.consumers.registry import current_instances
from streaming.groups.model import Committed, TopicPartition
from streaming.records.identity import WRITE
from streaming.records.reader import EARLIEST, LATEST
from streaming.rest.operations import in_query
from streaming.rest.v2 import schemas
from streaming.rest.v2.answering import (
    access_of,
    body_of,
    caller_and_access,
    json_answer,
    no_content,
    required_body_of,
    v2_view,
)
from streaming.rest.v2.consumer_requests import (
    check_group,
    parse_commit,
    parse_instance,
    parse_partitions,
    parse_poll,
    parse_positions,
    parse_subscription,
)
from streaming.rest.v2.describing import described_v2
from streaming.rest.v2.media import check_accepted, check_body, records_type
from streaming.rest.v2.record_text import writer

AGAIN_HEADER: Final = "Headwater-Redelivered"
"""``true`` on an answer whose records were handed out before and not committed since."""


async def _instance(request: HttpRequest, group: str, instance: str) -> Instance:
    access = await access_of(request, WRITE)
    return current_instances().find(access, group, instance)


@described_v2(
    "create_consumer_instance",
    "A new consumer instance of a group. It ends when it is deleted, when nobody asks it anything "
    "for 300 s, and when the credential that created it no longer holds.",
    body=schemas.body({**schemas.INSTANCE, "nullable": True}, required=False),
    responses={200: schemas.answer(schemas.CREATED, "Where it is.")},
)
@v2_view
async def create_instance(request: HttpRequest, group: str) -> HttpResponseBase:
    caller, access = await caller_and_access(request, WRITE)
    check_accepted(request.headers.get("Accept"))
    check_body(request.content_type)
    check_group(group)
    name, wanted = parse_instance(body_of(request))
    created = await current_instances().create(caller, access, group, name, wanted)
    path = f"/kafka/v2/consumers/{quote(group, safe='')}/instances/{quote(created.name)}"
    return json_answer({"instance_id": created.name, "base_uri": request.build_absolute_uri(path)})


@described_v2(
    "delete_consumer_instance",
    "End an instance. It leaves its group and commits nothing by that.",
    responses={204: schemas.DONE},
)
@v2_view
async def delete_instance(request: HttpRequest, group: str, instance: str) -> HttpResponseBase:
    access = await access_of(request, WRITE)
    await current_instances().delete(access, group, instance)
    return no_content()


@described_v2(
    "subscribe_consumer_instance",
    "Have the group assign the instance its part of these topics, instead of those before. A "
    "pattern is a regular expression of RE2's that matches a topic's whole name.",
    body=schemas.body(schemas.SUBSCRIBE),
    responses={204: schemas.DONE},
)
@v2_view
async def subscribe(request: HttpRequest, group: str, instance: str) -> HttpResponseBase:
    found = await _instance(request, group, instance)
    check_body(request.content_type)
    wanted = parse_subscription(required_body_of(request))
    if isinstance(wanted, str):
        await found.subscribe_pattern(wanted)
    else:
        await found.subscribe(wanted)
    return no_content()


@described_v2(
    "get_consumer_instance_subscription",
    "The topics that an instance is subscribed to.",
    responses={200: schemas.answer(schemas.TOPIC_NAMES, "The topics.")},
)
@v2_view
async def subscription(request: HttpRequest, group: str, instance: str) -> HttpResponseBase:
    found = await _instance(request, group, instance)
    return json_answer({"topics": found.topics})


@described_v2(
    "unsubscribe_consumer_instance",
    "Leave the group, or let go of the partitions that were assigned by hand.",
    responses={204: schemas.DONE},
)
@v2_view
async def unsubscribe(request: HttpRequest, group: str, instance: str) -> HttpResponseBase:
    found = await _instance(request, group, instance)
    await found.unsubscribe()
    return no_content()


@described_v2(
    "assign_consumer_instance",
    "Have the instance read these partitions, without being a member of its group.",
    body=schemas.body(schemas.PARTITIONS),
    responses={204: schemas.DONE},
)
@v2_view
async def assign(request: HttpRequest, group: str, instance: str) -> HttpResponseBase:
    found = await _instance(request, group, instance)
    check_body(request.content_type)
    await found.assign(parse_partitions(required_body_of(request)))
    return no_content()


@described_v2(
    "get_consumer_instance_assignments",
    "The partitions that an instance reads now; none while its group rebalances.",
    responses={200: schemas.answer(schemas.PARTITIONS, "The partitions.")},
)
@v2_view
async def assignments(request: HttpRequest, group: str, instance: str) -> HttpResponseBase:
    found = await _instance(request, group, instance)
    rows = [_partition(each) for each in await found.assignment()]
    return json_answer({"partitions": rows})


@described_v2(
    "seek_consumer_instance",
    "Read on from these offsets, or from the first records at or after these times.",
    body=schemas.body(schemas.POSITIONS),
    responses={204: schemas.DONE},
)
@v2_view
async def seek(request: HttpRequest, group: str, instance: str) -> HttpResponseBase:
    found = await _instance(request, group, instance)
    check_body(request.content_type)
    offsets, times = parse_positions(required_body_of(request))
    if offsets:
        await found.seek(offsets)
    if times:
        await found.seek_times(times)
    return no_content()


@described_v2(
    "seek_consumer_instance_to_beginning",
    "Read on from the oldest records of these partitions.",
    body=schemas.body(schemas.PARTITIONS),
    responses={204: schemas.DONE},
)
@v2_view
async def seek_to_beginning(request: HttpRequest, group: str, instance: str) -> HttpResponseBase:
    return await _seek_to(EARLIEST, request, group, instance)


@described_v2(
    "seek_consumer_instance_to_end",
    "Read only what is written to these partitions from now on.",
    body=schemas.body(schemas.PARTITIONS),
    responses={204: schemas.DONE},
)
@v2_view
async def seek_to_end(request: HttpRequest, group: str, instance: str) -> HttpResponseBase:
    return await _seek_to(LATEST, request, group, instance)


async def _seek_to(time: int, request: HttpRequest, group: str, instance: str) -> HttpResponseBase:
    found = await _instance(request, group, instance)
    check_body(request.content_type)
    partitions = parse_partitions(required_body_of(request))
    await found.seek_times(dict.fromkeys(partitions, time))
    return no_content()


@described_v2(
    "read_consumer_instance_records",
    "The next records. Without auto.commit.enable the same records are given again until they are "
    "committed, so that no answer that was lost loses any; the header Headwater-Redelivered says "
    "so. The first request waits for the group to assign partitions, then as long as it says.",
    parameters=(
        in_query("timeout", {"type": "integer"}, "Longest wait in ms, at most 30000."),
        in_query("max_bytes", {"type": "integer"}, "Of keys and values; default 1 MiB."),
    ),
    responses={200: schemas.records_answer()},
)
@v2_view
async def read_records(request: HttpRequest, group: str, instance: str) -> HttpResponseBase:
    _caller, access = await caller_and_access(request, WRITE)
    found = current_instances().find(access, group, instance)
    media_type = records_type(request.headers.get("Accept"), found.settings.format)
    timeout_ms, max_bytes = parse_poll(request.GET, found.settings.timeout_ms)
    answer = await found.poll(writer(found.settings.format), timeout_ms, max_bytes)
    response = HttpResponse(f"[{','.join(answer.records)}]", content_type=media_type)
    if answer.again:
        response[AGAIN_HEADER] = "true"
    return response


@described_v2(
    "commit_consumer_instance_offsets",
    "Commit the offsets of the last records that were consumed; without a body, of all that the "
    "last answer held.",
    parameters=(
        in_query("async", {"type": "string"}, "Taken and ignored: what is answered is done."),
    ),
    body=schemas.body(schemas.COMMIT, required=False),
    responses={200: schemas.answer(schemas.OFFSET_LIST, "What was committed.")},
)
@v2_view
async def commit(request: HttpRequest, group: str, instance: str) -> HttpResponseBase:
    found = await _instance(request, group, instance)
    check_body(request.content_type)
    body = body_of(request)
    # Clients send {} and {"offsets": []} for "everything" as well.
    is_all = body in (None, {}, {"offsets": []}, {"offsets": None})
    committed = await found.commit(None if is_all else parse_commit(body))
    return json_answer([_offset(*each) for each in sorted(committed.items())])


@described_v2(
    "get_consumer_instance_offsets",
    "What the group has committed for the partitions of the body, as REST v2 has it; without a "
    "body, for all that the instance reads.",
    responses={200: schemas.answer(schemas.OFFSETS, "What is committed.")},
)
@v2_view
async def committed_offsets(request: HttpRequest, group: str, instance: str) -> HttpResponseBase:
    found = await _instance(request, group, instance)
    body = body_of(request)
    committed = await found.committed(None if body is None else parse_partitions(body))
    return json_answer({"offsets": [_offset(*each) for each in committed.items()]})


def _partition(partition: TopicPartition) -> dict[str, object]:
    return {"topic": partition.topic, "partition": partition.partition}


def _offset(partition: TopicPartition, committed: Committed) -> dict[str, object]:
    return {
        **_partition(partition),
        "offset": committed.offset,
        "metadata": committed.metadata,
    }
