"""``/api/v1/tenants/{tenant}/audit``: who did what and who was not allowed to, newest first; all of
it as NDJSON or CSV; and whether anybody else wrote in it."""

from itertools import chain
from typing import Final

from django.http import HttpResponse, QueryDict
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from streaming.api import management_schema as schema
from streaming.api.download import AsAsked, download
from streaming.api.management_view import ManagementView, id_of
from streaming.api.query import known_only, moment, whole_number
from streaming.records.identity import ADMINISTER
from streaming.rest.consume_request import InvalidQuery
from tenants.audit_export import csv_head, csv_line, document, json_line
from tenants.models import Outcome
from tenants.selectors.audit_log import (
    AuditFilter,
    all_entries_of,
    entries_of,
    verification_of,
)

LIMIT_DEFAULT: Final = 100
LIMIT_MAX: Final = 1000
SEQUENCE_MAX: Final = 2**63 - 1
VALUE_CHARACTERS_MAX: Final = 300
_TEXTS: Final = ("action", "by", "object")
_FILTERS: Final = (*_TEXTS, "outcome", "since", "until")
_MOMENT: Final = {"type": "string", "format": "date-time"}
_WHICH: Final = [
    OpenApiParameter(
        "action", str, description="Such as `topic.create`; a `*` at the end takes what follows."
    ),
    OpenApiParameter("by", str, description="A principal or login, exactly."),
    OpenApiParameter("object", str, description="What it was done to, exactly."),
    OpenApiParameter("outcome", {"type": "string", "enum": [each.value for each in Outcome]}),
    OpenApiParameter("since", _MOMENT, description="Inclusive."),
    OpenApiParameter("until", _MOMENT, description="Exclusive."),
]
_PAGE: Final = [
    OpenApiParameter(
        "before",
        {"type": "integer", "format": "int64", "minimum": 1},
        description="Only entries of lower sequence numbers: `next` of the page before.",
    ),
    OpenApiParameter(
        "limit", {"type": "integer", "minimum": 1, "maximum": LIMIT_MAX, "default": LIMIT_DEFAULT}
    ),
]


class AuditLogView(ManagementView):
    """``/tenants/{tenant}/audit``"""

    @extend_schema(
        tags=["tenants"],
        operation_id="list_audit_entries",
        parameters=[*_PAGE, *_WHICH],
        responses={200: schema.AUDIT},
    )
    def get(self, request: Request, tenant: str) -> Response:
        """A page of the tenant's audit log."""
        access = self.managed(tenant, ADMINISTER)
        query = request.GET
        known_only(query, "before", "limit", *_FILTERS)
        limit = whole_number(query, "limit", LIMIT_DEFAULT, 1, LIMIT_MAX)
        before = whole_number(query, "before", SEQUENCE_MAX, 1, SEQUENCE_MAX)
        entries = entries_of(id_of(access), limit=limit, before=before, wanted=_filter(query))
        more = len(entries) == limit and entries[-1].sequence > 1
        return Response(
            {
                "data": [document(entry) for entry in entries],
                "next": entries[-1].sequence if more else None,
            }
        )


class AuditNdjsonView(ManagementView):
    """``/tenants/{tenant}/audit.ndjson``"""

    content_negotiation_class = AsAsked

    @extend_schema(
        tags=["tenants"],
        operation_id="export_audit_entries",
        parameters=_WHICH,
        responses={(200, "application/x-ndjson"): {"type": "string"}},
    )
    def get(self, request: Request, tenant: str) -> HttpResponse:
        """All entries from the first on, a line of JSON each, with their digests."""
        access = self.managed(tenant, ADMINISTER)
        known_only(request.GET, *_FILTERS)
        entries = all_entries_of(id_of(access), _filter(request.GET))
        return download(map(json_line, entries), "application/x-ndjson", f"{tenant}-audit.ndjson")


class AuditCsvView(ManagementView):
    """``/tenants/{tenant}/audit.csv``"""

    content_negotiation_class = AsAsked

    @extend_schema(
        tags=["tenants"],
        operation_id="export_audit_entries_csv",
        parameters=_WHICH,
        responses={(200, "text/csv"): {"type": "string"}},
    )
    def get(self, request: Request, tenant: str) -> HttpResponse:
        """All entries from the first on, as a table, with their digests."""
        access = self.managed(tenant, ADMINISTER)
        known_only(request.GET, *_FILTERS)
        rows = map(csv_line, all_entries_of(id_of(access), _filter(request.GET)))
        return download(chain([csv_head()], rows), "text/csv", f"{tenant}-audit.csv")


class AuditVerificationView(ManagementView):
    """``/tenants/{tenant}/audit/verification``"""

    @extend_schema(
        tags=["tenants"],
        operation_id="verify_audit_entries",
        responses={200: schema.VERIFICATION},
    )
    def get(self, request: Request, tenant: str) -> Response:
        """Whether every entry is as it was written, and none is missing."""
        access = self.managed(tenant, ADMINISTER)
        known_only(request.GET)
        found = verification_of(id_of(access))
        return Response(
            {
                "entries": found.entries,
                "is_whole": found.first_flaw is None,
                "first_flaw": found.first_flaw,
            }
        )


def _filter(query: QueryDict) -> AuditFilter:
    texts = {name: _text(query, name) for name in _TEXTS}
    outcome = query.get("outcome")
    if outcome is not None and outcome not in list(Outcome):
        raise InvalidQuery(f"outcome must be one of {', '.join(Outcome)}")
    return AuditFilter(
        **texts,
        outcome=outcome,
        since=moment(query, "since"),
        until=moment(query, "until"),
    )


def _text(query: QueryDict, name: str) -> str | None:
    text = query.get(name)
    if text is not None and ("\0" in text or len(text) > VALUE_CHARACTERS_MAX):
        raise InvalidQuery(f"{name} is no text of up to {VALUE_CHARACTERS_MAX} characters")
    return text
