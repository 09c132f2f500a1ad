"""``/api/v1/tenants/{tenant}/service-accounts``: the identities of a tenant's programs."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from brokers.authorization.resource import Operation
from streaming.access.rights import require_cluster
from streaming.api import management_schema as schema
from streaming.api.acls import PRESET_FIELDS, preset_of
from streaming.api.json_body import read_fields, text
from streaming.api.management_view import ManagementView, id_of, rfc3339
from streaming.records.identity import ADMINISTER, READ
from tenants.models import ServiceAccount
from tenants.selectors.service_accounts import service_accounts_of
from tenants.services.create_service_account import create_service_account
from tenants.services.delete_service_account import delete_service_account


class ServiceAccountsView(ManagementView):
    """``/tenants/{tenant}/service-accounts``"""

    @extend_schema(
        tags=["tenants"],
        operation_id="list_service_accounts",
        responses={200: schema.list_of(schema.SERVICE_ACCOUNT)},
    )
    def get(self, _request: Request, tenant: str) -> Response:
        """Service accounts by name, with how many keys log in as each."""
        access = self.managed(tenant, READ)
        require_cluster(access, Operation.DESCRIBE)
        accounts = service_accounts_of(id_of(access))
        return Response({"data": [_document(each, each.active_keys) for each in accounts]})

    @extend_schema(
        tags=["tenants"],
        operation_id="create_service_account",
        request={"application/json": schema.CREATE_SERVICE_ACCOUNT},
        responses={201: schema.SERVICE_ACCOUNT},
    )
    def post(self, request: Request, tenant: str) -> Response:
        """A principal for a program; it has no key yet."""
        access = self.managed(tenant, ADMINISTER)
        fields = read_fields(request.data, required=("name",), optional=("preset", *PRESET_FIELDS))
        account = create_service_account(
            tenant_id=id_of(access),
            name=text(fields, "name"),
            by=access.principal,
            preset=preset_of(fields),
        )
        return Response(_document(account, active_keys=0), status=201)


class ServiceAccountView(ManagementView):
    """``/tenants/{tenant}/service-accounts/{name}``"""

    @extend_schema(tags=["tenants"], operation_id="delete_service_account", responses={204: None})
    def delete(self, _request: Request, tenant: str, name: str) -> HttpResponse:
        """Remove a service account and its keys; their connections are cut within five seconds."""
        access = self.revocable(tenant)
        delete_service_account(tenant_id=id_of(access), name=name, by=access.principal)
        return HttpResponse(status=204)


def _document(account: ServiceAccount, active_keys: int) -> dict[str, Any]:
    return {
        "name": account.name,
        "principal": f"User:{account.name}",
        "created_at": rfc3339(account.created_at),
        "active_keys": active_keys,
    }
