"""``/api/v1/tenants/{tenant}/api-keys``: what logs in to Kafka, REST and websockets."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from streaming.access.caller import TenantAccess
from streaming.api import management_schema as schema
from streaming.api.json_body import optional_text, read_fields, text
from streaming.api.management_view import ManagementView, id_of, rfc3339
from streaming.records.identity import ADMINISTER
from streaming.rest.body import number
from tenants.models import ApiKey
from tenants.selectors.api_keys import api_key_of, api_keys_of
from tenants.services.issue_api_key import IssuedKey, issue_api_key
from tenants.services.revoke_api_key import revoke_api_key
from tenants.services.rotate_api_key import OVERLAP_SECONDS_MAX, rotate_api_key

LIFETIME_SECONDS_MAX: Final = 315_360_000
"""Ten years."""

OVERLAP_SECONDS: Final = 3_600
"""Both keys of a rotation log in for so long unless the caller says otherwise."""

ISSUE_FIELDS: Final = ("service_account", "expires_in_seconds", "restriction", "description")


class ApiKeysView(ManagementView):
    """``/tenants/{tenant}/api-keys``"""

    @extend_schema(
        tags=["tenants"],
        operation_id="list_api_keys",
        responses={200: schema.list_of(schema.API_KEY)},
    )
    def get(self, _request: Request, tenant: str) -> Response:
        """All keys, revoked and expired ones too, oldest first; of secrets nothing is kept."""
        keys = api_keys_of(id_of(self.managed(tenant, ADMINISTER)))
        return Response({"data": [_document(key) for key in keys]})

    @extend_schema(
        tags=["tenants"],
        operation_id="issue_api_key",
        request={"application/json": schema.ISSUE_KEY},
        responses={201: schema.ISSUED_KEY},
    )
    def post(self, request: Request, tenant: str) -> Response:
        """A key for a service account, or without one for the administrator; shown this once."""
        access = self.managed(tenant, ADMINISTER)
        fields = read_fields(request.data, optional=ISSUE_FIELDS)
        issued = issue_api_key(
            tenant_id=id_of(access),
            by=access.principal,
            service_account=optional_text(fields, "service_account"),
            expires_at=_expiry(fields),
            restriction=fields.get("restriction"),
            description=text(fields, "description"),
        )
        return _issued(access, issued)


class ApiKeyView(ManagementView):
    """``/tenants/{tenant}/api-keys/{key_id}``"""

    @extend_schema(tags=["tenants"], operation_id="revoke_api_key", responses={204: None})
    def delete(self, _request: Request, tenant: str, key_id: str) -> HttpResponse:
        """End a key for good; its connections are cut within five seconds. Twice is harmless."""
        access = self.revocable(tenant)
        revoke_api_key(tenant_id=id_of(access), key_id=key_id, by=access.principal)
        return HttpResponse(status=204)


class ApiKeyRotationView(ManagementView):
    """``/tenants/{tenant}/api-keys/{key_id}:rotate``"""

    @extend_schema(
        tags=["tenants"],
        operation_id="rotate_api_key",
        request={"application/json": schema.ROTATE_KEY},
        responses={201: schema.ISSUED_KEY},
    )
    def post(self, request: Request, tenant: str, key_id: str) -> Response:
        """A new key in this one's place, shown this once; both log in until the overlap is over."""
        access = self.managed(tenant, ADMINISTER)
        fields = {"overlap_seconds": OVERLAP_SECONDS} | dict(
            read_fields(request.data, optional=("overlap_seconds",))
        )
        issued = rotate_api_key(
            tenant_id=id_of(access),
            key_id=key_id,
            by=access.principal,
            overlap_seconds=number(fields, "overlap_seconds", 0, OVERLAP_SECONDS_MAX),
        )
        return _issued(access, issued)


def _issued(access: TenantAccess, issued: IssuedKey) -> Response:
    document = _document(api_key_of(id_of(access), issued.key_id))
    return Response(
        {**document, "secret": issued.secret}, status=201, headers={"Cache-Control": "no-store"}
    )


def _expiry(fields: Mapping[str, Any]) -> datetime | None:
    if fields.get("expires_in_seconds") is None:
        return None
    seconds = number(fields, "expires_in_seconds", 1, LIFETIME_SECONDS_MAX)
    return datetime.now(UTC) + timedelta(seconds=seconds)


def _document(key: ApiKey) -> dict[str, Any]:
    return {
        "key_id": key.key_id,
        "principal": key.principal,
        "service_account": None if key.service_account is None else key.service_account.name,
        "created_by": key.created_by,
        "created_at": rfc3339(key.created_at),
        "expires_at": rfc3339(key.expires_at),
        "revoked_at": rfc3339(key.revoked_at),
        "state": _state(key),
        "description": key.description,
        "restriction": key.restriction,
        "replaces": key.replaces,
        "last_used_at": rfc3339(key.last_used_at),
        "last_used_from": key.last_used_from,
    }


def _state(key: ApiKey) -> str:
    if key.revoked_at is not None:
        return "revoked"
    expired = key.expires_at is not None and key.expires_at <= datetime.now(UTC)
    return "expired" if expired else "active"
