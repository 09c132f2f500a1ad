"""``/api/v1/tenants/{tenant}/usage``: what a tenant used, day by day."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from streaming.api.query import known_only, whole_number
from streaming.records.identity import READ
from streaming.rest.view import RestView
from tenants.models import TenantUsage
from tenants.selectors.usage import DAYS_MAX, usage_of

DAYS_DEFAULT: Final = 30

_NUMBER: Final[dict[str, Any]] = {"type": "integer", "format": "int64"}
_COUNTS: Final = ("bytes_in", "bytes_out", "records_in", "stored_bytes_max", "partitions_max")
_USAGE: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "data": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "day": {"type": "string", "format": "date"},
                    **dict.fromkeys(_COUNTS, _NUMBER),
                },
            },
        },
    },
    "required": ["data"],
}


class UsageView(RestView):
    """``/tenants/{tenant}/usage``"""

    @extend_schema(
        tags=["service"],
        operation_id="get_usage",
        parameters=[
            OpenApiParameter("days", int, description=f"Default {DAYS_DEFAULT}; today is one.")
        ],
        responses={200: _USAGE},
    )
    def get(self, request: Request, tenant: str) -> Response:
        """Days are UTC; one on which the tenant had nothing is left out."""
        access = self.caller.tenant(tenant)
        access.require(READ)
        known_only(request.query_params, "days")
        days = whole_number(request.query_params, "days", DAYS_DEFAULT, 1, DAYS_MAX)
        return Response({"data": [_row(each) for each in usage_of(access.tenant_id, days=days)]})


def _row(used: TenantUsage) -> dict[str, Any]:
    return {
        "day": used.day.isoformat(),
        **{name: getattr(used, name) for name in _COUNTS},
    }
