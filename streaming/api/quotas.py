"""``/api/v1/quotas`` and ``/api/v1/tenants/{tenant}/quotas``: what a tenant may use, and does.

In the manner of Confluent's service quotas: each limit with its default (the plan's), what is
applied, and what is used, as far as it is counted.
"""

from dataclasses import asdict, replace
from typing import Any, Final

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from brokers.authorization.resource import Operation
from brokers.selectors.exceeded_limits import exceeded_by
from brokers.selectors.quotas import limits_of
from streaming.access.caller import TenantAccess
from streaming.access.errors import TenantNotFound
from streaming.access.rights import require_cluster
from streaming.api import management_schema as schema
from streaming.api.json_body import read_fields, text
from streaming.api.management_view import ManagementView, id_of
from streaming.api.query import known_only
from streaming.quotas.tenant_limits import process_limits
from streaming.quotas.used import used_at_edge
from streaming.records.identity import READ
from streaming.rest.body import InvalidBody, members
from streaming.rest.consume_request import InvalidQuery
from tenants.limits import KINDS, NAMES
from tenants.names import person_principal
from tenants.selectors.tenants import tenant_by_id
from tenants.services.set_tenant_limits import set_tenant_limits

_SCOPE: Final = "tenant"


class QuotasView(ManagementView):
    """``/quotas``"""

    @extend_schema(
        tags=["quotas"],
        operation_id="get_own_quotas",
        parameters=[
            OpenApiParameter("tenant", str, description="Default: the caller's only tenant.")
        ],
        responses={200: schema.QUOTAS},
    )
    def get(self, request: Request) -> Response:
        """Limits of the caller's tenant: default, applied and used."""
        known_only(request.query_params, "tenant")
        access = self._tenant(request.query_params.get("tenant"))
        require_cluster(access, Operation.DESCRIBE_CONFIGS)
        return Response(_document(access))

    def _tenant(self, name: str | None) -> TenantAccess:
        tenants = self.caller.tenants
        if name is not None:
            return self.managed(name, READ)
        if not tenants:
            raise TenantNotFound("of your own")
        if len(tenants) > 1:
            raise InvalidQuery(
                f"{self.caller.name} belongs to {len(tenants)} tenants; name one with tenant"
            )
        tenants[0].require(READ)
        return tenants[0]


class TenantQuotasView(ManagementView):
    """``/tenants/{tenant}/quotas``"""

    @extend_schema(tags=["quotas"], operation_id="get_quotas", responses={200: schema.QUOTAS})
    def get(self, _request: Request, tenant: str) -> Response:
        """A tenant's limits: default, applied and used."""
        access = self.managed(tenant, READ)
        require_cluster(access, Operation.DESCRIBE_CONFIGS)
        return Response(_document(access))

    @extend_schema(
        tags=["quotas"],
        operation_id="alter_quotas",
        request={"application/json": schema.ALTER_QUOTAS},
        responses={200: schema.QUOTAS},
    )
    def patch(self, request: Request, tenant: str) -> Response:
        """Give a tenant limits of its own (null: the plan's again), or a plan (operators).

        A limit may be below what is in use: `exceeded` tells of each such.
        """
        self.caller.require_operator()
        access = self.managed(tenant, READ)
        fields = read_fields(request.data, optional=("limits", "plan"))
        if fields:
            set_tenant_limits(
                tenant_id=id_of(access),
                by=person_principal(self.caller.name),
                limits=own_limits(fields["limits"]) if "limits" in fields else None,
                plan=text(fields, "plan") if "plan" in fields else None,
            )
            process_limits().renewed(access.tenant_id)
        return Response(_document(access))


def own_limits(body: Any) -> dict[str, int | None]:
    """What each may be is the service's to judge. Raises ``InvalidBody``."""
    limits = dict(members(body, NAMES, where="limits"))
    for name, value in limits.items():
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise InvalidBody(f"limits.{name} must be a whole number, or null for the plan's")
    return limits


def whole_limits(body: Any) -> dict[str, int]:
    """As ``own_limits``, where there is none to fall back to. Raises ``InvalidBody``."""
    limits: dict[str, int] = {}
    for name, value in own_limits(body).items():
        if value is None:
            raise InvalidBody(f"limits.{name} must be a whole number")
        limits[name] = value
    return limits


def _document(access: TenantAccess) -> dict[str, Any]:
    limits = limits_of(id_of(access))
    edge = used_at_edge(access.tenant_id)
    rows = []
    for kind in KINDS:
        limit = limits[kind.name]
        limits[kind.name] = replace(limit, used=edge.get(kind.name, limit.used))
        rows.append(
            {
                "name": kind.name,
                "unit": kind.unit,
                "description": kind.meaning,
                "scope": _SCOPE,
                "default": limit.default,
                "applied": limit.applied,
                "used": limits[kind.name].used,
            }
        )
    return {
        "tenant": access.tenant,
        "plan": tenant_by_id(id_of(access)).plan,
        "data": rows,
        "exceeded": [asdict(each) for each in exceeded_by(access.tenant, limits)],
    }
