"""Sessions, tickets and codes that are forged, kept, used twice, or taken for one another; and
requests that say of themselves whose they are."""

import json
import socket
import time
from contextlib import ExitStack, contextmanager, suppress
from types import SimpleNamespace
from urllib.parse import quote, urlsplit

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tenants.models import AuditEntry
from tenants.scope import system
from tenants.services.add_member import add_member
from tenants.services.change_role import change_role
from tenants.services.issue_socket_ticket import ticket_digest
from tenants.services.remove_member import remove_member
from tenants.services.resume_tenant import resume_tenant
from tenants.services.suspend_tenant import suspend_tenant
from tests.apps.edge_service import PASSWORD, wait_for

WITHIN_S = 5.0
NEW_PASSWORD = "another-long-enough-passphrase"


def cookies_of(client):
    return "; ".join(f"{name}={value}" for name, value in client.cookies.items())


def session_of(client):
    return next(item for item in client.cookies.items() if item[0].startswith("headwater_session_"))


def is_signed_in(edge, cookies):
    with edge.client() as client:
        return client.get("/api/v1/session", headers={"Cookie": cookies}).status_code == 200


@contextmanager
def open_socket(edge, cookies, path):
    with edge.socket(path, headers={"Cookie": cookies}, origin=edge.url) as ws:
        yield ws


def closing_of(ws):
    """Code and seconds until the socket is closed."""
    begun = time.monotonic()
    with suppress(ConnectionClosed):
        while True:
            ws.recv(timeout=60)
    return ws.close_code, time.monotonic() - begun


def refusal(edge, query, path="/ws/v1/stream", **headers):
    """The status with which a socket is refused."""
    with pytest.raises(InvalidStatus) as refused, edge.socket(f"{path}?{query}", headers=headers):
        pass
    return refused.value.response.status_code


def ticket_of(client, tenant):
    answer = client.post(f"/api/v1/tenants/{tenant.name}/tickets")
    assert answer.status_code == 201, answer.text
    return answer.json()["ticket"]


# --- sessions ------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["a" * 32, "x", "0" * 8, "../a", "a;b", "é" * 32, "a" * 5_000])
def test_nobody_chooses_a_session_s_key(edge, tenant, key):
    login = edge.person(tenant, "viewer")
    with edge.signed_in(login) as known:
        name, _key = session_of(known)
    chosen = f"{name}={quote(key)}"
    with edge.client() as browser:
        body = {"login": login, "password": PASSWORD}
        answer = browser.post("/api/v1/session", json=body, headers={"Cookie": chosen})
        assert answer.status_code == 200
        assert session_of(browser)[1] != key
    assert not is_signed_in(edge, chosen)


def test_who_signs_in_has_a_session_of_their_own_and_leaves_nobody_in_it(edge, tenant):
    """A key that an attacker has planted is worth nothing once its person signs in."""
    planted, victim = edge.person(tenant, "viewer"), edge.person(tenant, "admin")
    with edge.signed_in(planted) as attacker, edge.client() as browser:
        cookies = cookies_of(attacker)
        body = {"login": victim, "password": PASSWORD}
        again = browser.post("/api/v1/session", json=body, headers={"Cookie": cookies})
        assert again.status_code == 200, again.text
        assert again.json()["user"]["login"] == victim
        assert session_of(browser)[1] not in cookies
        assert not is_signed_in(edge, cookies)
        body = {"login": victim, "password": PASSWORD}
        before = session_of(browser)[1]
        token = again.json()["csrf_token"]
        assert browser.post("/api/v1/session", json=body).json()["csrf_token"] != token
        assert session_of(browser)[1] != before


def test_cookies_are_kept_from_scripts_and_from_other_sites(edge, tenant):
    with edge.client() as browser:
        body = {"login": edge.person(tenant, "viewer"), "password": PASSWORD}
        answer = browser.post("/api/v1/session", json=body)
        set_ = {each.partition("=")[0]: each for each in answer.headers.get_list("set-cookie")}
        session, token = (next(v for k, v in set_.items() if part in k) for part in PARTS)
    for cookie in (session, token):
        attributes = {each.strip().lower() for each in cookie.split(";")[1:]}
        assert {"samesite=lax", "path=/"} <= attributes
        assert not any(each.startswith("domain=") for each in attributes)
    assert "httponly" in session.lower()


PARTS = ("session", "csrf")


