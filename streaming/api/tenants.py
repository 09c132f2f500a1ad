"""``/api/v1/tenants``: which tenants there are, and a tenant's settings."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from brokers.authorization.resource import Operation
from streaming.access.rights import require_cluster
from streaming.api import management_schema as schema
from streaming.api.json_body import boolean, read_fields, text
from streaming.api.management_view import ManagementView, id_of
from streaming.api.tenant_document import tenant_document
from streaming.api.tenant_standing import GRACE_PARAMETER, delete_by_owner
from streaming.records.identity import ADMINISTER, READ
from streaming.rest.body import INT32_MAX, number
from tenants.names import person_principal
from tenants.selectors.tenants import list_tenants, tenant_by_id
from tenants.services.alter_tenant import alter_tenant
from tenants.services.create_tenant import create_tenant
from tenants.services.resume_tenant import resume_tenant
from tenants.services.suspend_tenant import suspend_tenant

_FOR_ADMINISTRATORS = ("auto_create_topics", "default_partition_count")
_FOR_OPERATORS = ("active",)


class TenantsView(ManagementView):
    """``/tenants``"""

    @extend_schema(
        tags=["tenants"],
        operation_id="list_tenants",
        responses={200: schema.list_of(schema.TENANT)},
    )
    def get(self, _request: Request) -> Response:
        """The caller's tenants; for an operator all of them."""
        if self.caller.is_operator:
            tenants = list_tenants()
        else:
            tenants = [tenant_by_id(id_of(access)) for access in self.caller.tenants]
        return Response({"data": [tenant_document(tenant) for tenant in tenants]})

    @extend_schema(
        tags=["tenants"],
        operation_id="create_tenant",
        request={"application/json": schema.CREATE_TENANT},
        responses={201: schema.TENANT},
    )
    def post(self, request: Request) -> Response:
        """Make a tenant that has no members yet (operators)."""
        self.caller.require_operator()
        fields = read_fields(request.data, required=("name",))
        tenant = create_tenant(name=text(fields, "name"), by=person_principal(self.caller.name))
        location = request.build_absolute_uri(f"/api/v1/tenants/{tenant.name}")
        return Response(tenant_document(tenant), status=201, headers={"Location": location})


class TenantView(ManagementView):
    """``/tenants/{tenant}``"""

    @extend_schema(tags=["tenants"], operation_id="get_tenant", responses={200: schema.TENANT})
    def get(self, _request: Request, tenant: str) -> Response:
        """A tenant's settings."""
        access = self.managed(tenant, READ)
        require_cluster(access, Operation.DESCRIBE)
        return Response(tenant_document(tenant_by_id(id_of(access))))

    @extend_schema(
        tags=["tenants"],
        operation_id="alter_tenant",
        request={"application/json": schema.ALTER_TENANT},
        responses={200: schema.TENANT},
    )
    def patch(self, request: Request, tenant: str) -> Response:
        """Change settings; `active` is for operators to change.

        `active` false is a suspension, as by `:suspend`.
        """
        access = self.managed(tenant, ADMINISTER)
        fields = read_fields(request.data, optional=_FOR_ADMINISTRATORS + _FOR_OPERATORS)
        if any(name in fields for name in _FOR_OPERATORS):
            self.caller.require_operator()
        settings = _settings(fields)
        if settings:
            alter_tenant(tenant_id=id_of(access), by=access.principal, **settings)
        if "active" in fields:
            stands = resume_tenant if boolean(fields, "active") else suspend_tenant
            stands(tenant_id=id_of(access), by=access.principal)
        return Response(tenant_document(tenant_by_id(id_of(access))))

    @extend_schema(
        tags=["tenants"],
        operation_id="delete_tenant",
        parameters=[GRACE_PARAMETER],
        responses={202: schema.TENANT},
    )
    def delete(self, request: Request, tenant: str) -> Response:
        """Cut the tenant off within five seconds, and purge it after a grace (operators, owners).

        Until then `POST …:restore` gives everything back.
        """
        return delete_by_owner(request, self.managed(tenant, ADMINISTER))


def _settings(fields: Mapping[str, Any]) -> dict[str, bool | int]:
    return {
        name: boolean(fields, name)
        if name == "auto_create_topics"
        else number(fields, name, 1, INT32_MAX)
        for name in fields
        if name != "active"
    }
