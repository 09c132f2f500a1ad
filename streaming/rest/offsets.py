"""``GET …/partitions/{partition_id}/offset``: where a partition's log starts and ends."""

import json
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from streaming.access.request_caller import acaller_of_request
from streaming.records.clients import current_clients
from streaming.records.identity import READ
from streaming.records.reader import EARLIEST, LATEST
from streaming.rest.admin_schema import OFFSETS
from streaming.rest.answers import answering_errors
from streaming.rest.consume_request import InvalidQuery
from streaming.rest.operations import described, in_query, json_response
from streaming.rest.resources import offsets_resource
from streaming.rest.view import links_of

BOTH: Final = "earliest_and_latest"
_ASKED: Final = {
    BOTH: {"earliest": EARLIEST, "latest": LATEST},
    "earliest": {"earliest": EARLIEST},
    "latest": {"latest": LATEST},
}
_OFFSET_TYPE: Final = {"type": "string", "enum": [*_ASKED], "default": BOTH}


@described(
    "getKafkaPartitionOffsets",
    "Where the partition's log starts, and its high watermark.",
    parameters=[in_query("offset_type", _OFFSET_TYPE, "Which of them; both by default.")],
    responses={200: json_response(OFFSETS, "The offsets.")},
)
@answering_errors
async def partition_offsets(
    request: HttpRequest, cluster_id: str, topic_name: str, partition_id: int
) -> HttpResponseBase:
    """``offset_type``: ``earliest_and_latest`` (the default), or one of them."""
    access = (await acaller_of_request(request)).access(cluster_id)
    access.require(READ)
    asked = _asked(request)
    async with current_clients().reader(access.identity) as reader:
        offsets = {
            name: (await reader.offsets(topic_name, {partition_id: at}))[partition_id]
            for name, at in asked.items()
        }
    resource = offsets_resource(links_of(request), cluster_id, topic_name, partition_id, offsets)
    return HttpResponse(json.dumps(resource), content_type="application/json")


def _asked(request: HttpRequest) -> dict[str, int]:
    """Raises ``InvalidQuery``."""
    for name in request.GET:
        if name != "offset_type":
            raise InvalidQuery(f"unknown parameter {name[:64]!r}; known: offset_type")
    offset_type = request.GET.get("offset_type", BOTH)
    if offset_type not in _ASKED:
        raise InvalidQuery(f"offset_type must be one of {', '.join(_ASKED)}")
    return _ASKED[offset_type]