def test_a_session_that_was_signed_out_is_worth_nothing(edge, tenant):
    login = edge.person(tenant, "admin")
    with edge.signed_in(login) as browser, edge.signed_in(login) as other:
        cookies, ticket = cookies_of(browser), ticket_of(browser, tenant)
        with open_socket(edge, cookies, f"/ws/v1/stream?cluster_id={tenant.cluster_id}") as ws:
            assert browser.delete("/api/v1/session").status_code == 204
            code, seconds = closing_of(ws)
        assert (code, seconds < WITHIN_S) == (4401, True)
        assert not is_signed_in(edge, cookies)
        assert refusal(edge, f"ticket={ticket}") == 401
        assert is_signed_in(edge, cookies_of(other))


def test_a_new_password_ends_the_person_s_other_sessions_and_what_they_opened(edge, tenant):
    login = edge.person(tenant, "admin")
    with edge.signed_in(login) as browser, edge.signed_in(login) as stolen, ExitStack() as stack:
        cookies, ticket = cookies_of(stolen), ticket_of(stolen, tenant)
        sockets = [
            stack.enter_context(open_socket(edge, cookies, path))
            for path in (
                f"/ws/v1/stream?cluster_id={tenant.cluster_id}",
                f"/ws/v1/events?tenant={tenant.name}",
            )
        ]
        body = {"current": PASSWORD, "new": NEW_PASSWORD}
        assert browser.put("/api/v1/session/password", json=body).status_code == 204
        assert not is_signed_in(edge, cookies)
        assert refusal(edge, f"ticket={ticket}") == 401
        for ws in sockets:
            code, seconds = closing_of(ws)
            assert (code, seconds < WITHIN_S) == (4401, True)
        assert is_signed_in(edge, cookies_of(browser))


def test_who_may_do_less_does_no_more_over_what_is_open(edge, tenant):
    login, topic = edge.person(tenant, "developer"), edge.topic(tenant)
    path = f"/ws/v1/stream?cluster_id={tenant.cluster_id}"
    value = {"type": "string", "data": "v"}
    produce = json.dumps({"type": "produce", "id": "p", "topic": topic, "value": value})
    with edge.signed_in(login) as browser:
        with open_socket(edge, cookies_of(browser), path) as ws:
            ws.send(produce)
            assert json.loads(ws.recv(timeout=60))["type"] == "produced"
            change_role(tenant_id=tenant.id, login=login, role="viewer", by="test")
            code, seconds = closing_of(ws)
        assert (code, seconds < WITHIN_S) == (1001, True)
        with open_socket(edge, cookies_of(browser), path) as ws:
            ws.send(produce)
            assert json.loads(ws.recv(timeout=60))["code"] == 4403
            change_role(tenant_id=tenant.id, login=login, role="admin", by="test")
            ws.send(json.dumps({"type": "subscribe", "id": "s", "topic": topic}))
            assert json.loads(ws.recv(timeout=60))["type"] == "ready"


# --- tickets -------------------------------------------------------------------------------------


def test_a_ticket_opens_a_socket_and_nothing_else(edge, tenant):
    with edge.signed_in(edge.person(tenant, "admin")) as browser:
        name, key = session_of(browser)
        ticket = ticket_of(browser, tenant)
        attempts = [
            {"Cookie": f"{name}={ticket}"}, {"Authorization": f"Bearer {ticket}"},
            {"Authorization": f"Ticket {ticket}"}, {"X-CSRFToken": ticket},
        ]  # fmt: skip
        with edge.client() as client:
            for headers in attempts:
                path = f"/api/v1/tenants/{tenant.name}?ticket={ticket}"
                assert client.get(path, headers=headers).status_code == 401
            for credentials in ((ticket, ""), ("", ticket), (ticket, ticket), (name, key)):
                assert client.get(tenant.path, auth=credentials).status_code == 401
            assert client.post("/api/v1/invitation", json={"code": ticket}).status_code == 404
        assert refusal(edge, f"ticket={ticket}", "/ws/v1/events") in {400, 401}
        with edge.socket(f"/ws/v1/stream?ticket={ticket}"):
            pass


def test_nothing_else_is_a_ticket(edge, tenant):
    with edge.signed_in(edge.person(tenant, "owner")) as browser:
        _name, key = session_of(browser)
        invited = browser.post(
            f"/api/v1/tenants/{tenant.name}/invitations", json={"login": "new", "role": "viewer"}
        )
        code, ticket = invited.json()["code"], ticket_of(browser, tenant)
        for forged in (
            key, code, browser.headers["X-CSRFToken"], *tenant.service, ticket_digest(ticket),
            ticket[:-1], ticket + "=", ticket.swapcase(), f" {ticket}", f"{ticket}\n",
            "%00" + ticket, "%ED%A0%80", "%C3%28", "x" * 8_000, "'--", "",
        ):  # fmt: skip
            text = forged if "%" in forged else quote(forged)
            assert refusal(edge, f"ticket={text}") in {400, 401}, forged
        assert refusal(edge, f"ticket=x&ticket={ticket}") in {400, 401}
        assert browser.post("/api/v1/invitation", json={"code": code}).status_code == 200


