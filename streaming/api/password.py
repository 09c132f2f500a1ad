"""``/api/v1/session/password``: a person's own password."""

from typing import Any, Final

from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from streaming.access.refusals import claimed
from streaming.access.request_caller import person_of_session, require_csrf
from streaming.api.hashing import room_to_hash
from streaming.api.json_body import read_fields
from streaming.api.session import PASSWORD_CHARACTERS_MAX, refused_try
from streaming.rest.answers import answer
from streaming.rest.body import InvalidBody
from streaming.rest.json_parser import JsonParser
from tenants.names import person_principal
from tenants.services.change_password import change_password

_PASSWORD: Final = {"type": "string", "minLength": 1, "maxLength": PASSWORD_CHARACTERS_MAX}
_PASSWORDS: Final = {
    "type": "object",
    "properties": {"current": _PASSWORD, "new": _PASSWORD},
    "required": ["current", "new"],
    "additionalProperties": False,
}


class PasswordView(APIView):
    """For the browser's session only: no API key changes a person's password."""

    authentication_classes = ()
    permission_classes = ()
    parser_classes = (JsonParser,)

    @extend_schema(
        tags=["service"],
        operation_id="change_password",
        request={"application/json": _PASSWORDS},
        responses={204: None},
    )
    def put(self, request: Request) -> HttpResponse:
        """Change the password of who is signed in; the person's other sessions end."""
        http_request = request._request
        user = person_of_session(http_request)
        claimed(user.login)
        require_csrf(http_request)
        fields = read_fields(request.data, required=("current", "new"))
        current, new = _password(fields["current"]), _password(fields["new"])
        refused = refused_try(http_request, user.login)
        if refused is not None:
            return refused
        with room_to_hash():
            change_password(user=user, current=current, new=new, by=person_principal(user.login))
        http_request.user = user  # It asks whether the session is this person's.
        update_session_auth_hash(http_request, user)
        return HttpResponse(status=204)

    def handle_exception(self, exc: Exception) -> HttpResponse:
        response = answer(exc, self.request._request)
        # This endpoint does not take HTTP Basic, so it must not ask for it.
        response.headers.pop("WWW-Authenticate", None)
        return response


def _password(value: Any) -> str:
    if isinstance(value, str) and 0 < len(value) <= PASSWORD_CHARACTERS_MAX and "\0" not in value:
        return value
    raise InvalidBody('send {"current": text, "new": text}')
