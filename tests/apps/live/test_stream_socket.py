"""``/ws/v1/stream`` against real brokers: many subscriptions, filters, produce, groups, tickets."""

import contextlib
import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from django.db import connection
from websockets.exceptions import ConnectionClosed, InvalidStatus

from streaming.live import fanout
from tenants import scope
from tenants.models import SocketTicket
from tenants.services.issue_api_key import issue_api_key
from tenants.services.issue_socket_ticket import ticket_digest
from tenants.services.redeem_socket_ticket import redeem_socket_ticket
from tenants.services.revoke_api_key import revoke_api_key
from tests.apps.edge_service import PASSWORD, wait_for

SECONDS = 60


@pytest.fixture
def topic(edge, tenant):
    return edge.topic(tenant, partitions=2)


class Stream:
    """Sends messages; takes frames by type and id, keeping the others for later."""

    def __init__(self, ws):
        self.ws = ws
        self.kept = []

    def say(self, **message):
        self.ws.send(json.dumps(message))

    def frame(self, kind, id=None, seconds=SECONDS):
        """The next frame of that type, and of that subscription when one is named."""
        for index, frame in enumerate(self.kept):
            if frame["type"] == kind and (id is None or frame.get("id") == id):
                return self.kept.pop(index)
        deadline = time.monotonic() + seconds
        while True:
            frame = json.loads(self.ws.recv(timeout=max(0.01, deadline - time.monotonic())))
            if frame["type"] == kind and (id is None or frame.get("id") == id):
                return frame
            self.kept.append(frame)

    def subscribe(self, id, topic, **how):
        self.say(type="subscribe", id=id, topic=topic, **how)
        return self.frame("ready", id)

    def records(self, id, count):
        """At least ``count`` records of a subscription, and the last frame that brought some."""
        found = []
        while len(found) < count:
            frame = self.frame("records", id)
            found += frame["records"]
        return found, frame

    def values(self, id, count):
        return [record["value"]["data"] for record in self.records(id, count)[0]]

    def produce(self, topic, value, id="p", **how):
        self.say(type="produce", id=id, topic=topic, value=text(value), **how)

    def settle(self):
        """Wait until all that was said has been obeyed and answered."""
        self.say(type="ping", id="settle")
        self.frame("pong")

    def close_code(self):
        with contextlib.suppress(ConnectionClosed):
            while True:
                self.kept.append(json.loads(self.ws.recv(timeout=SECONDS)))
        return self.ws.close_code


def text(value):
    return {"type": "string", "data": value}


@pytest.fixture
def stream(edge, tenant):
    """``stream(path)``: an open socket."""
    with contextlib.ExitStack() as sockets:

        def open_stream(query="", credentials=tenant.service, **options):
            path = f"/ws/v1/stream?{query}"
            return Stream(sockets.enter_context(edge.socket(path, credentials, **options)))

        yield open_stream


def test_many_subscriptions_share_one_socket(edge, tenant, topic, stream):
    other = edge.topic(tenant)
    live = stream()
    ready = live.subscribe("a", topic)
    assert ready["start"] == {"0": "0", "1": "0"}
    live.subscribe("b", other, **{"from": "earliest"})
    live.subscribe("c", topic, partitions=[1], mode="lossless", credits=1)
    for number in range(3):
        live.produce(topic, f"v{number}", id=f"p{number}", partition=1)
        produced = live.frame("produced", f"p{number}")
        assert (produced["partition"], produced["offset"]) == (1, str(number))
    live.produce(other, "elsewhere", key=text("k"), headers=[["h", "x"], ["raw", "/w==", "base64"]])
    assert live.values("a", 3) == ["v0", "v1", "v2"]
    (record,), frame = live.records("b", 1)
    assert record["key"]["data"] == "k"
    assert record["headers"] == [["h", "x"], ["raw", "/w==", "base64"]]
    assert (frame["cursor"], frame["skipped"]) == ("v1.0-1", 0)
    assert live.values("c", 1) == ["v0"]
    live.say(type="permit", id="c", records=9)
    assert live.values("c", 2) == ["v1", "v2"]
    live.say(type="unsubscribe", id="a")
    bye = live.frame("bye", "a")
    assert (bye["reason"], bye["cursor"]) == ("unsubscribed", "v1.0-0.1-3")
    live.say(type="permit", id="a", records=1)
    assert live.frame("error", "a")["code"] == 4404


