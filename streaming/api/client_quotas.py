"""``/api/v1/tenants/{tenant}/client-quotas``: quotas of a tenant's principals, clients, addresses.

Entities and values are Kafka's (KIP-546). They divide what the tenant has; none gives it more.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from brokers.authorization.resource import Operation
from brokers.selectors.client_use import ClientQuotaUse, client_quotas_with_use
from streaming.access.rights import require_cluster
from streaming.api import management_schema as schema
from streaming.api.json_body import read_fields
from streaming.api.management_view import ManagementView, id_of
from streaming.api.query import known_only
from streaming.records.identity import ADMINISTER, READ
from streaming.rest.body import InvalidBody, members
from tenants.client_quotas import CLIENT_ID, IP, IP_KEYS, KEYS, USER
from tenants.errors import NotFound
from tenants.selectors.quotas import client_quotas_of
from tenants.services.alter_client_quotas import Alteration, alter_client_quotas

DEFAULT: Final = "<default>"
"""In a URL, as in Kafka's commands: whoever has no quota of their own. In JSON it is null."""

_PARAMETERS: Final = {"user": USER, "client_id": CLIENT_ID, "ip": IP}


class ClientQuotasView(ManagementView):
    """``/tenants/{tenant}/client-quotas``"""

    @extend_schema(
        tags=["quotas"],
        operation_id="list_client_quotas",
        responses={200: schema.list_of(schema.CLIENT_QUOTA_USE)},
    )
    def get(self, _request: Request, tenant: str) -> Response:
        """All quotas of principals, client ids and addresses, with what is used of them."""
        access = self.managed(tenant, READ)
        require_cluster(access, Operation.DESCRIBE_CONFIGS)
        rows = client_quotas_with_use(id_of(access))
        return Response({"data": [_document(row) for row in rows]})

    @extend_schema(
        tags=["quotas"],
        operation_id="put_client_quota",
        request={"application/json": schema.CLIENT_QUOTA_BODY},
        responses={200: schema.CLIENT_QUOTA},
    )
    def put(self, request: Request, tenant: str) -> Response:
        """Give one entity these quotas, and no others."""
        access = self.managed(tenant, ADMINISTER)
        fields = read_fields(request.data, required=("entity", "values"))
        entity, values = _entity(fields["entity"]), _values(fields["values"])
        known = IP_KEYS if IP in entity else KEYS
        alter_client_quotas(
            tenant_id=id_of(access),
            by=access.principal,
            alterations=[Alteration(entity, {**dict.fromkeys(known), **values})],
        )
        return Response({"entity": entity, "values": values})

    @extend_schema(
        tags=["quotas"],
        operation_id="delete_client_quota",
        parameters=[
            OpenApiParameter(name, str, description=f"`{DEFAULT}` for the default of all.")
            for name in _PARAMETERS
        ],
        responses={204: None},
    )
    def delete(self, request: Request, tenant: str) -> HttpResponse:
        """Take all quotas of one entity away."""
        access = self.managed(tenant, ADMINISTER)
        known_only(request.query_params, *_PARAMETERS)
        entity = {
            _PARAMETERS[name]: None if value == DEFAULT else value
            for name, value in request.query_params.items()
        }
        rows = [row for row in client_quotas_of(id_of(access)) if row.entity == entity]
        if not rows:
            raise NotFound("there is no such client quota; GET lists them")
        alter_client_quotas(
            tenant_id=id_of(access),
            by=access.principal,
            alterations=[Alteration(entity, dict.fromkeys(rows[0].values))],
        )
        return HttpResponse(status=204)


def _entity(body: Any) -> dict[str, str | None]:
    entity = dict(members(body, (USER, CLIENT_ID, IP), where="entity"))
    for kind, name in entity.items():
        if name is not None and (not isinstance(name, str) or not name.isprintable()):
            raise InvalidBody(f"entity.{kind} must be printable text, or null for the default")
    return entity


def _values(body: Any) -> dict[str, float]:
    values: Mapping[str, Any] = members(body, KEYS | IP_KEYS, where="values")
    if not values:
        raise InvalidBody("values must have at least one quota; DELETE removes them")
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InvalidBody(f"values.{name} must be a number")
    return dict(values)


def _document(row: ClientQuotaUse) -> dict[str, Any]:
    return {
        "entity": row.entity,
        "values": row.values,
        "used": row.used,
        "used_by": [asdict(each) for each in row.used_by],
    }
