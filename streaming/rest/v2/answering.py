"""What every view of REST v2 has in common: who calls, and how answers and errors look."""

import functools
from collections.abc import Awaitable, Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse

from streaming.access.caller import Caller, TenantAccess
from streaming.access.request_caller import acaller_of_request
from streaming.consumers.errors import IllegalState, NoTenant, RefusedV2
from streaming.problems import Problem
from streaming.rest.answers import AsyncView, answer, respond
from streaming.rest.body import InvalidBody
from streaming.rest.json_body import parse_storable_json
from streaming.rest.v2.media import PLAIN, NotAcceptable, UnsupportedBody, check_accepted


def v2_view(view: Callable[..., Awaitable[HttpResponseBase]]) -> AsyncView:
    """Let an async view raise; its errors become answers of REST v2's media type."""

    @functools.wraps(view)
    async def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return await view(request, *args, **kwargs)
        except Exception as error:
            response = _response(error, request)
        response["Content-Type"] = PLAIN
        return response

    return wrapped


def _response(error: Exception, request: HttpRequest) -> HttpResponse:
    match error:
        case RefusedV2():
            headers = {"Retry-After": "1"} if error.status == 429 else {}
            return respond(Problem(error.status, error.error_code, str(error), headers), request)
        case UnsupportedBody():
            return respond(Problem(415, 415, str(error)), request)
        case NotAcceptable():
            return respond(Problem(406, 406, str(error)), request)
    return answer(error, request)


async def caller_and_access(request: HttpRequest, scope: str) -> tuple[Caller, TenantAccess]:
    """The caller and its tenant. Paths of REST v2 name no cluster, so there must be one tenant.

    Raises ``AccessError``, ``IllegalState`` and ``NotAcceptable``.
    """
    caller = await acaller_of_request(request)
    if not caller.tenants:
        raise NoTenant(f"{caller.name} is a member of no tenant. Use an API key of one.")
    if len(caller.tenants) > 1:
        raise IllegalState(
            f"{caller.name} belongs to {len(caller.tenants)} tenants, and REST v2 has no way to "
            "name one. Use an API key of the tenant, or REST v3."
        )
    (access,) = caller.tenants
    access.require(scope)
    return caller, access


async def access_of(request: HttpRequest, scope: str) -> TenantAccess:
    """The caller's tenant, for an endpoint whose answer is ``PLAIN``."""
    _caller, access = await caller_and_access(request, scope)
    check_accepted(request.headers.get("Accept"))
    return access


def json_answer(document: Any, status: int = 200) -> HttpResponse:
    return JsonResponse(document, status=status, content_type=PLAIN, safe=False)


def no_content() -> HttpResponse:
    return HttpResponse(status=204)


def body_of(request: HttpRequest) -> Any:
    """The request's body as JSON; None when it is empty. Raises ``InvalidBody``."""
    data = request.body
    return parse_storable_json(data) if data.strip() else None


def required_body_of(request: HttpRequest) -> Any:
    """The request's body as JSON. Raises ``InvalidBody``, also when it is empty."""
    body = body_of(request)
    if body is None:
        raise InvalidBody("the body is empty; it must be a JSON object")
    return body