def test_a_cursor_and_a_seek_go_where_they_say(topic, stream):
    live = stream()
    for number in range(6):
        live.produce(topic, f"v{number}", partition=0)
        live.frame("produced")
    live.subscribe("a", topic, resume="v1.0-4", partitions=[0], mode="lossless")
    assert live.values("a", 2) == ["v4", "v5"]
    live.say(type="seek", id="a", **{"from": "offset:2"})
    assert live.frame("ready", "a")["start"] == {"0": "2"}
    assert live.values("a", 4) == ["v2", "v3", "v4", "v5"]
    live.say(type="seek", id="a", resume="v1.0-5")
    assert live.frame("ready", "a")["start"] == {"0": "5"}
    assert live.values("a", 1) == ["v5"]
    live.say(type="seek", id="a", resume="v1.7-5")
    assert "partition 7" in live.frame("error", "a")["message"]
    live.produce(topic, "on", partition=0)
    assert live.values("a", 1) == ["on"]


def test_a_filter_lets_through_what_matches_and_tells_its_progress(topic, stream):
    live = stream()
    for start in range(0, 200, 50):
        for number in range(start, start + 50):
            value = {"type": "json", "data": {"n": number}}
            live.say(type="produce", id=str(number), topic=topic, partition=0, value=value)
        for number in range(start, start + 50):
            live.frame("produced", str(number))
    live.subscribe(
        "f",
        topic,
        partitions=[0],
        mode="lossless",
        filter="value.n % 50 == 0",
        credits=3,
        **{"from": "earliest"},
    )
    found = [each["n"] for each in live.values("f", 3)]
    assert found == [0, 50, 100]
    live.say(type="permit", id="f", records=5)
    assert [each["n"] for each in live.values("f", 1)] == [150]
    wait_for(lambda: live.frame("progress", "f")["cursor"] == "v1.0-200", "it has looked at all")
    live.say(type="filter", id="f", filter="value.n >=")
    assert "line 1, column" in live.frame("error", "f")["message"]
    live.say(type="filter", id="f", filter="value.m == 1 || value.n == 777")
    live.frame("filtered", "f")
    live.say(type="produce", id="x", topic=topic, partition=0, value=text("not JSON"))
    value = {"type": "json", "data": {"m": 1, "n": 0}}
    live.say(type="produce", id="y", topic=topic, partition=0, value=value)
    assert live.values("f", 1) == [{"m": 1, "n": 0}]
    assert live.frame("progress", "f")["failed"] == 1


def test_a_filter_of_the_tail_takes_from_the_shared_reads(topic, stream):
    live = stream()
    live.subscribe("all", topic)
    live.subscribe("some", topic, filter="value == 'yes'")
    for number in range(20):
        live.produce(topic, "yes" if number % 5 == 0 else "no", partition=0)
    assert live.values("some", 4) == ["yes"] * 4
    assert len(live.values("all", 20)) == 20


def test_a_filter_that_costs_too_much_ends_its_subscription_only(topic, stream):
    live = stream()
    live.subscribe("ok", topic)
    live.subscribe("greedy", topic, filter="value.all(x, value.all(y, x + y > 0))")
    data = list(range(1, 20_000))
    live.say(type="produce", id="p", topic=topic, value={"type": "json", "data": data})
    bye = live.frame("bye", "greedy")
    assert bye["code"] == 4422
    assert len(live.values("ok", 1)) == 1


