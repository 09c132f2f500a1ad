"""``/api``: sessions, and what the service says of itself."""

from tests.apps.access.routes.row import Right, Row

_FILTER_TEST = {"filter": "offset == 7", "record": {"offset": 7}}

ROWS = [
    Row("GET", "/api/openapi.json", Right.OPEN),
    Row("GET", "/api/docs", Right.OPEN),
    # Sessions are for people: a key opens none, so an unknown caller is sent here for all.
    Row("POST", "/api/v1/session", Right.OPEN, 400, body=[]),
    Row("POST", "/api/v1/invitation", Right.OPEN, 404, body={"code": "absent"}),
    Row(
        "POST",
        "/api/v1/invitation/account",
        Right.OPEN,
        404,
        body={"code": "absent", "name": "ada", "password": "a passphrase nobody guesses"},
    ),
    Row("POST", "/api/v1/filters:test", Right.KNOWN, body=_FILTER_TEST),
    Row("GET", "/api/v1/tenants/{tenant}/overview", Right.DESCRIBE),
    Row("GET", "/api/{rest}", Right.OPEN, 404, names={"rest": "nonsense"}),
]
