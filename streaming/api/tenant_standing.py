"""``/api/v1/tenants/{tenant}:suspend`` and the like: whether a tenant may be used, and its end."""

from datetime import timedelta
from typing import Final

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from streaming.access.caller import TenantAccess
from streaming.access.errors import NotAllowed
from streaming.access.management import authority_of, managed_or_deleted_tenant
from streaming.api import management_schema as schema
from streaming.api.json_body import read_fields
from streaming.api.management_view import ManagementView, id_of
from streaming.api.query import known_only, whole_number
from streaming.api.tenant_document import tenant_document
from streaming.records.identity import ADMINISTER
from tenants.ownership import Authority
from tenants.services.delete_tenant import GRACE, GRACE_MAX, delete_tenant
from tenants.services.restore_tenant import restore_tenant
from tenants.services.resume_tenant import resume_tenant
from tenants.services.suspend_tenant import suspend_tenant

GRACE_S: Final = round(GRACE.total_seconds())
GRACE_MAX_S: Final = round(GRACE_MAX.total_seconds())
GRACE_PARAMETER: Final = OpenApiParameter(
    "grace_seconds",
    {"type": "integer", "minimum": 0, "maximum": GRACE_MAX_S, "default": GRACE_S},
    description="How long the deletion can be taken back by `:restore`.",
)


class SuspendView(ManagementView):
    """``/tenants/{tenant}:suspend``"""

    @extend_schema(
        tags=["tenants"],
        operation_id="suspend_tenant",
        request=None,
        responses={200: schema.TENANT},
    )
    def post(self, request: Request, tenant: str) -> Response:
        """Cut a tenant off within five seconds; what it has stays (operators)."""
        self.caller.require_operator()
        read_fields(request.data)
        access = self.managed(tenant, ADMINISTER)
        suspended = suspend_tenant(tenant_id=id_of(access), by=access.principal)
        return Response(tenant_document(suspended))


class ResumeView(ManagementView):
    """``/tenants/{tenant}:resume``"""

    @extend_schema(
        tags=["tenants"],
        operation_id="resume_tenant",
        request=None,
        responses={200: schema.TENANT},
    )
    def post(self, request: Request, tenant: str) -> Response:
        """End a suspension (operators)."""
        self.caller.require_operator()
        read_fields(request.data)
        access = self.managed(tenant, ADMINISTER)
        resumed = resume_tenant(tenant_id=id_of(access), by=access.principal)
        return Response(tenant_document(resumed))


class RestoreView(ManagementView):
    """``/tenants/{tenant}:restore``"""

    @extend_schema(
        tags=["tenants"],
        operation_id="restore_tenant",
        request=None,
        responses={200: schema.TENANT},
    )
    def post(self, request: Request, tenant: str) -> Response:
        """Take a deletion back, before the tenant is purged (operators, owners)."""
        read_fields(request.data)
        access = managed_or_deleted_tenant(self.caller, tenant)
        access.require(ADMINISTER)
        require_owner(access)
        restored = restore_tenant(tenant_id=id_of(access), by=access.principal)
        return Response(tenant_document(restored))


def delete_by_owner(request: Request, access: TenantAccess) -> Response:
    """``DELETE /tenants/{tenant}``. Raises ``NotAllowed`` and ``InvalidQuery``."""
    require_owner(access)
    known_only(request.GET, "grace_seconds")
    grace = whole_number(request.GET, "grace_seconds", GRACE_S, 0, GRACE_MAX_S)
    deleted = delete_tenant(
        tenant_id=id_of(access), by=access.principal, grace=timedelta(seconds=grace)
    )
    return Response(tenant_document(deleted), status=202)


def require_owner(access: TenantAccess) -> None:
    """Raise ``NotAllowed`` for everybody but the tenant's owners and the service's operators."""
    if authority_of(access) is not Authority.OWNER:
        raise NotAllowed(
            f"{access.principal} ({access.role}) is not an owner of this tenant; only owners "
            "delete and restore it."
        )