def test_encodings_and_truncation_with_a_link(edge, tenant, topic, stream):
    live = stream()
    long = "ä" * 300
    for value in ({"type": "json", "data": 12}, text(long), {"type": "base64", "data": "//8="}):
        live.say(type="produce", id="p", topic=topic, partition=0, key=text("k"), value=value)
        live.frame("produced")
    start = {"from": "earliest", "partitions": [0]}
    live.subscribe("auto", topic, **start)
    live.subscribe("json", topic, value_format="json", **start)
    live.subscribe("raw", topic, key_format="base64", value_format="base64", **start)
    live.subscribe("cut", topic, max_value_bytes=100, **start)
    auto = [record["value"] for record in live.records("auto", 3)[0]]
    assert auto == [text("12"), text(long), {"type": "base64", "data": "//8="}]
    assert live.records("json", 3)[0][0]["value"] == {"type": "json", "data": 12}
    raw = live.records("raw", 3)[0][0]
    assert (raw["key"]["data"], raw["value"]["data"]) == ("aw==", "MTI=")
    cut = live.records("cut", 3)[0][1]["value"]
    assert cut == {
        "type": "string",
        "data": "ä" * 32,
        "truncated": True,
        "size": 600,
        "href": f"{tenant.path}/topics/{topic}/partitions/0/records/1",
    }


def test_what_cannot_be_written_is_answered_by_its_id(edge, tenant, topic, stream):
    live = stream()
    for id, message in {
        "absent": {"topic": "absent", "value": text("v")},
        "partition": {"topic": topic, "partition": 99, "value": text("v")},
        "base64": {"topic": topic, "value": {"type": "base64", "data": "%"}},
        "type": {"topic": topic, "value": "bare"},
        "field": {"topic": topic, "valeu": None},
        "surrogate": {"topic": topic, "value": text("\ud800")},
        "name": {"topic": "\ud800", "value": text("v")},
        "headers": {"topic": topic, "value": text("v"), "headers": [["a"]]},
    }.items():
        live.say(type="produce", id=id, **message)
        error = live.frame("error", id)
        assert error["code"] in (4400, 4404)
        assert not error["retryable"]
    live.produce(topic, "v")
    live.frame("produced")


def test_a_viewer_may_read_and_not_write(edge, tenant, topic, stream):
    with edge.client() as browser:
        body = {"login": edge.person(tenant, "viewer"), "password": PASSWORD}
        assert browser.post("/api/v1/session", json=body).status_code == 200
        cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    path = {"headers": {"Cookie": cookie}}
    live = stream(credentials=None, origin=edge.url, **path)
    live.subscribe("a", topic)
    live.produce(topic, "v")
    assert live.frame("error", "p")["code"] == 4403
    for origin in ("https://evil.example", None):
        with pytest.raises(InvalidStatus) as refused:
            stream(credentials=None, origin=origin, **path)
        assert refused.value.response.status_code == 403


@pytest.mark.parametrize(
    ("message", "id"),
    [
        ({"type": "subscribe", "id": "x"}, "x"),
        ({"type": "subscribe", "id": "x", "topic": "absent"}, "x"),
        ({"type": "subscribe", "id": "x", "topic": "TOPIC", "partitions": [9]}, "x"),
        ({"type": "subscribe", "id": "x", "topic": "TOPIC", "partitions": []}, "x"),
        ({"type": "subscribe", "id": "x", "topic": "TOPIC", "mode": "best"}, "x"),
        ({"type": "subscribe", "id": "x", "topic": "TOPIC", "from": "soon"}, "x"),
        ({"type": "subscribe", "id": "x", "topic": "TOPIC", "resume": "v1.0"}, "x"),
        ({"type": "subscribe", "id": "x", "topic": "TOPIC", "filter": "value +"}, "x"),
        ({"type": "subscribe", "id": "x", "topic": "TOPIC", "credits": -1}, "x"),
        ({"type": "subscribe", "id": "x", "topic": "TOPIC", "group": "g", "mode": "tail"}, "x"),
        ({"type": "subscribe", "id": "x", "topic": "TOPIC", "max_value_bytes": 1e3}, "x"),
        ({"type": "subscribe", "id": "x", "topic": "TOPIC", "extra": 1}, "x"),
        ({"type": "permit", "id": "nobody", "records": 1}, "nobody"),
        ({"type": "commit", "id": "nobody", "offsets": {"0": "1"}}, "nobody"),
        ({"type": "seek", "id": "nobody", "from": "latest"}, "nobody"),
        ({"type": "release", "id": "nobody"}, "nobody"),
        ({"type": "subscribe", "id": "there", "topic": "TOPIC"}, "there"),
        ({"type": "commit", "id": "there", "offsets": {"0": "1"}}, "there"),
        ({"type": "commit", "id": "there", "offsets": {"0": -1}}, "there"),
        ({"type": "seek", "id": "there"}, "there"),
    ],
)
def test_what_is_wrong_with_one_subscription_leaves_the_socket_open(topic, stream, message, id):
    live = stream()
    live.subscribe("there", topic)
    live.ws.send(json.dumps(message).replace("TOPIC", topic))
    error = live.frame("error", id)
    assert error["message"]
    assert not error["retryable"]
    live.produce(topic, "v")
    assert live.values("there", 1) == ["v"]


