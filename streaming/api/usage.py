"""``/api/v1/tenants/{tenant}/usage``: what was used, by hour or day, by whom or of what."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from brokers.authorization.resource import Operation
from streaming.access.caller import TenantAccess
from streaming.access.rights import require_cluster
from streaming.api.download import AsAsked, download
from streaming.api.query import known_only, moment, one_of, whole_number
from streaming.rest.consume_request import InvalidQuery
from streaming.rest.view import RestView
from tenants.models import Usage, UsageBy, UsageStep
from tenants.selectors.usage import DAYS_MAX, TooMuchUsage, usage_by, usage_of
from tenants.usage_export import COUNTS, csv_rows, document

DAYS_DEFAULT: Final = 30
_PARAMETERS: Final = ("by", "step", "since", "until")
_NUMBER: Final[dict[str, Any]] = {"type": "integer", "format": "int64"}
_TEXT: Final[dict[str, Any]] = {"type": "string"}
_MOMENT: Final[dict[str, Any]] = {"type": "string", "format": "date-time"}
_BY: Final[dict[str, Any]] = {"type": "string", "enum": [each.value for each in UsageBy]}
_STEP: Final[dict[str, Any]] = {"type": "string", "enum": [each.value for each in UsageStep]}
_DAY: Final[dict[str, Any]] = {"type": "string", "format": "date"}
_USAGE: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "by": _BY,
        "step": _STEP,
        "since": _MOMENT,
        "until": {**_MOMENT, "nullable": True},
        "data": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "at": _MOMENT,
                    "name": {**_TEXT, "nullable": True},
                    "day": {**_DAY, "description": "With `days` only."},
                    **{name: {**_NUMBER, "nullable": True} for name in COUNTS},
                },
                "required": [*COUNTS],
            },
        },
    },
    "required": ["data"],
}
_ASKED: Final = [
    OpenApiParameter("by", {**_BY, "default": "tenant"}),
    OpenApiParameter("step", {**_STEP, "default": "day"}),
    OpenApiParameter(
        "since", _MOMENT, description=f"Inclusive; {DAYS_DEFAULT} days ago, or a day for hours."
    ),
    OpenApiParameter("until", _MOMENT, description="Exclusive."),
]


@dataclass(frozen=True, slots=True)
class _Question:
    """What a query asks for."""

    by: UsageBy
    step: UsageStep
    since: datetime
    until: datetime | None

    def answer(self, access: TenantAccess) -> list[Usage]:
        try:
            return usage_by(access.tenant_id, self.by, self.step, self.since, self.until)
        except TooMuchUsage as error:
            raise InvalidQuery(str(error)) from error


class UsageView(RestView):
    """``/tenants/{tenant}/usage``"""

    @extend_schema(
        tags=["service"],
        operation_id="get_usage",
        parameters=[
            OpenApiParameter(
                "days", int, description="So many days of the tenant, in place of all others."
            ),
            *_ASKED,
        ],
        responses={200: _USAGE},
    )
    def get(self, request: Request, tenant: str) -> Response:
        """Hours and days are UTC; one in which nothing was used is left out. Hours are kept for 90
        days."""
        access = _readable(self, tenant)
        query = request.query_params
        if "days" in query or not any(name in query for name in _PARAMETERS):
            known_only(query, "days")
            days = whole_number(query, "days", DAYS_DEFAULT, 1, DAYS_MAX)
            found = usage_of(access.tenant_id, days=days)
            return Response({"data": [_day(each) for each in found]})
        asked = _question(request)
        return Response(
            {
                "by": asked.by,
                "step": asked.step,
                "since": asked.since.isoformat(),
                "until": None if asked.until is None else asked.until.isoformat(),
                "data": [document(each) for each in asked.answer(access)],
            }
        )


class UsageCsvView(RestView):
    """``/tenants/{tenant}/usage.csv``"""

    content_negotiation_class = AsAsked

    @extend_schema(
        tags=["service"],
        operation_id="export_usage",
        parameters=_ASKED,
        responses={(200, "text/csv"): {"type": "string"}},
    )
    def get(self, request: Request, tenant: str) -> HttpResponse:
        """The same as a table."""
        asked = _question(request)
        rows = csv_rows(asked.answer(_readable(self, tenant)))
        return download(rows, "text/csv", f"{tenant}-usage-{asked.by}-{asked.step}.csv")


def _readable(view: RestView, tenant: str) -> TenantAccess:
    access = view.caller.tenant(tenant)
    require_cluster(access, Operation.DESCRIBE)
    return access


def _question(request: Request) -> _Question:
    query = request.query_params
    known_only(query, *_PARAMETERS)
    step = UsageStep(one_of(query, "step", UsageStep.DAY, tuple(UsageStep)))
    ago = timedelta(days=1 if step is UsageStep.HOUR else DAYS_DEFAULT)
    return _Question(
        by=UsageBy(one_of(query, "by", UsageBy.TENANT, tuple(UsageBy))),
        step=step,
        since=moment(query, "since") or datetime.now(UTC) - ago,
        until=moment(query, "until"),
    )


def _day(used: Usage) -> dict[str, Any]:
    return {"day": used.start.astimezone(UTC).date().isoformat(), **document(used)}
