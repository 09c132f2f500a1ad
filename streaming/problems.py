"""The one place where an error becomes an HTTP answer: ``{"error_code", "message"}``.

Codes as Confluent's Kafka REST v3 answers them: the HTTP status, or the status and two digits that
tell more. Clients compare these numbers, so they never change.
"""

import json
from dataclasses import dataclass, field
from typing import Final

from django.db import InterfaceError, OperationalError

from brokers.kernel.errors import ErrorCode, Refusal
from streaming.access.errors import AccessError
from streaming.groups.reset_plan import CannotPlan
from streaming.quotas.errors import RateLimited
from streaming.records.failures import BrokersUnavailable, Throttled, TooManyClients
from tenants import errors as application


@dataclass(frozen=True, slots=True)
class Problem:
    """An error as it goes out. ``message`` names the thing and what to do about it."""

    status: int
    error_code: int
    message: str
    headers: dict[str, str] = field(default_factory=dict)


RETRY_SECONDS: Final = "1"
_RETRY: Final = {"Retry-After": RETRY_SECONDS}

_BAD_REQUEST: Final = (400, 40002)
_NOT_FOUND: Final = (404, 40403)
_FORBIDDEN: Final = (403, 40301)
_TOO_LARGE: Final = (413, 413)
_ILLEGAL_STATE: Final = (409, 40903)
_RETRIABLE: Final = (503, 50003)

_BY_CODE: Final[dict[ErrorCode, tuple[int, int]]] = {
    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION: _NOT_FOUND,
    ErrorCode.UNKNOWN_TOPIC_ID: _NOT_FOUND,
    ErrorCode.TOPIC_AUTHORIZATION_FAILED: _FORBIDDEN,
    ErrorCode.CLUSTER_AUTHORIZATION_FAILED: _FORBIDDEN,
    ErrorCode.SASL_AUTHENTICATION_FAILED: (401, 40101),
    ErrorCode.TOPIC_ALREADY_EXISTS: _BAD_REQUEST,
    ErrorCode.INVALID_TOPIC_EXCEPTION: _BAD_REQUEST,
    ErrorCode.INVALID_PARTITIONS: _BAD_REQUEST,
    ErrorCode.INVALID_REPLICATION_FACTOR: _BAD_REQUEST,
    ErrorCode.INVALID_REPLICA_ASSIGNMENT: _BAD_REQUEST,
    ErrorCode.INVALID_CONFIG: _BAD_REQUEST,
    ErrorCode.INVALID_REQUEST: _BAD_REQUEST,
    ErrorCode.INVALID_TIMESTAMP: _BAD_REQUEST,
    ErrorCode.INVALID_RECORD: _BAD_REQUEST,
    ErrorCode.OFFSET_OUT_OF_RANGE: _BAD_REQUEST,
    ErrorCode.POLICY_VIOLATION: _BAD_REQUEST,
    ErrorCode.UNSUPPORTED_COMPRESSION_TYPE: _BAD_REQUEST,
    ErrorCode.MESSAGE_TOO_LARGE: _TOO_LARGE,
    ErrorCode.RECORD_LIST_TOO_LARGE: _TOO_LARGE,
    ErrorCode.THROTTLING_QUOTA_EXCEEDED: (429, 42901),
    # What it says is true of an idempotent producer of ours, never of the caller's request.
    ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER: _RETRIABLE,
    ErrorCode.RESOURCE_NOT_FOUND: (404, 404),
    ErrorCode.BROKER_ID_NOT_REGISTERED: (404, 404),
    ErrorCode.NO_REASSIGNMENT_IN_PROGRESS: (404, 404),
    ErrorCode.DUPLICATE_RESOURCE: (409, 409),
    ErrorCode.GROUP_ID_NOT_FOUND: (404, 40405),
    ErrorCode.GROUP_AUTHORIZATION_FAILED: _FORBIDDEN,
    ErrorCode.INVALID_GROUP_ID: _BAD_REQUEST,
    ErrorCode.INVALID_REGULAR_EXPRESSION: _BAD_REQUEST,
    ErrorCode.NON_EMPTY_GROUP: _ILLEGAL_STATE,
    ErrorCode.UNKNOWN_MEMBER_ID: _ILLEGAL_STATE,
    ErrorCode.ILLEGAL_GENERATION: _ILLEGAL_STATE,
    ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC: _ILLEGAL_STATE,
}


_BY_APPLICATION_ERROR: Final[dict[type[application.ApplicationError], tuple[int, int]]] = {
    application.NotFound: (404, 404),
    application.Conflict: (409, 409),
    application.Invalid: _BAD_REQUEST,
    application.Forbidden: _FORBIDDEN,
    application.Unavailable: _RETRIABLE,
}


def problem_of_code(code: ErrorCode, message: str) -> Problem:
    """The answer for one of Kafka's error codes."""
    status, error_code = _BY_CODE.get(code, _RETRIABLE if code.retriable else (500, 50002))
    return Problem(status, error_code, message, _RETRY if status in (429, 503) else {})


def problem_of(error: Exception) -> Problem | None:
    """The answer for an error that is raised on purpose; None for a fault of ours."""
    match error:
        case Refusal():
            return problem_of_code(error.code, error.message)
        case RateLimited():
            return Problem(429, 42901, str(error), error.headers)
        case AccessError():
            return Problem(error.status, error.error_code, str(error), dict(error.headers))
        case application.ApplicationError():
            status, error_code = _BY_APPLICATION_ERROR.get(type(error), (500, 50002))
            return Problem(status, error_code, error.message, _RETRY if status == 503 else {})
        case OperationalError() | InterfaceError():
            return Problem(
                503,
                50003,
                "The service's database does not answer. Records can still be produced and "
                "consumed by Kafka clients; try this again in a moment.",
                _RETRY,
            )
        case BrokersUnavailable():
            return Problem(503, 50302, str(error), _RETRY)
        case CannotPlan():
            return Problem(*_BAD_REQUEST, f"{error}.")
        case TooManyClients():
            return Problem(429, 42901, str(error), _RETRY)
        case Throttled():
            return Problem(429, 42901, str(error), {"Retry-After": str(error.seconds)})
    return None


def problem_body(problem: Problem) -> bytes:
    """The JSON of ``problem``, UTF-8."""
    body = {"error_code": problem.error_code, "message": problem.message}
    return json.dumps(body, separators=(",", ":")).encode()
