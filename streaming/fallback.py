"""What Django answers by itself, before or instead of a view: as JSON where the APIs are."""

import sys
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.views import defaults

from streaming.problems import Problem, problem_of
from streaming.rest.answers import INTERNAL, respond

_APIS: Final = ("/api/", "/kafka/", "/connect/")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No URL fits, be it for a line break in a name."""
    if not request.path_info.startswith(_APIS):
        return defaults.page_not_found(request, exception)
    message = "This path is not an endpoint of this release; see /api/openapi.json."
    return respond(Problem(404, 404, message), request)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A request that Django would not read, as one for a host that is not this one's."""
    if not request.path_info.startswith(_APIS):
        return defaults.bad_request(request, exception)
    message = "The request cannot be read: its Host header or its form is not one taken here."
    return respond(Problem(400, 400, message), request)


def server_error(request: HttpRequest) -> HttpResponse:
    """A fault outside every view, or a store that could not be asked there: for the session."""
    error = sys.exc_info()[1]
    problem = problem_of(error) if isinstance(error, Exception) else None
    if request.path_info.startswith(_APIS):
        return respond(problem or INTERNAL, request)
    if problem is None:
        return defaults.server_error(request)
    return HttpResponse(
        problem.message, "text/plain; charset=utf-8", problem.status, headers=problem.headers
    )