def test_a_ticket_is_for_the_tenant_that_it_was_asked_of(edge, tenant):
    other, login = edge.tenant(), edge.person(tenant, "admin")
    add_member(tenant_id=other.id, login=login, role="admin", by="test")
    with edge.signed_in(login) as browser:
        ticket = ticket_of(browser, tenant)
    assert refusal(edge, f"ticket={ticket}&cluster_id={other.cluster_id}") == 404
    with edge.client(tenant.service) as client:
        ticket = ticket_of(client, tenant)
    assert refusal(edge, f"ticket={ticket}&cluster_id={other.cluster_id}") == 404


@pytest.mark.parametrize("by", ["removing", "suspending", "lowering"])
def test_a_ticket_is_worth_what_its_person_may_do_when_it_is_shown(edge, by):
    tenant = edge.tenant()
    login, topic = edge.person(tenant, "admin"), edge.topic(tenant)
    with edge.signed_in(login) as browser:
        ticket = ticket_of(browser, tenant)
    match by:
        case "removing":
            remove_member(tenant_id=tenant.id, login=login, by="test")
        case "suspending":
            suspend_tenant(tenant_id=tenant.id, by="test")
        case "lowering":
            change_role(tenant_id=tenant.id, login=login, role="viewer", by="test")
            with edge.socket(f"/ws/v1/stream?ticket={ticket}") as ws:
                value = {"type": "string", "data": "v"}
                ws.send(json.dumps({"type": "produce", "id": "p", "topic": topic, "value": value}))
                assert json.loads(ws.recv(timeout=60))["code"] == 4403
            return
    assert refusal(edge, f"ticket={ticket}") == 401
    if by == "suspending":
        resume_tenant(tenant_id=tenant.id, by="test")
        assert refusal(edge, f"ticket={ticket}") == 401


def test_a_ticket_is_used_up_by_whoever_is_refused_with_it(edge, tenant):
    with edge.client(tenant.service) as client:
        ticket = ticket_of(client, tenant)
    assert refusal(edge, f"ticket={ticket}&cluster_id=lkc-zzzzzz") == 404
    assert refusal(edge, f"ticket={ticket}") == 401


# --- whose a request is --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def secret(edge, tenant):
    """A topic of ``tenant`` with one record, which a stranger is after."""
    topic = edge.topic(tenant)
    record = {"value": {"type": "STRING", "data": "the-tenant-s-own"}}
    with edge.client(tenant.administrator) as client:
        path = f"{tenant.path}/topics/{topic}/records"
        assert client.post(path, json=record).status_code == 200
        asked = f"{path.removesuffix('/records')}/partitions/0/records"
        wait_for(lambda: "the-tenant-s-own" in client.get(asked).text, "the record is there")
    return SimpleNamespace(topic=topic, cluster=tenant.cluster_id, tenant=tenant.name)


def raw(edge, target, key, *lines):
    """What is answered to a request whose target no client has looked at."""
    place = urlsplit(edge.url)
    authorization = httpx.BasicAuth(*key)._auth_header
    head = [f"GET {target} HTTP/1.1", f"Host: {place.netloc}", f"Authorization: {authorization}"]
    with socket.create_connection((place.hostname, place.port), 15) as client:
        client.sendall("\r\n".join([*head, *lines, "Connection: close", "", ""]).encode())
        heard = b""
        while piece := client.recv(65_536):
            heard += piece
    return int(heard.split()[1]), heard


@pytest.fixture(scope="module")
def stranger(edge):
    return edge.tenant()


