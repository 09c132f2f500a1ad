"""Every route of the web process, called by everybody: nobody, a stranger, each role, each key, and
keys that have ended.

The routes are read from the URLs and the rows from ``routes/``; a route without a row fails.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pkgutil import iter_modules
from uuid import UUID

import httpx
import pytest
from django.urls import URLResolver, get_resolver
from drf_spectacular.generators import EndpointEnumerator

from frontend.views import console
from streaming.access import key_login
from streaming.quotas.failed_logins import FailedLogins
from streaming.rest.operations import OPERATIONS
from tenants import scope
from tenants.acl_presets import Preset
from tenants.models import ApiKey
from tenants.services.appoint_operator import appoint_operator
from tenants.services.create_service_account import create_service_account
from tenants.services.create_user import create_user
from tenants.services.issue_api_key import issue_api_key
from tenants.services.revoke_api_key import revoke_api_key
from tests.apps.access import routes
from tests.apps.access.routes.row import Right, Row
from tests.apps.edge_service import PASSWORD

_MODULES = [
    import_module(f"{routes.__name__}.{module.name}") for module in iter_modules(routes.__path__)
]
ROWS: list[Row] = [row for module in _MODULES for row in getattr(module, "ROWS", [])]

BY_HAND = {
    "GET /api/v1/session": "its 401 is how the console finds out; tests/apps/api",
    "PUT /api/v1/session/password": "takes a session only, and counts tries; tests/apps/api",
    "GET /api/v1/session/invitations": "takes a session only; tests/apps/api",
    "POST /api/v1/session/invitations": "takes a session only; tests/apps/api",
    "DELETE /api/v1/session/invitations/{name}": "takes a session only; tests/apps/api",
    "DELETE /api/v1/session": "would sign the callers out; tests/apps/api",
}

TOLD_WITHOUT_A_RIGHT = {
    "GET /api/v1/tenants": "the key's own tenant, whose name and id every client is told",
    "POST /api/v1/filters:test": "tells of what was sent, and of nothing else",
    "GET /api/v1/tenants/{tenant}/topics": "only topics that may be described: none",
    "POST /api/v1/tenants/{tenant}/tickets": "opens a socket as who asked; each subscription asks",
}
"""What a key may ask for that has a tenant and not one ACL, and why."""

RIGHTS = {
    "viewer": {Right.READ, Right.DESCRIBE},
    "developer": {Right.READ, Right.DESCRIBE, Right.WRITE},
    "service key": {Right.READ, Right.WRITE},
    "admin": {Right.READ, Right.DESCRIBE, Right.WRITE, Right.ADMINISTER},
    "administrator key": {Right.READ, Right.DESCRIBE, Right.WRITE, Right.ADMINISTER},
    "operator": {Right.OPERATE},
}
ENDED = ("expired key", "revoked key")
CALLERS = ("nobody", *ENDED, "stranger", *RIGHTS)


def served_routes() -> set[str]:
    enumerator = EndpointEnumerator()
    served = set()
    for route, view in _patterns(get_resolver().url_patterns, ""):
        if view is console:
            continue  # One page, the same for everybody; tests/apps/console.
        methods = ["GET"]
        if hasattr(view, OPERATIONS):
            methods = [method.upper() for method in getattr(view, OPERATIONS)]
        elif hasattr(view, "cls"):
            methods = list(enumerator.get_allowed_methods(view))
        served |= {f"{method} {_path(route, enumerator)}" for method in methods}
    return served


def _patterns(patterns, prefix):
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if getattr(pattern, "namespace", None) == "admin":
            continue  # Operators only, page by page; tests/apps/backoffice.
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern.url_patterns, route)
        else:
            yield route, pattern.callback


def _path(route, enumerator):
    if "^(?P<rest>" in route:
        return "/" + route.partition("^")[0] + "{rest}"
    if route.startswith("^"):
        return "/" + route.strip("^$")
    return enumerator.get_path_from_regex(route)


def test_every_route_has_a_row_and_every_row_a_route():
    rows = [str(row) for row in ROWS]
    assert len(rows) == len(set(rows)), "a route has two rows"
    known = {*rows, *BY_HAND}
    served = served_routes()
    assert served - known == set(), "routes without a row in tests/apps/access/routes"
    assert known - served == set(), "rows without a route"


@dataclass(frozen=True)
class Everybody:
    """Clients by caller, and what stands for the names in paths."""

    clients: dict[str, httpx.Client]
    names: dict[str, str]
    tenant_id: str


@pytest.fixture(scope="module")
def everybody(edge):
    tenant, stranger = edge.tenant(), edge.tenant()
    create_user(login="operator-of-all", password=PASSWORD, by="test")
    appoint_operator(login="operator-of-all", by="test")
    logins = {role: edge.person(tenant, role) for role in ("viewer", "developer", "admin")}
    clients = {
        "nobody": edge.client(),
        **{caller: edge.client(key) for caller, key in zip(ENDED, _ended(tenant), strict=True)},
        "stranger": edge.client(stranger.administrator),
        "service key": edge.client(tenant.service),
        "administrator key": edge.client(tenant.administrator),
        "operator": _signed_in(edge, "operator-of-all"),
        **{role: _signed_in(edge, login) for role, login in logins.items()},
    }
    topic = edge.topic(tenant)
    with edge.client(tenant.administrator) as client:
        partition = client.get(f"{tenant.path}/topics/{topic}/partitions/0").json()
    names = {
        "cluster_id": tenant.cluster_id,
        "tenant": tenant.name,
        "topic": topic,
        "topic_name": topic,
        "partition": "0",
        "partition_id": "0",
        "broker_id": str(partition["leader_broker_id"]),
        "login": logins["viewer"],
        "key_id": tenant.service[0],
        "name": "app",
    }
    yield Everybody(clients, names, tenant.id)
    for client in clients.values():
        client.close()


def _ended(tenant):
    """Two of the administrator's keys: one whose time is over, and one that was revoked."""
    soon = datetime.now(UTC) + timedelta(hours=1)
    expired = issue_api_key(tenant_id=tenant.id, by="test", expires_at=soon)
    revoked = issue_api_key(tenant_id=tenant.id, by="test")
    with scope.tenant(tenant.id):
        over = datetime.now(UTC) - timedelta(seconds=1)
        ApiKey.objects.filter(key_id=expired.key_id).update(expires_at=over)
    revoke_api_key(tenant_id=tenant.id, key_id=revoked.key_id, by="test")
    return [(key.key_id, key.secret) for key in (expired, revoked)]


