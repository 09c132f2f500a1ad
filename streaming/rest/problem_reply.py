"""A ``Problem`` as the reply of a records endpoint."""

from streaming.problems import Problem, problem_body
from streaming.rest.exchange import Reply


def problem_reply(problem: Problem) -> Reply:
    return Reply(problem_body(problem), problem.status, dict(problem.headers))
