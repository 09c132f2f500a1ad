"""``/api/v1/tenants/{tenant}/invitations``: who may come into a tenant and has not accepted yet."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from streaming.access.management import authority_of
from streaming.api import management_schema as schema
from streaming.api.json_body import read_fields, text
from streaming.api.management_view import ManagementView, id_of, rfc3339
from streaming.records.identity import ADMINISTER
from tenants.invitations import IssuedInvitation
from tenants.models import Invitation
from tenants.selectors.invitations import invitations_of
from tenants.services.invite_member import invite_member
from tenants.services.withdraw_invitation import withdraw_invitation


class InvitationsView(ManagementView):
    """``/tenants/{tenant}/invitations``"""

    @extend_schema(
        tags=["tenants"],
        operation_id="list_invitations",
        responses={200: schema.list_of(schema.INVITATION)},
    )
    def get(self, _request: Request, tenant: str) -> Response:
        """Invitations that nobody has accepted yet, by login."""
        access = self.managed(tenant, ADMINISTER)
        return Response({"data": [_document(each) for each in invitations_of(id_of(access))]})

    @extend_schema(
        tags=["tenants"],
        operation_id="invite_member",
        request={"application/json": schema.INVITE_MEMBER},
        responses={201: schema.ISSUED_INVITATION},
    )
    def post(self, request: Request, tenant: str) -> Response:
        """Invite a person; the answer is the same whether anybody has that login or not.

        Who signs in under it sees the invitation; anybody else follows `/invitation#CODE`, whose
        code is shown this once. A former invitation of that login ends.
        """
        access = self.managed(tenant, ADMINISTER)
        fields = read_fields(request.data, required=("login", "role"))
        issued = invite_member(
            tenant_id=id_of(access),
            login=text(fields, "login"),
            role=text(fields, "role"),
            by=access.principal,
            authority=authority_of(access),
        )
        document = {**_document(issued), "code": issued.code}
        return Response(document, status=201, headers={"Cache-Control": "no-store"})


class InvitationView(ManagementView):
    """``/tenants/{tenant}/invitations/{invited}``"""

    @extend_schema(tags=["tenants"], operation_id="withdraw_invitation", responses={204: None})
    def delete(self, _request: Request, tenant: str, invited: str) -> HttpResponse:
        """Withdraw an invitation; its code opens nothing from then on."""
        access = self.revocable(tenant)
        withdraw_invitation(
            tenant_id=id_of(access),
            login=invited,
            by=access.principal,
            authority=authority_of(access),
        )
        return HttpResponse(status=204)


def _document(invitation: Invitation | IssuedInvitation) -> dict[str, Any]:
    return {
        "login": invitation.login,
        "role": invitation.role,
        "invited_by": invitation.invited_by,
        "created_at": rfc3339(invitation.created_at),
        "expires_at": rfc3339(invitation.expires_at),
    }
