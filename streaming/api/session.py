"""``/api/v1/session``: signing in, who is signed in, signing out."""

from typing import Any, Final

from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from streaming.access.caller import Caller
from streaming.access.errors import NotAuthenticated
from streaming.access.refusals import claimed
from streaming.access.request_caller import caller_of_session, require_csrf
from streaming.api.hashing import room_to_hash
from streaming.api.login_throttle import LoginThrottle
from streaming.problems import Problem
from streaming.rest.answers import answer, respond
from streaming.rest.body import InvalidBody
from streaming.rest.json_parser import JsonParser

LOGIN_CHARACTERS_MAX: Final = 150
PASSWORD_CHARACTERS_MAX: Final = 1024
"""Hashing costs what the password is long."""

throttle: Final = LoginThrottle()
"""Of every way to try a password."""


SESSION: Final = {
    "type": "object",
    "properties": {
        "user": {
            "type": "object",
            "properties": {
                "login": {"type": "string"},
                "name": {"type": "string"},
                "is_operator": {"type": "boolean"},
            },
            "required": ["login", "name", "is_operator"],
        },
        "tenants": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "name": {"type": "string"},
                    "cluster_id": {"type": "string"},
                    "role": {"type": "string"},
                    "scopes": {"type": "array", "items": {"type": "string"}},
                },
                "required": ["name", "cluster_id", "role", "scopes"],
            },
        },
        "csrf_token": {"type": "string"},
    },
    "required": ["user", "tenants", "csrf_token"],
}
_CREDENTIALS: Final = {
    "type": "object",
    "properties": {"login": {"type": "string"}, "password": {"type": "string"}},
    "required": ["login", "password"],
}


class SessionView(APIView):
    """Signing in needs no CSRF token: its JSON body is one that no other site's form can send."""

    authentication_classes = ()
    permission_classes = ()
    parser_classes = (JsonParser,)

    @extend_schema(tags=["service"], responses={200: SESSION})
    def get(self, request: Request) -> HttpResponse:
        """Who is signed in, and the CSRF token; 401 carries the token too."""
        http_request = request._request
        token = get_token(http_request)
        try:
            caller = caller_of_session(http_request)
        except NotAuthenticated as error:
            body = {"error_code": 40101, "message": str(error), "csrf_token": token}
            return Response(body, status=401)
        return Response(session_document(caller, token))

    @extend_schema(
        tags=["service"], request={"application/json": _CREDENTIALS}, responses={200: SESSION}
    )
    def post(self, request: Request) -> HttpResponse:
        """Sign in."""
        http_request = request._request
        name, password = _credentials(request.data)
        claimed(name)
        refused = refused_try(http_request, name)
        if refused is not None:
            return refused
        with room_to_hash():
            user = authenticate(http_request, username=name, password=password)
        if user is None:
            raise NotAuthenticated("Login or password is wrong.")
        begin_session(http_request, user)
        caller = caller_of_session(http_request)
        return Response(session_document(caller, get_token(http_request)))

    @extend_schema(tags=["service"], responses={204: None})
    def delete(self, request: Request) -> HttpResponse:
        """Sign out."""
        http_request = request._request
        caller_of_session(http_request)
        require_csrf(http_request)
        logout(http_request)
        return HttpResponse(status=204)

    def handle_exception(self, exc: Exception) -> HttpResponse:
        response = answer(exc, self.request._request)
        # This endpoint does not take HTTP Basic, so it must not ask for it.
        response.headers.pop("WWW-Authenticate", None)
        return response


def begin_session(request: HttpRequest, user: AbstractBaseUser) -> None:
    """A session of the person's own, under a key that nobody knew before; another person's that the
    browser had ends."""
    before = request.session.session_key
    login(request, user)
    if request.session.session_key in {None, before}:
        # Django keeps the key where the same person was signed in, and draws the one that follows
        # another's session only when the answer is sent.
        request.session.cycle_key()


def refused_try(request: HttpRequest, login_name: str) -> HttpResponse | None:
    """The answer to one who tried too many passwords; else None, and this try counts."""
    seconds = throttle.seconds_to_wait(request.META.get("REMOTE_ADDR", ""), login_name)
    if not seconds:
        return None
    message = f"Too many passwords were tried. Try again in {seconds} seconds."
    return respond(Problem(429, 42901, message, {"Retry-After": str(seconds)}), request)


def _credentials(body: Any) -> tuple[str, str]:
    match body:
        case {"login": str(name), "password": str(password)} if (
            len(name) <= LOGIN_CHARACTERS_MAX
            and len(password) <= PASSWORD_CHARACTERS_MAX
            and "\0" not in name + password
        ):
            return name, password
    raise InvalidBody('send {"login": text, "password": text}')


def session_document(caller: Caller, csrf_token: str) -> dict[str, Any]:
    return {
        "user": {
            "login": caller.name,
            "name": caller.full_name,
            "is_operator": caller.is_operator,
        },
        "tenants": [
            {
                "name": each.tenant,
                "cluster_id": each.cluster_id,
                "role": each.role,
                "scopes": sorted(each.scopes),
            }
            for each in caller.tenants
        ],
        "csrf_token": csrf_token,
    }
