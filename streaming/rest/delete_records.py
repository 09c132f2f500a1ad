"""``POST …/topics/{topic_name}/records:delete``: the oldest records of partitions, for good."""

import json
from collections.abc import Mapping
from typing import Any

from channels.db import database_sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from brokers.authorization.resource import Operation
from brokers.kernel.errors import ErrorCode, Refusal
from brokers.metadata.topic_configs import list_of
from brokers.services.announce_record_deletion import announce_record_deletion
from streaming.access.caller import TenantAccess
from streaming.access.request_caller import acaller_of_request
from streaming.access.rights import require_on_some_topic
from streaming.groups.extents import Extent, extents_of
from streaming.groups.model import TopicPartition
from streaming.records.clients import current_clients
from streaming.records.deletion import delete_records_before
from streaming.records.identity import ADMINISTER
from streaming.records.reader import Reader
from streaming.rest import topic_control
from streaming.rest.admin_schema import DELETE_RECORDS, DELETED_RECORDS
from streaming.rest.answers import answering_errors
from streaming.rest.delete_records_request import parse_delete_records, starts_after
from streaming.rest.json_parser import json_body
from streaming.rest.operations import described, json_response
from streaming.rest.operations import json_body as openapi_body


@described(
    "deleteKafkaRecords",
    "Delete the oldest records of partitions, for good; with validate_only, say how many would go. "
    "All partitions are checked before the first record goes.",
    body=openapi_body(DELETE_RECORDS),
    responses={200: json_response(DELETED_RECORDS, "What became of each partition.")},
)
@answering_errors
async def delete_records(
    request: HttpRequest, cluster_id: str, topic_name: str
) -> HttpResponseBase:
    """All partitions are checked before the first record goes; with ``validate_only`` none goes."""
    access = (await acaller_of_request(request)).access(cluster_id)
    await database_sync_to_async(require_on_some_topic)(access, ADMINISTER, Operation.DELETE)
    wanted = parse_delete_records(json_body(request))
    await database_sync_to_async(_check_policy)(access, topic_name)
    async with current_clients().reader(access.identity) as reader:
        extents = await _extents(reader, topic_name, wanted.before)
        starts = starts_after(topic_name, wanted.before, extents)
        if not wanted.validate_only:
            await database_sync_to_async(announce_record_deletion)(
                actor=topic_control.actor_of(access), topic=topic_name, before=starts
            )
            starts = await delete_records_before(reader, topic_name, starts)
    rows = [_row(index, start, extents[index]) for index, start in sorted(starts.items())]
    return HttpResponse(json.dumps({"data": rows}), content_type="application/json")


def _check_policy(access: TenantAccess, topic: str) -> None:
    """Raises ``Refusal``: UNKNOWN_TOPIC_OR_PARTITION, POLICY_VIOLATION."""
    topic_control.check_may(access, Operation.DELETE, topic)
    if "delete" not in list_of("cleanup.policy", topic_control.configs_of(access, topic)):
        raise Refusal(
            ErrorCode.POLICY_VIOLATION,
            f"topic {topic!r} is compacted only, so its records stay; add delete to its "
            "cleanup.policy, or produce tombstones",
        )


async def _extents(reader: Reader, topic: str, indexes: Mapping[int, Any]) -> dict[int, Extent]:
    """Raises ``Refusal`` for the first partition that is not there or not served."""
    found = await extents_of(reader, [TopicPartition(topic, index) for index in indexes])
    for refusal in found.refused.values():
        raise refusal
    return {partition.partition: extent for partition, extent in found.known.items()}


def _row(index: int, start: int, before: Extent) -> dict[str, int]:
    return {
        "partition_id": index,
        "log_start_offset": start,
        "high_watermark": before.end,
        "records": max(0, start - before.start),
    }
