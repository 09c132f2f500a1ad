"""``/api/v1/tenants/{tenant}/metrics``: time series of a tenant, a topic or a consumer group."""

from dataclasses import dataclass, replace
from typing import Any, Final

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from brokers.authorization.resource import Operation, ResourceType
from brokers.kernel.errors import ErrorCode, Refusal
from brokers.metering.steps import GROUPS_S
from brokers.selectors.database_time import database_time
from brokers.selectors.series import (
    GroupSeries,
    Series,
    Window,
    group_series,
    tenant_series,
    topic_series,
)
from brokers.selectors.topics import topic_named
from streaming.access.caller import TenantAccess
from streaming.access.rights import require, require_cluster, require_topic
from streaming.api.query import known_only, one_of
from streaming.records.identity import READ
from streaming.rest.consume_request import InvalidQuery
from streaming.rest.view import RestView

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Span:
    seconds: int
    step_s: int


SPANS: Final = {
    "15m": _Span(15 * 60, 10),
    "1h": _Span(3_600, 10),
    "6h": _Span(6 * 3_600, 60),
    "24h": _Span(24 * 3_600, 60),
    "7d": _Span(7 * 24 * 3_600, 900),
    "30d": _Span(30 * 24 * 3_600, 900),
}

_VALUES: Final[Json] = {"type": "array", "items": {"type": "number", "nullable": True}}
_SERIES: Final[Json] = {
    "type": "object",
    "properties": {
        "step_s": {"type": "integer"},
        "from": {"type": "integer", "format": "int64"},
        "times": {
            "type": "array",
            "items": {"type": "integer", "format": "int64"},
            "description": "Unix ms, the ends of steps.",
        },
        "series": {
            "type": "object",
            "additionalProperties": {},
            "description": "Names to one value per time, null where nothing is known. Of a tenant "
            "or topic: bytes_in_per_s, bytes_out_per_s, records_in_per_s, stored_bytes, "
            "stored_records, partitions, under_replicated, offline. Of a group: lag (records), "
            "lag_seconds, and per_topic, which maps topics to lags.",
        },
    },
    "required": ["step_s", "from", "times", "series"],
}


class MetricsView(RestView):
    """``/tenants/{tenant}/metrics``"""

    @extend_schema(
        tags=["service"],
        operation_id="get_metrics",
        parameters=[
            OpenApiParameter("scope", str, description="tenant (default), topic:NAME, group:NAME."),
            OpenApiParameter("since", str, enum=[*SPANS], description="Default 1h."),
        ],
        responses={200: _SERIES},
    )
    def get(self, request: Request, tenant: str) -> Response:
        """Up to the newest tick; there is one every ten seconds."""
        access = self.caller.tenant(tenant)
        access.require(READ)
        query = request.query_params
        known_only(query, "scope", "since")
        span = SPANS[one_of(query, "since", "1h", tuple(SPANS))]
        window = Window(int(database_time().timestamp()), span.seconds, span.step_s)
        found = _found(access, query.get("scope", "tenant"), window)
        return Response(
            {
                "step_s": found.step_s,
                "from": (window.now_s - window.seconds) * 1000,
                "times": [at_s * 1000 for at_s in found.times_s],
                "series": _values(found),
            }
        )


def _found(access: TenantAccess, scope: str, window: Window) -> Series | GroupSeries:
    kind, _, name = scope.partition(":")
    match kind:
        case "tenant" if not name:
            require_cluster(access, Operation.DESCRIBE)
            return tenant_series(access.tenant_id, window)
        case "topic" if name:
            require_topic(access, Operation.DESCRIBE, name)
            topic = None if "\0" in name else topic_named(access.tenant_id, name)
            if topic is None:
                raise Refusal(
                    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                    f"topic {name!r} does not exist in this cluster; create it, or check its name",
                )
            return topic_series(access.tenant_id, topic.id, window)
        case "group" if name and "\0" not in name:
            require(access, Operation.DESCRIBE, ResourceType.GROUP, name)
            # Groups are looked at less often; every coarser step is a multiple of both.
            step_s = max(window.step_s, GROUPS_S)
            return group_series(access.tenant_id, name, replace(window, step_s=step_s))
    raise InvalidQuery("scope must be tenant, topic:NAME or group:NAME")


def _values(found: Series | GroupSeries) -> Json:
    if isinstance(found, Series):
        return dict(found.values)
    return {"lag": found.lag, "lag_seconds": found.lag_seconds, "per_topic": found.per_topic}
