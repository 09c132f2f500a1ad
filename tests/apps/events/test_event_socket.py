"""The event socket as consoles and programs use it."""

import asyncio
import json
import time
from contextlib import contextmanager

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from streaming.events import hints, hub
from tenants import audit
from tenants.acl_presets import Preset
from tenants.acls import CLUSTER_NAME, AclEntry
from tenants.models import PLATFORM
from tenants.scope import system
from tenants.services.add_member import add_member
from tenants.services.appoint_operator import appoint_operator
from tenants.services.change_role import change_role
from tenants.services.create_acls import create_acls
from tenants.services.create_service_account import create_service_account
from tenants.services.create_user import create_user
from tenants.services.dismiss_operator import dismiss_operator
from tenants.services.issue_api_key import issue_api_key
from tenants.services.remove_member import remove_member
from tenants.services.revoke_api_key import revoke_api_key
from tests.apps.edge_service import PASSWORD, wait_for
from tests.waiting import at_best

SECONDS = 60


class Events:
    """Reads frames; ``cursor`` is the newest one's."""

    def __init__(self, ws):
        self.ws = ws
        self.ready = self.frame()
        assert self.ready["type"] == "ready"

    def frame(self):
        frame = json.loads(self.ws.recv(timeout=SECONDS))
        self.cursor = frame.get("cursor")
        return frame

    def until(self, kind):
        while (frame := self.frame())["type"] != kind:
            pass
        return frame


@contextmanager
def events(edge, credentials, query=""):
    with edge.socket(f"/ws/v1/events{query}", credentials) as ws:
        yield Events(ws)


@pytest.fixture(scope="module")
def session(edge):
    """The cookie header of a login's session; one sign-in each."""
    known = {}

    def cookie(login):
        if login not in known:
            with edge.client() as client:
                body = {"login": login, "password": PASSWORD}
                assert client.post("/api/v1/session", json=body).status_code == 200
                known[login] = "; ".join(f"{n}={v}" for n, v in client.cookies.items())
        return {"Cookie": known[login]}

    return cookie


def closed_with(ws):
    with pytest.raises(ConnectionClosed) as closed:
        read_to_the_end(ws)
    return closed.value.rcvd.code


def read_to_the_end(ws):
    while True:
        ws.recv(timeout=SECONDS)


def test_what_happens_is_told_within_a_second_of_the_commit(edge, tenant):
    with events(edge, tenant.administrator) as open_console:
        topics = []

        def told_at_once():
            topics.append(edge.topic(tenant))
            told = open_console.until("topic.created")
            late_s = time.time() - told["at"] / 1000
            assert (told["object"], told["by"]) == (topics[-1], "User:tenant-admin")
            assert late_s < 1

        at_best(told_at_once)
        topic = topics[-1]
        key = issue_api_key(tenant_id=tenant.id, by="User:@ada", service_account="app")
        issued = open_console.until("key.issued")
        assert (issued["object"], issued["by"]) == (key.key_id, "ada")
        assert issued["detail"]["principal"] == "User:app"
        assert key.secret not in json.dumps(issued)
        revoke_api_key(tenant_id=tenant.id, key_id=key.key_id, by="User:@ada")
        assert open_console.until("key.revoked")["object"] == key.key_id
        with edge.client(tenant.administrator) as client:
            client.delete(f"{tenant.path}/topics/{topic}")
        assert open_console.until("topic.deleted")["object"] == topic


def test_without_any_hint_it_is_told_by_the_poll(edge, tenant, monkeypatch):
    monkeypatch.setattr(audit, "listeners", [])
    with events(edge, tenant.administrator) as open_console:

        def told_soon():
            topic = edge.topic(tenant)
            told = open_console.until("topic.created")
            late_s = time.time() - told["at"] / 1000
            assert told["object"] == topic
            assert late_s < 1

        at_best(told_soon)


def test_a_hint_wakes_the_hub_before_its_poll(edge, tenant, monkeypatch):
    monkeypatch.setattr(hub, "POLL_SECONDS", 3600)
    the_hub_rests(edge)
    with events(edge, tenant.administrator) as open_console:
        # The hub may look by itself once or twice as it begins.
        for name in ("first", "second", "third", "fourth"):
            create_service_account(tenant_id=tenant.id, name=name, by="test")
            assert open_console.until("service_account.created")["object"] == name


def test_a_hint_that_cannot_be_sent_stops_nobody(caplog):
    caplog.set_level("INFO", logger=hints.__name__)

    class Broken:
        async def group_send(self, _group, _message):
            raise ConnectionError("redis is away")

    sender = hints.Sender.__new__(hints.Sender)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hints, "get_channel_layer", Broken)
        sender.__init__()
        sender.hint()
        wait_for(lambda: "redis is away" in caplog.text, "the failure is noted")
        caplog.clear()
        sender.hint()
        wait_for(lambda: "redis is away" in caplog.text, "the sender goes on")