@pytest.fixture(autouse=True)
def _failures_anew(monkeypatch):
    """Else keys that have ended would soon be told to wait."""
    monkeypatch.setattr(key_login, "_failed", FailedLogins())


def _signed_in(edge, login):
    client = edge.client()
    answer = client.post("/api/v1/session", json={"login": login, "password": PASSWORD})
    client.headers["X-CSRFToken"] = answer.json()["csrf_token"]
    return client


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_who_may_call(everybody, row):
    answered = {
        caller: _called(client, row, everybody.names)
        for caller, client in everybody.clients.items()
    }
    statuses = {caller: response.status_code for caller, response in answered.items()}
    assert statuses == {caller: _expected(row, caller) for caller in CALLERS}, {
        caller: response.text[:300] for caller, response in answered.items()
    }


@pytest.fixture(scope="module")
def key_without_acls(edge, everybody):
    tenant_id = UUID(everybody.tenant_id)
    create_service_account(tenant_id=tenant_id, name="bare", by="test", preset=Preset("none"))
    key = issue_api_key(tenant_id=tenant_id, by="test", service_account="bare")
    with edge.client((key.key_id, key.secret)) as client:
        yield client


MANAGEMENT = [row for row in ROWS if row.path.startswith("/api/v1/")]


@pytest.mark.parametrize("row", MANAGEMENT, ids=str)
def test_a_key_without_acls_is_told_nothing(everybody, key_without_acls, row):
    """As ``served_routes`` are those of the rows, a new route that nobody decided about fails."""
    if row.right is Right.OPEN:
        return  # Told to those who have no key either.
    response = _called(key_without_acls, row, everybody.names)
    expected = row.status if str(row) in TOLD_WITHOUT_A_RIGHT else 403
    assert response.status_code == expected, response.text[:300]


CHANGES = [row for row in MANAGEMENT if isinstance(row.body, dict)]


@pytest.mark.parametrize("row", CHANGES, ids=str)
def test_a_field_that_nobody_defined_is_refused(everybody, row):
    """None is passed on to a row of the database, and none is left out unsaid."""
    caller = "operator" if row.right is Right.OPERATE else "admin"
    body = {**row.body, "is_operator": True}
    response = _called(everybody.clients[caller], replace(row, body=body), everybody.names)
    assert response.status_code == 400, response.text[:300]
    assert "is_operator" in response.json()["message"]


def test_what_is_told_without_a_right_is_served():
    assert {str(row) for row in MANAGEMENT} >= set(TOLD_WITHOUT_A_RIGHT)


def test_a_key_without_acls_is_told_of_no_topic(everybody, key_without_acls):
    path = f"/api/v1/tenants/{everybody.names['tenant']}/topics"
    assert key_without_acls.get(path).json()["data"] == []
    assert everybody.clients["service key"].get(path).json()["data"] != []


def _expected(row: Row, caller: str) -> int:
    if row.right is Right.OPEN:
        return row.status
    if caller == "nobody" or caller in ENDED:
        return 401
    if row.right is Right.KNOWN or row.right in RIGHTS.get(caller, ()):
        return row.status
    if caller == "operator":
        return row.status if row.operators else 404
    if caller == "stranger" and row.right is not Right.OPERATE:
        return row.foreign
    return 403


def _called(client: httpx.Client, row: Row, usual: dict[str, str]) -> httpx.Response:
    names = usual | row.names
    path = re.sub(r"\{(\w+)\}", lambda match: names[match[1]], row.path)
    url = f"{path}?{row.query}" if row.query else path
    options = {} if row.body is None else {"json": _filled(row.body, names)}
    return client.request(row.method, url, **options)


def _filled(body, names):
    match body:
        case str():
            return re.sub(r"\{(\w+)\}", lambda match: names.get(match[1], match[0]), body)
        case dict():
            return {key: _filled(value, names) for key, value in body.items()}
        case list():
            return [_filled(value, names) for value in body]
    return body