def test_a_subscription_that_is_not_ready_says_so(topic, stream):
    live = stream()
    live.say(type="subscribe", id="a", topic=topic)
    live.say(type="permit", id="a", records=1)
    error = live.frame("error", "a")
    assert (error["code"], error["retryable"]) == (4409, True)
    live.frame("ready", "a")


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("nonsense", 4400),
        ("[" * 50_000, 4400),
        ('{"type":"subscribe"}', 4400),
        ('{"type":"permit","id":7,"records":1}', 4400),
        ('{"type":"dance"}', 4400),
        (b"\x00", 4400),
        (json.dumps({"type": "ping", "id": "x" * 100_000}), 4413),
    ],
)
def test_what_makes_no_sense_closes_the_socket_with_a_bye(stream, message, code):
    live = stream()
    live.ws.send(message)
    assert live.close_code() == code
    assert live.kept[-1]["type"] == "bye"
    assert live.kept[-1]["code"] == code


def test_one_socket_has_so_many_subscriptions_and_no_more(topic, stream):
    live = stream()
    for number in range(100):
        live.say(type="subscribe", id=str(number), topic=topic)
    for number in range(100):
        live.frame("ready", str(number))
    live.say(type="subscribe", id="one too many", topic=topic)
    assert live.frame("error", "one too many")["code"] == 4429
    live.produce(topic, "v", partition=0)
    for number in range(100):
        assert live.values(str(number), 1) == ["v"]


# --- tickets --------------------------------------------------------------------------------------


def ticket_of(edge, tenant, credentials=None):
    with edge.client(credentials or tenant.service) as client:
        response = client.post(f"/api/v1/tenants/{tenant.name}/tickets")
    assert response.status_code == 201, response.text
    return response.json()["ticket"]


def refusal(edge, query):
    with pytest.raises(InvalidStatus) as refused:
        edge.socket(f"/ws/v1/stream?{query}")
    return refused.value.response.status_code


def test_a_ticket_opens_one_socket_once(edge, tenant, topic, stream):
    ticket = ticket_of(edge, tenant)
    live = stream(f"ticket={ticket}", credentials=None)
    live.subscribe("a", topic)
    assert refusal(edge, f"ticket={ticket}") == 401
    assert refusal(edge, "ticket=forged") == 401
    assert refusal(edge, "ticket=") == 401


def test_of_many_who_race_with_one_ticket_one_gets_in(edge, tenant):
    ticket = ticket_of(edge, tenant)

    def attempt(_number):
        try:
            with edge.socket(f"/ws/v1/stream?ticket={ticket}"):
                return 101
        except InvalidStatus as refused:
            return refused.response.status_code

    with ThreadPoolExecutor(12) as pool:
        assert sorted(pool.map(attempt, range(12))) == [101] + [401] * 11


def test_of_two_processes_that_saw_the_ticket_one_gets_it(edge, tenant):
    """Both have read the row before either can delete it: the test holds it until then."""
    ticket = ticket_of(edge, tenant)

    def redeem(_number):
        try:
            return redeem_socket_ticket(ticket=ticket) is not None
        finally:
            connection.close()

    def waiting():
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            return cursor.fetchone()[0]

    with ThreadPoolExecutor(2) as pool:
        with scope.system("the row is held"):
            SocketTicket.objects.select_for_update().get(digest=ticket_digest(ticket))
            tries = [pool.submit(redeem, number) for number in range(2)]
            wait_for(lambda: waiting() >= 2, "both wait for the row")
        assert sorted(each.result(SECONDS) for each in tries) == [False, True]


