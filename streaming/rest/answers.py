"""Errors of REST views as HTTP responses, for DRF's views and for the async ones alike."""

import functools
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from rest_framework import exceptions

from brokers.kernel.errors import Refusal
from streaming.access.refusals import over_quota
from streaming.filters.filter import FilterTooCostly, InvalidFilter
from streaming.problems import Problem, problem_body, problem_of
from streaming.records.failures import Throttled
from streaming.rest.body import InvalidBody
from streaming.rest.consume_request import InvalidQuery
from streaming.rest.request_body import BodyTooLarge
from tenants import origin
from tenants.errors import Conflict

logger = logging.getLogger(__name__)

AsyncView = Callable[..., Awaitable[HttpResponseBase]]

INTERNAL = Problem(
    500, 500, "The request failed inside the service; its log says more. Try it again."
)


def answer(error: Exception, request: HttpRequest) -> HttpResponse:
    """The response for any exception of a view; what is not expected is logged and not told."""
    return respond(problem_for_request(error, request.method or "", request.path), request)


def problem_for_request(error: Exception, method: str, path: str) -> Problem:
    """The problem for any exception of a request; what is not expected is logged, and what a quota
    did not allow goes to the audit log."""
    for quota in _quotas(error):
        over_quota(quota)
    problem = _problem(error)
    if problem is None:
        logger.error("%s %s failed", method, path, exc_info=error)
        request_id = origin.current().request_id
        return replace(INTERNAL, message=f"{INTERNAL.message} Its id is {request_id}.")
    return problem


def respond(problem: Problem, request: HttpRequest) -> HttpResponse:
    """``problem`` as a response."""
    response = HttpResponse(
        problem_body(problem), status=problem.status, content_type="application/json"
    )
    for name, value in problem.headers.items():
        # A browser would open its own password dialog over the console.
        if name != "WWW-Authenticate" or "Sec-Fetch-Mode" not in request.headers:
            response[name] = value
    return response


def answering_errors(view: AsyncView) -> AsyncView:
    """Let an async view raise; its errors become responses."""

    @functools.wraps(view)
    async def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return await view(request, *args, **kwargs)
        except Exception as error:
            return answer(error, request)

    return wrapped


def _quotas(error: Exception) -> tuple[str, ...]:
    """Which the caller has used up, where it is for that."""
    match error:
        case Refusal(quota=str(quota)) if quota:
            return (quota,)
        case Conflict(extra={"limit": str(limit)}):
            return (limit,)
        case Throttled():
            return error.limits[:1]
    return ()


def _problem(error: Exception) -> Problem | None:
    match error:
        case InvalidQuery() | InvalidBody() | InvalidFilter():
            return Problem(400, 40002, str(error))
        case FilterTooCostly():
            return Problem(422, 422, str(error))
        case BodyTooLarge():
            return Problem(413, 413, str(error))
        case exceptions.ParseError():
            return Problem(400, 400, f"The body is not valid JSON in UTF-8: {error.detail}")
        case exceptions.UnsupportedMediaType():
            return Problem(415, 415, "Send the body as application/json.")
        case exceptions.MethodNotAllowed():
            return Problem(405, 405, str(error.detail))
        case exceptions.NotAcceptable():
            return Problem(406, 406, "This endpoint answers application/json.")
        case exceptions.APIException():
            return Problem(error.status_code, error.status_code, str(error.detail))
    return problem_of(error)
