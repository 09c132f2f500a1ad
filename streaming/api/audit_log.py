"""``/api/v1/tenants/{tenant}/audit``: who did what, newest first."""

from typing import Any, Final

from django.http import QueryDict
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from streaming.api import management_schema as schema
from streaming.api.management_view import ManagementView, id_of, rfc3339
from streaming.records.identity import ADMINISTER
from streaming.rest.consume_request import InvalidQuery
from tenants.models import AuditEntry
from tenants.selectors.audit_log import entries_of

LIMIT_DEFAULT: Final = 100
LIMIT_MAX: Final = 1000
SEQUENCE_MAX: Final = 2**63 - 1
_PARAMETERS: Final = [
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
        parameters=_PARAMETERS,
        responses={200: schema.AUDIT},
    )
    def get(self, request: Request, tenant: str) -> Response:
        """A page of the tenant's audit log."""
        access = self.managed(tenant, ADMINISTER)
        query = request.GET
        for name in query:
            if name not in ("before", "limit"):
                raise InvalidQuery(f"unknown parameter {name[:64]!r}; known: before, limit")
        limit = _number(query, "limit", LIMIT_MAX) or LIMIT_DEFAULT
        entries = entries_of(
            id_of(access), limit=limit, before=_number(query, "before", SEQUENCE_MAX)
        )
        more = len(entries) == limit and entries[-1].sequence > 1
        return Response(
            {
                "data": [_document(entry) for entry in entries],
                "next": entries[-1].sequence if more else None,
            }
        )


def _number(query: QueryDict, name: str, highest: int) -> int | None:
    value = query.get(name)
    if value is None:
        return None
    if not value.isascii() or not value.isdigit() or not 1 <= int(value[:20]) <= highest:
        raise InvalidQuery(f"{name} must be a whole number from 1 to {highest}")
    return int(value)


def _document(entry: AuditEntry) -> dict[str, Any]:
    return {
        "sequence": entry.sequence,
        "at": rfc3339(entry.at),
        "by": entry.by,
        "action": entry.action,
        "object": entry.object,
        "detail": entry.detail,
    }
