"""``/api/v1/invitation``: for who has a code, and perhaps no login yet.

The code travels in bodies: an address would be in logs.
"""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from streaming.access.request_caller import caller_of_session
from streaming.api.hashing import room_to_hash
from streaming.api.json_body import read_fields, text
from streaming.api.management_view import rfc3339
from streaming.api.session import (
    PASSWORD_CHARACTERS_MAX,
    SESSION,
    begin_session,
    session_document,
)
from streaming.quotas.errors import RateLimited
from streaming.quotas.failed_logins import FailedLogins
from streaming.rest.answers import answer
from streaming.rest.body import InvalidBody
from streaming.rest.json_parser import JsonParser
from tenants.errors import NotFound
from tenants.models import Invitation
from tenants.selectors.invitations import invitation_of_code
from tenants.services.join_by_invitation import join_by_invitation

_failed: Final = FailedLogins()
"""Codes cannot be guessed; whoever tries costs no more than a look in memory."""

_TEXT: Final = {"type": "string"}
_CODE: Final = {**_TEXT, "minLength": 1, "maxLength": 64}
_SHOW: Final = {
    "type": "object",
    "properties": {"code": _CODE},
    "required": ["code"],
    "additionalProperties": False,
}
_SHOWN: Final = {
    "type": "object",
    "properties": {
        "tenant": _TEXT,
        "role": _TEXT,
        "login": {**_TEXT, "description": "Who was invited, as the tenant calls them."},
        "invited_by": _TEXT,
        "expires_at": {"type": "string", "format": "date-time"},
    },
    "required": ["tenant", "role", "login", "invited_by", "expires_at"],
}
_JOIN: Final = {
    "type": "object",
    "properties": {
        "code": _CODE,
        "name": {
            **_TEXT,
            "minLength": 1,
            "maxLength": 150,
            "description": "What comes before the @: the login will be NAME@TENANT.",
        },
        "password": {**_TEXT, "minLength": 1, "maxLength": PASSWORD_CHARACTERS_MAX},
        "full_name": {**_TEXT, "maxLength": 150},
    },
    "required": ["code", "name", "password"],
    "additionalProperties": False,
}


class InvitationCodeView(APIView):
    """``/invitation``. Needs no CSRF token, as signing in: no form can send its JSON."""

    authentication_classes = ()
    permission_classes = ()
    parser_classes = (JsonParser,)

    @extend_schema(
        tags=["service"],
        operation_id="show_invitation",
        request={"application/json": _SHOW},
        responses={200: _SHOWN},
    )
    def post(self, request: Request) -> HttpResponse:
        """What the invitation of a code is for; the same whether anybody has the invited login."""
        fields = read_fields(request.data, required=("code",))
        invitation = _invitation(request._request, text(fields, "code"))
        return Response(
            {
                "tenant": invitation.tenant.name,
                "role": invitation.role,
                "login": invitation.login,
                "invited_by": invitation.invited_by,
                "expires_at": rfc3339(invitation.expires_at),
            },
            headers={"Cache-Control": "no-store"},
        )

    def handle_exception(self, exc: Exception) -> HttpResponse:
        return answer(exc, self.request._request)


class JoinView(InvitationCodeView):
    """``/invitation/account``"""

    @extend_schema(
        tags=["service"],
        operation_id="join_by_invitation",
        request={"application/json": _JOIN},
        responses={201: SESSION},
    )
    def post(self, request: Request) -> HttpResponse:
        """Accept an invitation as somebody new: a login NAME@TENANT is made, and signed in."""
        http_request = request._request
        fields = read_fields(
            request.data, required=("code", "name", "password"), optional=("full_name",)
        )
        name, full_name = text(fields, "name"), text(fields, "full_name")
        password = _password(fields["password"])
        invitation = _invitation(http_request, text(fields, "code"))
        with room_to_hash():
            user = join_by_invitation(
                invitation=invitation, name=name, password=password, full_name=full_name
            )
        begin_session(http_request, user)
        caller = caller_of_session(http_request)
        document = session_document(caller, get_token(http_request))
        return Response(document, status=201, headers={"Cache-Control": "no-store"})


def _invitation(request: HttpRequest, code: str) -> Invitation:
    """Raises ``NotFound``, and ``RateLimited`` where too many codes were tried in vain."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    seconds = _failed.address_seconds(address)
    if seconds:
        raise RateLimited(
            f"Too many codes from {address} were none. Try again in {seconds} s.", seconds
        )
    try:
        return invitation_of_code(code)
    except NotFound:
        _failed.failed(address, "")
        raise


def _password(value: object) -> str:
    if isinstance(value, str) and 0 < len(value) <= PASSWORD_CHARACTERS_MAX and "\0" not in value:
        return value
    raise InvalidBody("password must be text")
