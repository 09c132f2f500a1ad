"""Kafka Connect's REST, and what the console asks beyond it.

No path of Kafka's names a tenant, so a stranger is answered about its own.
"""

from tests.apps.access.routes.row import Right, Row

_CONNECTOR = "/connect/connectors/{connector}"
_TASK = f"{_CONNECTOR}/tasks/{{task}}"
_PLUGIN = "/connect/connector-plugins/{plugin}"
_LOGGER = "/connect/admin/loggers/{logger}"
_CONSOLE = "/api/v1/tenants/{tenant}/connect"
_ABSENT = {"connector": "absent", "task": "0", "plugin": "absent", "logger": "root"}


def _row(method: str, path: str, right: Right, status: int = 200, **more) -> Row:
    foreign = more.pop("foreign", status)
    return Row(method, path, right, status, names=_ABSENT, foreign=foreign, **more)


ROWS = [
    _row("GET", "/connect/", Right.DESCRIBE),
    # There is no worker beside these tests.
    _row("GET", "/connect/health", Right.KNOWN, 503),
    _row("GET", "/connect/connectors", Right.DESCRIBE),
    _row("POST", "/connect/connectors", Right.ADMINISTER, 400, body={}),
    _row("GET", _CONNECTOR, Right.DESCRIBE, 404),
    _row("DELETE", _CONNECTOR, Right.ADMINISTER, 404),
    _row("GET", f"{_CONNECTOR}/config", Right.DESCRIBE, 404),
    _row("PUT", f"{_CONNECTOR}/config", Right.ADMINISTER, 400, body={}),
    _row("PATCH", f"{_CONNECTOR}/config", Right.ADMINISTER, 404, body={}),
    _row("GET", f"{_CONNECTOR}/status", Right.DESCRIBE, 404),
    *(
        _row("PUT", f"{_CONNECTOR}/{verb}", Right.ADMINISTER, 404)
        for verb in ("pause", "resume", "stop", "topics/reset")
    ),
    _row("POST", f"{_CONNECTOR}/restart", Right.ADMINISTER, 404),
    *(
        _row("GET", f"{_CONNECTOR}/{what}", Right.DESCRIBE, 404)
        for what in ("tasks", "tasks-config", "topics", "offsets")
    ),
    _row("GET", f"{_TASK}/status", Right.DESCRIBE, 404),
    _row("POST", f"{_TASK}/restart", Right.ADMINISTER, 404),
    _row("PATCH", f"{_CONNECTOR}/offsets", Right.ADMINISTER, 404, body={}),
    _row("DELETE", f"{_CONNECTOR}/offsets", Right.ADMINISTER, 404),
    _row("GET", "/connect/connector-plugins", Right.DESCRIBE),
    _row("GET", f"{_PLUGIN}/config", Right.DESCRIBE, 404),
    _row("PUT", f"{_PLUGIN}/config/validate", Right.DESCRIBE, 404, body={}),
    _row("GET", "/connect/admin/loggers", Right.DESCRIBE),
    _row("GET", _LOGGER, Right.DESCRIBE),
    _row("PUT", _LOGGER, Right.ADMINISTER, body={"level": "INFO"}),
    Row("GET", "/connect/{rest}", Right.OPEN, 404, names={"rest": "nonsense"}),
    _row("GET", f"{_CONSOLE}/plugins", Right.DESCRIBE, foreign=404),
    _row("GET", f"{_CONSOLE}/metrics", Right.DESCRIBE, foreign=404),
    _row("GET", f"{_CONSOLE}/connectors", Right.DESCRIBE, foreign=404),
    _row("POST", f"{_CONSOLE}/connectors:try", Right.ADMINISTER, 400, body={}, foreign=404),
    _row("GET", f"{_CONSOLE}/connectors/{{connector}}", Right.DESCRIBE, 404),
    _row("GET", f"{_CONSOLE}/connectors/{{connector}}/tasks/{{task}}/log", Right.DESCRIBE, 404),
]