def test_an_expired_ticket_and_one_of_a_revoked_key_open_nothing(edge, tenant, monkeypatch):
    from tenants.services import issue_socket_ticket as service

    with monkeypatch.context() as patched:
        patched.setattr(service, "SECONDS", -1)
        expired = ticket_of(edge, tenant)
    assert refusal(edge, f"ticket={expired}") == 401
    key = issue_api_key(tenant_id=tenant.id, by="test", service_account="app")
    ticket = ticket_of(edge, tenant, (key.key_id, key.secret))
    revoke_api_key(tenant_id=tenant.id, key_id=key.key_id, by="test")
    assert refusal(edge, f"ticket={ticket}") == 401


def test_tickets_of_another_tenant_are_not_given_out(edge, tenant):
    stranger = edge.tenant()
    with edge.client(stranger.service) as client:
        foreign = client.post(f"/api/v1/tenants/{tenant.name}/tickets")
        absent = client.post("/api/v1/tenants/absent/tickets")
        assert (foreign.status_code, absent.status_code) == (404, 404)
        assert foreign.text.replace(tenant.name, "T") == absent.text.replace("absent", "T")
    with edge.client() as client:
        assert client.post(f"/api/v1/tenants/{tenant.name}/tickets").status_code == 401


def test_a_revoked_key_ends_a_stream_within_five_seconds(edge, tenant, topic, stream):
    key = issue_api_key(tenant_id=tenant.id, by="test", service_account="app")
    live = stream(credentials=(key.key_id, key.secret))
    live.subscribe("a", topic)
    ticket = ticket_of(edge, tenant, (key.key_id, key.secret))
    by_ticket = stream(f"ticket={ticket}", credentials=None)
    begun = time.monotonic()
    revoke_api_key(tenant_id=tenant.id, key_id=key.key_id, by="test")
    assert (live.close_code(), by_ticket.close_code()) == (4401, 4401)
    assert time.monotonic() - begun < 5


# --- groups ---------------------------------------------------------------------------------------


class Member(Stream):
    """One subscription in a group: what it is assigned, and what it was sent."""

    def join(self, topic, group, **how):
        self.subscribe("g", topic, group=group, **{"from": "earliest"}, **how)
        return self

    def assigned(self):
        return {int(p): int(o) for p, o in self.frame("assigned", "g")["partitions"].items()}

    def commit(self, **what):
        self.say(type="commit", id="g", **what)
        return self.frame("committed", "g")


@pytest.fixture
def member(edge, tenant):
    with contextlib.ExitStack() as sockets:

        def join(topic, group, **how):
            ws = sockets.enter_context(edge.socket("/ws/v1/stream", tenant.service))
            return Member(ws).join(topic, group, **how)

        yield join


def test_a_group_goes_on_where_it_has_committed(edge, tenant, topic, member):
    first = member(topic, "readers")
    assert first.assigned() == {0: 0, 1: 0}
    for number in range(4):
        first.produce(topic, f"v{number}", partition=0)
        first.frame("produced")
    assert first.values("g", 4) == ["v0", "v1", "v2", "v3"]
    assert first.commit(offsets={"0": "2"})["offsets"] == {"0": "2"}
    first.ws.close()
    second = member(topic, "readers")
    assert second.assigned() == {0: 2, 1: 0}
    records, frame = second.records("g", 2)
    assert [record["value"]["data"] for record in records] == ["v2", "v3"]
    second.commit(cursor=frame["cursor"])
    second.say(type="commit", id="g", offsets={"7": "1"})
    assert "not assigned" in second.frame("error", "g")["message"]
    with edge.client(tenant.service) as client:
        assert client.get(f"{tenant.path}/topics/{topic}").status_code == 200


