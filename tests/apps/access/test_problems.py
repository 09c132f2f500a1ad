import json

import pytest
from django.db import InterfaceError, OperationalError

from brokers.kernel.errors import ErrorCode, Refusal
from streaming.access.errors import ClusterNotFound, NotAllowed, NotAuthenticated
from streaming.problems import problem_body, problem_of
from streaming.records.failures import BrokersUnavailable, TooManyClients, refusal_of
from tenants import errors as application


@pytest.mark.parametrize("code", [code for code in ErrorCode if code is not ErrorCode.NONE])
def test_every_code_of_kafkas_has_an_answer_and_retriable_ones_say_when(code):
    problem = problem_of(Refusal(code, "what happened"))
    assert 400 <= problem.status < 600
    assert str(problem.error_code)[0] == str(problem.status)[0]
    assert json.loads(problem_body(problem))["message"] == "what happened"
    if problem.status in (429, 503):
        assert problem.headers["Retry-After"]
    if code.retriable:
        assert problem.status in (404, 429, 503)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Refusal(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "x"), 404, 40403),
        (Refusal(ErrorCode.TOPIC_ALREADY_EXISTS, "x"), 400, 40002),
        (Refusal(ErrorCode.MESSAGE_TOO_LARGE, "x"), 413, 413),
        (Refusal(ErrorCode.NOT_LEADER_OR_FOLLOWER, "x"), 503, 50003),
        (Refusal(ErrorCode.THROTTLING_QUOTA_EXCEEDED, "x"), 429, 42901),
        (Refusal(ErrorCode.UNKNOWN_SERVER_ERROR, "x"), 500, 50002),
        (application.NotFound("x"), 404, 404),
        (application.Conflict("x"), 409, 409),
        (application.Invalid("x"), 400, 40002),
        (application.Forbidden("x"), 403, 40301),
        (application.Unavailable("x"), 503, 50003),
        (NotAuthenticated("x"), 401, 40101),
        (NotAllowed("x"), 403, 40301),
        (ClusterNotFound("lkc-1"), 404, 404),
        (BrokersUnavailable("x"), 503, 50302),
        (TooManyClients("x", 1), 429, 42901),
        (OperationalError("secret host"), 503, 50003),
        (InterfaceError("secret host"), 503, 50003),
    ],
)
def test_the_numbers_that_clients_compare(error, status, code):
    problem = problem_of(error)
    assert (problem.status, problem.error_code) == (status, code)
    assert "secret" not in problem.message


def test_a_fault_of_ours_is_nobodys_answer():
    assert problem_of(KeyError("x")) is None


def test_a_code_that_is_not_kafkas_is_an_unknown_error():
    assert refusal_of(9999, "topic 'x'").code is ErrorCode.UNKNOWN_SERVER_ERROR