def test_sockets_that_come_and_go_leave_nobody_listening(edge, tenant):
    """Each would keep a connection to Redis, until there is none left for anybody."""
    for _ in range(20):
        with events(edge, tenant.administrator):
            pass
    (loop,) = (loop for loop in hub._by_loop if loop.is_running())

    def listening():
        tasks = asyncio.all_tasks(loop)
        return [each for each in tasks if each.get_coro().__qualname__ == hints.listen.__qualname__]

    wait_for(lambda: not listening(), "the end of what listened to hints")


def test_a_socket_reads_on_where_it_was_cut(edge, tenant):
    with events(edge, tenant.administrator) as first:
        one = edge.topic(tenant)
        first.until("topic.created")
        cursor = first.cursor
    missed = [edge.topic(tenant) for _ in range(2)]
    with events(edge, tenant.administrator, f"?since={cursor}") as again:
        assert again.ready["cursor"] == cursor
        assert [again.until("topic.created")["object"] for _ in missed] == missed
        later = edge.topic(tenant)
        assert again.until("topic.created")["object"] == later
    assert one not in missed


def test_who_was_away_for_long_is_told_of_the_gap(edge, tenant, monkeypatch):
    monkeypatch.setattr(hub, "BACKLOG_MAX", 3)
    for _ in range(4):
        edge.topic(tenant)
    newest = None
    with events(edge, tenant.administrator) as now:
        newest = now.cursor
    tenant_newest, platform_newest = map(int, newest.split("-"))
    with events(edge, tenant.administrator, f"?since=0-{platform_newest}") as again:
        assert again.until("gap")["cursor"] == newest
    # A cursor from another history: of a database that has been restored.
    since = f"?since={tenant_newest + 9}-{platform_newest}"
    with events(edge, tenant.administrator, since) as again:
        assert again.until("gap")["cursor"].startswith(f"{tenant_newest}-")


def test_nobody_is_told_of_another_tenant(edge, tenant):
    stranger = edge.tenant()
    with events(edge, stranger.administrator) as elsewhere:
        edge.topic(tenant)
        own = edge.topic(stranger)
        assert elsewhere.until("topic.created")["object"] == own
    for name in (tenant.name, "nobody"):
        with pytest.raises(InvalidStatus) as refused:
            edge.socket(f"/ws/v1/events?tenant={name}", stranger.administrator)
        assert refused.value.response.status_code == 404


def test_only_administrators_are_told_of_keys_and_members(edge, tenant):
    with events(edge, tenant.service) as developer, events(edge, tenant.administrator) as admin:
        issue_api_key(tenant_id=tenant.id, by="test")
        login = edge.person(tenant, "viewer")
        topic = edge.topic(tenant)
        first = developer.frame()
        assert (first["type"], first["object"]) == ("topic.created", topic)
        assert admin.until("member.added")["object"] == login


def test_a_service_account_is_told_of_what_it_may_describe(edge, tenant):
    topics = [edge.topic(tenant) for _ in range(3)]
    with events(edge, tenant.administrator) as now:
        start = now.cursor
    with system("test"):
        audit.record(by="User:@op", action="broker.drain", object="2", tenant_id=PLATFORM)
    create_service_account(tenant_id=tenant.id, name="watcher", by="test", preset=Preset("none"))
    key = issue_api_key(tenant_id=tenant.id, by="test", service_account="watcher")
    with edge.client(tenant.administrator) as client:
        for topic in topics[:2]:
            client.delete(f"{tenant.path}/topics/{topic}")
    allow(tenant, "topic", topics[1])
    with events(edge, (key.key_id, key.secret), f"?since={start}") as watcher:
        first = watcher.frame()
        assert (first["type"], first["object"]) == ("topic.deleted", topics[1])
        # What was allowed while the socket is open counts for what happens next.
        allow(tenant, "topic", topics[2])
        with edge.client(tenant.administrator) as client:
            client.delete(f"{tenant.path}/topics/{topics[2]}")
        told = watcher.frame()
        assert (told["type"], told["object"]) == ("topic.deleted", topics[2])
    allow(tenant, "cluster", CLUSTER_NAME)
    with events(edge, (key.key_id, key.secret), f"?since={start}") as watcher:
        assert watcher.until("broker.draining")["object"] == "2"


def allow(tenant, resource_type, name):
    entry = AclEntry("User:watcher", "*", resource_type, "literal", name, "describe", "allow")
    create_acls(tenant_id=tenant.id, by="test", entries=[entry])


