"""``/api/v1/tenants/{tenant}/members``: the people of a tenant and their roles."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from brokers.authorization.resource import Operation
from streaming.access.management import authority_of
from streaming.access.rights import require_cluster
from streaming.api import management_schema as schema
from streaming.api.json_body import read_fields, text
from streaming.api.management_view import ManagementView, id_of, rfc3339
from streaming.records.identity import ADMINISTER, READ
from tenants.models import Membership
from tenants.selectors.tenants import members_of
from tenants.services.change_role import change_role
from tenants.services.remove_member import remove_member


class MembersView(ManagementView):
    """``/tenants/{tenant}/members``"""

    @extend_schema(
        tags=["tenants"],
        operation_id="list_members",
        responses={200: schema.list_of(schema.MEMBER)},
    )
    def get(self, _request: Request, tenant: str) -> Response:
        """Members by login."""
        access = self.managed(tenant, READ)
        require_cluster(access, Operation.DESCRIBE)
        return Response({"data": [_document(each) for each in members_of(id_of(access))]})


class MemberView(ManagementView):
    """``/tenants/{tenant}/members/{login}``"""

    @extend_schema(
        tags=["tenants"],
        operation_id="change_role",
        request={"application/json": schema.CHANGE_ROLE},
        responses={200: schema.MEMBER},
    )
    def patch(self, request: Request, tenant: str, login: str) -> Response:
        """Give a member another role; only owners make and unmake owners."""
        access = self.managed(tenant, ADMINISTER)
        fields = read_fields(request.data, required=("role",))
        member = change_role(
            tenant_id=id_of(access),
            login=login,
            role=text(fields, "role"),
            by=access.principal,
            authority=authority_of(access),
        )
        return Response(_document(member))

    @extend_schema(tags=["tenants"], operation_id="remove_member", responses={204: None})
    def delete(self, _request: Request, tenant: str, login: str) -> HttpResponse:
        """End a membership; the person's sockets at this tenant close within five seconds."""
        access = self.managed(tenant, ADMINISTER)
        remove_member(
            tenant_id=id_of(access),
            login=login,
            by=access.principal,
            authority=authority_of(access),
        )
        return HttpResponse(status=204)


def _document(member: Membership) -> dict[str, Any]:
    return {
        "login": member.user.login,
        "name": member.user.name,
        "role": member.role,
        "created_at": rfc3339(member.created_at),
    }