def test_sockets_share_a_group_and_lose_nothing(edge, tenant, topic, member):
    """A second socket takes a partition over; what was committed is not sent again."""
    first = member(topic, "shared")
    assert first.assigned() == {0: 0, 1: 0}
    for partition in (0, 1):
        for number in range(3):
            first.produce(topic, f"{partition}:{number}", partition=partition)
            first.frame("produced")
    seen = first.values("g", 6)
    second = member(topic, "shared")
    rebalance = first.frame("rebalance", "g")
    ((moved, upto),) = rebalance["revoking"].items()
    assert upto == "3"
    first.commit(offsets=rebalance["revoking"])
    assert first.frame("revoked", "g") == {
        "type": "revoked",
        "id": "g",
        "partitions": [int(moved)],
        "lost": False,
    }
    assert second.assigned() == {int(moved): 3}
    kept = 1 - int(moved)
    first.produce(topic, "moved", partition=int(moved))
    first.produce(topic, "kept", partition=kept)
    assert second.values("g", 1) == ["moved"]
    assert first.values("g", 1) == ["kept"]
    assert sorted(seen) == ["0:0", "0:1", "0:2", "1:0", "1:1", "1:2"]
    second.ws.close()
    assert first.assigned() == {int(moved): 3}
    assert first.values("g", 1) == ["moved"]


def test_a_reader_that_does_not_commit_gives_up_in_time(topic, member):
    first = member(topic, "silent")
    first.assigned()
    for partition in (0, 1):
        first.produce(topic, "v", partition=partition)
    first.records("g", 2)
    second = member(topic, "silent")
    rebalance = first.frame("rebalance", "g")
    first.say(type="release", id="g")
    assert first.frame("revoked", "g")["lost"] is False
    (moved,) = map(int, rebalance["revoking"])
    assert second.assigned() == {moved: 0}
    assert second.values("g", 1) == ["v"]


# --- fan-out --------------------------------------------------------------------------------------


def test_a_reader_a_little_behind_reads_what_others_had(edge, tenant, topic, stream, monkeypatch):
    """Paused and resumed, a lossless reader takes the shared batches and fetches nothing."""
    from streaming.live.feed import Feed

    live = stream()
    live.subscribe("fast", topic, partitions=[0])
    live.subscribe("slow", topic, partitions=[0], mode="lossless")
    live.say(type="pause", id="slow")
    for number in range(30):
        live.produce(topic, f"v{number}", partition=0)
    assert len(live.values("fast", 30)) == 30

    async def fetched(*_arguments):
        raise AssertionError("it fetched")

    monkeypatch.setattr(Feed, "_read", fetched)
    live.say(type="resume", id="slow")
    assert sorted(live.values("slow", 30)) == sorted(f"v{number}" for number in range(30))
    tails = edge.web_state(fanout._by_loop)
    assert [key[1] for key in tails._tails].count(topic) == 1


def test_a_stalled_stream_hurts_no_other(edge, tenant, stream):
    """One socket reads nothing while another takes everything."""
    topic = edge.topic(tenant)
    live, stalled = stream(), stream()
    live.subscribe("a", topic, mode="lossless", credits="unlimited")
    stalled.subscribe("a", topic, mode="lossless", credits="unlimited")
    value = "x" * 100_000
    for number in range(60):
        live.produce(topic, value, id=str(number))
    assert len(live.values("a", 60)) == 60
    stalled.ws.socket.shutdown(socket.SHUT_RDWR)


def test_the_group_s_name_and_ids_are_uuid_members(topic, member):
    first = member(topic, "named")
    assert UUID(first.frame("assigned", "g")["member"])


def test_threads_of_readers_and_writers_lose_nothing(edge, tenant, stream):
    topic = edge.topic(tenant, partitions=2)
    count, readers = 400, 4
    results = {}

    def read(number):
        live = stream()
        live.subscribe("a", topic, mode="lossless", credits=20 + 10 * number)
        started.release()
        found = []
        while len(found) < count:
            records, _ = live.records("a", 1)
            found += records
            live.say(type="permit", id="a", records=len(records))
        results[number] = sorted(int(record["value"]["data"]) for record in found)

    started = threading.Semaphore(0)
    threads = [threading.Thread(target=read, args=(number,)) for number in range(readers)]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert started.acquire(timeout=SECONDS)
    writer = stream()
    for number in range(count):
        writer.produce(topic, str(number), id=str(number))
    for number in range(count):
        writer.frame("produced", str(number))
    for thread in threads:
        thread.join(SECONDS)
    assert results == {number: list(range(count)) for number in range(readers)}
