"""What every plain REST view has in common: who calls, and how errors are answered."""

from typing import Any

from django.http import HttpResponse
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework.views import APIView

from brokers.authorization.resource import Operation
from streaming.access.caller import Caller, TenantAccess
from streaming.access.request_caller import caller_of_request
from streaming.access.rights import require_on_some_topic
from streaming.rest.answers import answer
from streaming.rest.json_parser import JsonParser
from streaming.rest.resources import Links
from tenants.errors import NotFound


class CallerAuthentication(BaseAuthentication):
    """``request.user`` is the ``Caller``; CSRF is part of it, for sessions only."""

    def authenticate(self, request: Request) -> tuple[Caller, None]:
        return caller_of_request(request._request), None


class RestView(APIView):
    """Base of the DRF views under ``/kafka/v3``."""

    authentication_classes = (CallerAuthentication,)
    permission_classes = ()
    parser_classes = (JsonParser,)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        # PostgreSQL takes no NUL in a text, not even to say that there is no such row.
        for name, value in kwargs.items():
            if isinstance(value, str) and "\0" in value:
                raise NotFound(f"There is no {name} with a NUL in it; check the URL.")

    def handle_exception(self, exc: Exception) -> HttpResponse:
        return answer(exc, self.request._request)

    @property
    def caller(self) -> Caller:
        caller = self.request.user
        assert isinstance(caller, Caller)
        return caller

    def access(self, cluster_id: str, scope: str) -> TenantAccess:
        """Raises ``ClusterNotFound``, and ``NotAllowed`` when the caller lacks ``scope``."""
        access = self.caller.access(cluster_id)
        access.require(scope)
        return access

    def access_to_topics(self, cluster_id: str, scope: str, operation: Operation) -> TenantAccess:
        """As ``access``, where a service account's ACLs decide in place of ``scope``: whether it
        has a right to ``operation`` on any topic at all."""
        access = self.caller.access(cluster_id)
        require_on_some_topic(access, scope, operation)
        return access

    @property
    def links(self) -> Links:
        return links_of(self.request)


def links_of(request: Any) -> Links:
    """Links under the host that the request was sent to."""
    return Links(request.build_absolute_uri("/kafka/v3"))


def path_of(request: Any) -> str:
    """The request's absolute URL without its query."""
    return str(request.build_absolute_uri(request.path))