TARGETS = (
    "/kafka/v3/clusters/{own}/../{foreign}/{rest}",
    "/kafka/v3/clusters/{own}/%2e%2e/{foreign}/{rest}",
    "/kafka/v3/clusters/{own}%2F..%2F{foreign}/{rest}",
    "/kafka/v3/clusters/{own}%252F..%252F{foreign}/{rest}",
    "/kafka/v3/clusters/{foreign}%00/{rest}", "/kafka/v3/clusters/{foreign}%20/{rest}",
    "/kafka/v3/clusters/{foreign};{own}/{rest}", "/kafka/v3/clusters/{own};/{foreign}/{rest}",
    "/kafka/v3/clusters/{own},{foreign}/{rest}", "/kafka/v3/clusters/{foreign}/./{rest}",
    "/kafka/v3/clusters//{foreign}/{rest}", "//kafka/v3/clusters/{foreign}/{rest}",
    "/kafka/v3/clusters/{own}/..%5C{foreign}/{rest}", "/kafka/v3/clusters/{foreign}/{rest}%0A",
    "/%6bafka/v3/clusters/{foreign}/{rest}", "/kafka/v3/clusters/{foreign}/{rest}/",
    "/kafka/v3/clusters/{foreign}/{rest}?cluster_id={own}",
    "/kafka/v3/clusters/{own}/{rest}?cluster_id={foreign}&tenant={tenant}",
    "/kafka/v3/clusters/{own}/topics/..%2F..%2F{foreign}%2F{rest}/partitions/0/records",
    "/kafka/v3/clusters/{own}/topics/{tenant}.{topic}/partitions/0/records",
    "/kafka/v3/clusters/{own}/topics/{foreign}%2F{topic}/partitions/0/records",
    "http://elsewhere.example/kafka/v3/clusters/{foreign}/{rest}",
    "/api/v1/tenants/{owner}/../{tenant}/topics", "/api/v1/tenants/{owner}%2F..%2F{tenant}/topics",
    "/api/v1/tenants/{owner}/connect/../../{tenant}/topics", "/api/v1/tenants/{tenant}%2e/topics",
    "/api/v1/tenants/{tenant}%00{owner}/topics", "/api/v1/tenants/{tenant}:suspend/../topics",
    "/kafka/v2/topics/{tenant}.{topic}", "/kafka/v2/topics/..%2F{foreign}%2F{topic}",
)  # fmt: skip
SAYING = (
    (), ("X-Original-URL: /kafka/v3/clusters/{foreign}/{rest}",),
    ("X-Rewrite-URL: /kafka/v3/clusters/{foreign}/{rest}",),
    ("X-Forwarded-Host: elsewhere.example", "X-Forwarded-Prefix: /kafka/v3/clusters/{foreign}"),
    ("X-Forwarded-User: admin", "X-Remote-User: admin", "Remote-User: admin"),
    ("X-Cluster-Id: {foreign}", "X-Tenant: {tenant}", "X-Tenant-Id: {tenant_id}"),
    ("Remote_User: admin", "X_Forwarded_Host: elsewhere.example", "Script_Name: /kafka"),
)  # fmt: skip


@pytest.mark.parametrize("target", TARGETS)
def test_no_writing_of_a_path_leads_to_another_tenant(edge, tenant, stranger, secret, target):
    names = {
        "own": stranger.cluster_id, "foreign": secret.cluster, "owner": stranger.name,
        "tenant": secret.tenant, "topic": secret.topic, "tenant_id": tenant.id,
        "rest": f"topics/{secret.topic}/partitions/0/records",
    }  # fmt: skip
    for lines in SAYING:
        filled = [each.format(**names) for each in lines]
        status, heard = raw(edge, target.format(**names), stranger.administrator, *filled)
        assert status in {400, 404}, (filled, heard)
        assert b"the-tenant-s-own" not in heard


def test_where_a_request_comes_from_is_not_its_own_to_say(edge, stranger, tenant):
    """The audit log, limits by address and links go by the connection."""
    lines = (
        "X-Forwarded-For: 6.6.6.6", "X-Real-IP: 6.6.6.6", "Forwarded: for=6.6.6.6",
        "X-Client-IP: 6.6.6.6", "True-Client-IP: 6.6.6.6", "X-Forwarded-Host: evil.example",
        "X-Forwarded-Proto: https", "X-Forwarded-Port: 1", "CF-Connecting-IP: 6.6.6.6",
    )  # fmt: skip
    status, heard = raw(edge, f"{stranger.path}/topics", stranger.service, *lines)
    assert status == 200
    assert b"evil.example" not in heard
    assert edge.url.encode() in heard
    path = f"/api/v1/tenants/{stranger.name}/members"
    status, heard = raw(edge, path, stranger.service, *lines)
    assert status == 403

    def sources():
        with system("a test reads the audit log"):
            entries = AuditEntry.objects.filter(tenant_id=stranger.id)
            return [str(entry.source) for entry in entries]

    wait_for(lambda: any(sources()), "the refusal is noted")
    assert not any("6.6.6.6" in each for each in sources())


def test_another_host_is_not_answered_by_any_door(edge, tenant, secret):
    place = urlsplit(edge.url)
    records = f"{tenant.path}/topics/{secret.topic}/partitions/0/records"
    for path in (records, f"{tenant.path}/topics", "/api/v1/session", "/kafka/v2/topics"):
        for host in (
            "evil.example", f"{place.netloc}@evil.example", f"evil.example#{place.netloc}",
            f"{place.netloc}.evil.example", f"{place.netloc},evil.example", "", "[",
        ):  # fmt: skip
            with httpx.Client(base_url=edge.url, auth=tenant.administrator) as client:
                assert client.get(path, headers={"Host": host}).status_code == 400, (path, host)
