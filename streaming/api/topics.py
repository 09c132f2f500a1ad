"""``/api/v1/tenants/{tenant}/topics``: the console's list of topics, and one topic's partitions."""

from typing import Any, Final

import msgspec
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from brokers.authorization.resource import Operation, ResourceType
from brokers.kernel.errors import ErrorCode, Refusal
from brokers.selectors.partition_map import PlacedPartition, partition_map
from brokers.selectors.topic_list import TopicRow, topic_list
from streaming.access.rights import require_topic, rights_of
from streaming.api.moments import to_ms, to_text
from streaming.records.identity import READ
from streaming.rest.view import RestView

Json = dict[str, Any]

_NUMBER: Final[Json] = {"type": "integer", "format": "int64"}
_RATE: Final[Json] = {"type": "number", "nullable": True}
_BROKERS: Final[Json] = {"type": "array", "items": {"type": "integer"}}

_TOPICS: Final[Json] = {
    "type": "object",
    "properties": {
        "data": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "name": {"type": "string"},
                    "partitions": _NUMBER,
                    "replication_factor": _NUMBER,
                    "internal": {"type": "boolean"},
                    "cleanup_policy": {"type": "string"},
                    "retention_ms": _NUMBER,
                    "retention_bytes": _NUMBER,
                    "records": {**_NUMBER, "description": "High watermarks minus log starts."},
                    "bytes": {**_NUMBER, "description": "Of one replica of each partition."},
                    "records_in_per_s": _RATE,
                    "bytes_in_per_s": _RATE,
                    "bytes_out_per_s": _RATE,
                    "under_replicated": _NUMBER,
                    "offline": _NUMBER,
                    "created_at": {"type": "string", "format": "date-time"},
                },
            },
        },
        "as_of": {
            **_NUMBER,
            "nullable": True,
            "description": "When figures were last rolled up, Unix ms; every ten seconds.",
        },
    },
    "required": ["data", "as_of"],
}
_LAG: Final[Json] = {"type": "object", "properties": {"records": _NUMBER, "ms": _NUMBER}}
_PARTITIONS: Final[Json] = {
    "type": "object",
    "properties": {
        "data": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "partition": _NUMBER,
                    "leader": {**_NUMBER, "nullable": True},
                    "leader_epoch": _NUMBER,
                    "replicas": _BROKERS,
                    "isr": _BROKERS,
                    "offline": _BROKERS,
                    "log_start_offset": {**_NUMBER, "nullable": True},
                    "high_watermark": {**_NUMBER, "nullable": True},
                    "bytes": {**_NUMBER, "nullable": True},
                    "lags": {
                        "type": "object",
                        "additionalProperties": _LAG,
                        "description": "By follower; what its leader said within five seconds.",
                    },
                },
            },
        },
    },
    "required": ["data"],
}


class TopicListView(RestView):
    """``/tenants/{tenant}/topics``"""

    @extend_schema(tags=["service"], operation_id="list_topic_figures", responses={200: _TOPICS})
    def get(self, _request: Request, tenant: str) -> HttpResponse:
        """Every topic with its size, its rates and its health, by name."""
        access = self.caller.tenant(tenant)
        access.require(READ)
        rights, found = rights_of(access), topic_list(access.tenant_id)
        # Not DRF's renderer: with ten thousand topics it takes as long as all the rest.
        body = msgspec.json.encode(
            {
                "data": [
                    _topic(row)
                    for row in found.topics
                    if rights.allow(Operation.DESCRIBE, ResourceType.TOPIC, row.name)
                ],
                "as_of": None if found.as_of is None else to_ms(found.as_of),
            }
        )
        return HttpResponse(body, content_type="application/json")


class PartitionMapView(RestView):
    """``/tenants/{tenant}/topics/{topic}/partitions``"""

    @extend_schema(tags=["service"], operation_id="get_partition_map", responses={200: _PARTITIONS})
    def get(self, _request: Request, tenant: str, topic: str) -> Response:
        """Where each partition is, who leads it, what it holds, how far followers are."""
        access = self.caller.tenant(tenant)
        access.require(READ)
        require_topic(access, Operation.DESCRIBE, topic)
        found = [] if "\0" in topic else partition_map(access.tenant_id, topic)
        if not found:
            raise Refusal(
                ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                f"topic {topic!r} does not exist in this cluster; create it, or check its name",
            )
        return Response({"data": [_partition(each) for each in found]})


def _topic(row: TopicRow) -> Json:
    return {
        "name": row.name,
        "partitions": row.partitions,
        "replication_factor": row.replication_factor,
        "internal": row.internal,
        "cleanup_policy": row.cleanup_policy,
        "retention_ms": row.retention_ms,
        "retention_bytes": row.retention_bytes,
        "records": row.records,
        "bytes": row.bytes,
        "records_in_per_s": row.records_in_per_s,
        "bytes_in_per_s": row.bytes_in_per_s,
        "bytes_out_per_s": row.bytes_out_per_s,
        "under_replicated": row.under_replicated,
        "offline": row.offline,
        "created_at": to_text(row.created_at),
    }


def _partition(placed: PlacedPartition) -> Json:
    record = placed.record
    return {
        "partition": record.index,
        "leader": record.leader,
        "leader_epoch": record.leader_epoch,
        "replicas": list(record.replicas),
        "isr": list(record.isr),
        "offline": list(placed.offline),
        "log_start_offset": placed.sizes.log_start_offset,
        "high_watermark": placed.sizes.high_watermark,
        "bytes": placed.sizes.bytes,
        "lags": {
            str(each): {"records": lag.records, "ms": lag.behind_ms}
            for each, lag in placed.lags.items()
        },
    }