def test_brokers_are_told_to_all_and_who_did_it_to_operators(edge, tenant, session):
    login = edge.person(tenant, "viewer")
    create_user(login="op", password=PASSWORD, by="test")
    appoint_operator(login="op", by="test")
    with (
        edge.socket("/ws/v1/events", headers=session(login), origin=edge.url) as ws,
        edge.socket("/ws/v1/events", headers=session("op"), origin=edge.url) as operators,
    ):
        viewer, operator = Events(ws), Events(operators)
        assert operator.ready["tenant"] is None
        with system("test"):
            audit.record(
                by="User:@op", action="broker.drain", object="2", tenant_id=PLATFORM,
                detail={"moving": 3},
            )  # fmt: skip
        told = viewer.until("broker.draining")
        assert (told["object"], told["by"], told["detail"]) == ("2", None, {})
        told = operator.until("broker.draining")
        assert (told["by"], told["detail"]) == ("op", {"moving": 3})
        dismiss_operator(login="op", by="test")
        assert closed_with(operators) == 1001


def test_an_operator_may_look_at_any_tenant(edge, tenant, session):
    create_user(login="op2", password=PASSWORD, by="test")
    appoint_operator(login="op2", by="test")
    path = f"/ws/v1/events?tenant={tenant.name}"
    with edge.socket(path, headers=session("op2"), origin=edge.url) as ws:
        operator = Events(ws)
        issue_api_key(tenant_id=tenant.id, by="test")
        operator.until("key.issued")
        with edge.client() as client:
            client.headers.update(session("op2"))
            token = client.get("/api/v1/session").json()["csrf_token"]
            gone = client.delete("/api/v1/session", headers={"X-CSRFToken": token})
            assert gone.status_code == 204
        begun = time.monotonic()
        assert closed_with(ws) == 4401
        assert time.monotonic() - begun < 5


def test_a_changed_role_asks_to_connect_again_and_a_removed_member_is_cut(edge, tenant, session):
    login = edge.person(tenant, "admin")
    options = {"headers": session(login), "origin": edge.url}
    with edge.socket("/ws/v1/events", **options) as ws:
        Events(ws)
        change_role(tenant_id=tenant.id, login=login, role="viewer", by="test")
        assert closed_with(ws) == 1001
    with edge.socket("/ws/v1/events", **options) as ws:
        Events(ws)
        begun = time.monotonic()
        remove_member(tenant_id=tenant.id, login=login, by="test")
        assert closed_with(ws) == 4401
        assert time.monotonic() - begun < 5
    other = edge.tenant()
    add_member(tenant_id=other.id, login=login, role="viewer", by="test")
    add_member(tenant_id=tenant.id, login=login, role="viewer", by="test")
    with pytest.raises(InvalidStatus) as refused:
        edge.socket("/ws/v1/events", **options)
    assert refused.value.response.status_code == 400


def test_a_revoked_key_is_cut(edge, tenant):
    key = issue_api_key(tenant_id=tenant.id, by="test", service_account="app")
    with events(edge, (key.key_id, key.secret)) as program:
        begun = time.monotonic()
        revoke_api_key(tenant_id=tenant.id, key_id=key.key_id, by="test")
        assert closed_with(program.ws) == 4401
        assert time.monotonic() - begun < 5


def test_refusals_come_before_the_upgrade(edge, tenant, session):
    login = edge.person(tenant, "viewer")
    for options, query, status in (
        ({}, "", 401),
        ({"credentials": ("HWAAAAAAAAAAAAAA", "x")}, "", 401),
        ({"headers": session(login), "origin": "https://evil.example"}, "", 403),
        ({"headers": session(login)}, "", 403),
        ({"credentials": tenant.administrator}, "?since=x", 400),
        ({"credentials": tenant.administrator}, "?colour=red", 400),
    ):
        with pytest.raises(InvalidStatus) as refused:
            edge.socket(f"/ws/v1/events{query}", **options)
        assert refused.value.response.status_code == status
        assert json.loads(refused.value.response.body)["message"]


@pytest.mark.parametrize(
    "message", ["x", "[]", '{"type":"subscribe"}', b"x", '{"a":"' + "x" * 2000]
)
def test_it_takes_pings_and_nothing_else(edge, tenant, message):
    with events(edge, tenant.administrator) as program:
        program.ws.send('{"type":"ping"}')
        assert program.frame()["type"] == "pong"
        program.ws.send(message)
        assert closed_with(program.ws) == 4400


def test_the_hub_rests_when_nobody_listens(edge):
    the_hub_rests(edge)


def the_hub_rests(edge):
    state = edge.web_state(hub._by_loop)
    wait_for(lambda: not state._listeners and not state._tasks, "the last socket has left")
