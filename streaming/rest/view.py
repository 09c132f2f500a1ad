"""What every plain REST view has in common: who calls, and how errors are answered."""

from typing import Any

from django.http import HttpResponse
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework.views import APIView

from streaming.access.caller import Caller
from streaming.access.request_caller import caller_of_request
from streaming.rest.answers import answer
from streaming.rest.json_parser import JsonParser
from streaming.rest.resources import Links


class CallerAuthentication(BaseAuthentication):
    """``request.user`` is the ``Caller``; CSRF is part of it, for sessions only."""

    def authenticate(self, request: Request) -> tuple[Caller, None]:
        return caller_of_request(request._request), None


class RestView(APIView):
    """Base of the DRF views under ``/kafka/v3``."""

    authentication_classes = (CallerAuthentication,)
    permission_classes = ()
    parser_classes = (JsonParser,)

    def handle_exception(self, exc: Exception) -> HttpResponse:
        return answer(exc, self.request._request)

    @property
    def caller(self) -> Caller:
        caller = self.request.user
        assert isinstance(caller, Caller)
        return caller

    @property
    def links(self) -> Links:
        return Links(self.request.build_absolute_uri("/kafka/v3"))


def path_of(request: Any) -> str:
    """The request's absolute URL without its query."""
    return str(request.build_absolute_uri(request.path))
