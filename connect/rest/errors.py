"""Errors in Kafka Connect's form: ``error_code`` is the HTTP status, always."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from django.http import HttpRequest, HttpResponse

from connect.errors import InvalidConfig, UnknownPlugin
from streaming.problems import Problem
from streaming.rest.answers import problem_for_request, respond
from tenants.errors import Invalid, NotFound

_SEE_VALIDATE: Final = (
    "You can also find the above list of errors at the endpoint "
    "`/connector-plugins/{connectorType}/config/validate`"
)


def connect_answer(error: Exception, request: HttpRequest) -> HttpResponse:
    """The response for any exception of a view; what is not expected is logged and not told."""
    problem = problem_of_connect(error)
    if problem is None:
        problem = problem_for_request(error, request.method or "", request.path)
    return respond(replace(problem, error_code=problem.status), request)


def problem_of_connect(error: Exception) -> Problem | None:
    """What these errors are here and nowhere else."""
    match error:
        case InvalidConfig():
            return Problem(400, 400, f"{error.message}\n{_SEE_VALIDATE}")
        case UnknownPlugin():
            return Problem(400, 400, f"Failed to find any connector plugin: {error.message}.")
        case Invalid():
            return Problem(400, 400, error.message)
    return None


@contextmanager
def when_absent(message: str) -> Iterator[None]:
    """Kafka Connect has a sentence of its own for what is not there at some endpoints."""
    try:
        yield
    except NotFound:
        raise NotFound(message) from None
