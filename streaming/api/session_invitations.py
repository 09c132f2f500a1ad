"""``/api/v1/session/invitations``: the tenants that a person is invited into."""

from typing import Any, Final

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from streaming.access.caller import SessionCredential
from streaming.access.errors import NotAllowed
from streaming.api.json_body import read_fields, text
from streaming.api.management_schema import list_of
from streaming.api.management_view import rfc3339
from streaming.rest.body import InvalidBody
from streaming.rest.view import RestView
from tenants.models import Invitation, User
from tenants.selectors.invitations import invitation_for, invitation_of_code, invitations_for
from tenants.services.accept_invitation import accept_invitation
from tenants.services.decline_invitation import decline_invitation

TEXT: Final = {"type": "string"}
_INVITATION: Final = {
    "type": "object",
    "properties": {
        "tenant": TEXT,
        "role": TEXT,
        "invited_by": TEXT,
        "expires_at": {"type": "string", "format": "date-time"},
    },
    "required": ["tenant", "role", "invited_by", "expires_at"],
}
_ACCEPT: Final = {
    "type": "object",
    "properties": {
        "tenant": {**TEXT, "minLength": 1, "maxLength": 63},
        "code": {**TEXT, "minLength": 1, "maxLength": 64},
    },
    "minProperties": 1,
    "maxProperties": 1,
    "additionalProperties": False,
}
_ACCEPTED: Final = {
    "type": "object",
    "properties": {"tenant": TEXT, "role": TEXT},
    "required": ["tenant", "role"],
}


class PersonView(RestView):
    """For a browser's session only: an API key is nobody who could be invited."""

    @property
    def person(self) -> User:
        """Raises ``NotAllowed``."""
        credential = self.caller.credential
        if not isinstance(credential, SessionCredential):
            raise NotAllowed("Invitations are for people: sign in, an API key has none.")
        return User.objects.get(pk=credential.user_id)


class SessionInvitationsView(PersonView):
    """``/session/invitations``"""

    @extend_schema(
        tags=["service"],
        operation_id="list_own_invitations",
        responses={200: list_of(_INVITATION)},
    )
    def get(self, _request: Request) -> Response:
        """The tenants that whoever is signed in is invited into, by name."""
        return Response({"data": [_document(each) for each in invitations_for(self.person.login)]})

    @extend_schema(
        tags=["service"],
        operation_id="accept_invitation",
        request={"application/json": _ACCEPT},
        responses={201: _ACCEPTED},
    )
    def post(self, request: Request) -> Response:
        """Accept an invitation of one's own by its `tenant`, or any by its `code`."""
        person = self.person
        fields = read_fields(request.data, optional=("tenant", "code"))
        invitation = _chosen(person, text(fields, "tenant"), text(fields, "code"))
        member = accept_invitation(digest=invitation.digest, user=person)
        return Response({"tenant": invitation.tenant.name, "role": member.role}, status=201)


class SessionInvitationView(PersonView):
    """``/session/invitations/{name}``"""

    @extend_schema(tags=["service"], operation_id="decline_invitation", responses={204: None})
    def delete(self, _request: Request, name: str) -> HttpResponse:
        """Be shown the invitation into that tenant no more; the tenant is not told."""
        person = self.person
        decline_invitation(invitation=invitation_for(person.login, name), user=person)
        return HttpResponse(status=204)


def _chosen(person: User, tenant: str, code: str) -> Invitation:
    if bool(tenant) == bool(code):
        raise InvalidBody('send either {"tenant": name} or {"code": text}')
    return invitation_of_code(code) if code else invitation_for(person.login, tenant)


def _document(invitation: Invitation) -> dict[str, Any]:
    return {
        "tenant": invitation.tenant.name,
        "role": invitation.role,
        "invited_by": invitation.invited_by,
        "expires_at": rfc3339(invitation.expires_at),
    }
