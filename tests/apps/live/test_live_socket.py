"""Live sockets against real brokers, as a browser and as a program."""

import contextlib
import json
import socket
import threading
import time
from collections import Counter

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from streaming.live import fanout
from tenants.services.issue_api_key import issue_api_key
from tenants.services.revoke_api_key import revoke_api_key
from tests.apps.edge_service import PASSWORD, wait_for

SECONDS = 60


@pytest.fixture
def topic(edge, tenant):
    return edge.topic(tenant, partitions=2)


def produce(edge, tenant, topic, values, partition=0):
    bodies = [
        {"partition_id": partition, "value": {"type": "STRING", "data": value}} for value in values
    ]
    with edge.client(tenant.service) as client:
        response = client.post(
            f"{tenant.path}/topics/{topic}/records",
            content="".join(map(json.dumps, bodies)),
            headers={"Content-Type": "application/json"},
        )
    assert response.status_code == 200, response.text
    assert response.text.count('"offset"') == len(bodies)


def places(edge, tenant, topic):
    """How many partitions brokers say that the topic has."""
    with edge.client(tenant.service) as client:
        return len(client.get(f"{tenant.path}/topics/{topic}/partitions").json()["data"])


class Tail:
    """Reads frames; gathers records by what they were."""

    def __init__(self, ws):
        self.ws = ws
        self.ready = self.frame("ready")
        self.skipped = 0
        self.cursor = None

    def frame(self, kind):
        """The next frame of that type; heartbeats are passed over."""
        while True:
            frame = json.loads(self.ws.recv(timeout=SECONDS))
            if frame["type"] == kind:
                return frame
            assert frame["type"] in ("heartbeat", "records"), frame

    def values(self, count):
        """The next ``count`` records' values, or more if a frame brings them."""
        found = []
        while len(found) < count:
            frame = self.frame("records")
            self.skipped += frame["skipped"]
            self.cursor = frame["cursor"]
            found += [record["value"]["data"] for record in frame["records"]]
        return found

    def say(self, **message):
        self.ws.send(json.dumps(message))

    def silent(self):
        """Whether no records come before the answer to a ping."""
        self.say(type="ping", id="still there?")
        while True:
            frame = json.loads(self.ws.recv(timeout=SECONDS))
            if frame["type"] == "pong":
                assert frame["id"] == "still there?"
                return True
            if frame["type"] == "records":
                return False


@pytest.fixture
def tail(edge, tenant, topic):
    """``tail(query)``: a socket on the topic that is ready."""
    with contextlib.ExitStack() as sockets:

        def open_tail(query="", credentials=tenant.service):
            path = f"/ws/v1/topics/{topic}?{query}"
            return Tail(sockets.enter_context(edge.socket(path, credentials)))

        yield open_tail


def test_records_appear_as_they_are_committed(edge, tenant, topic, tail):
    produce(edge, tenant, topic, ["before"])
    live = tail()
    assert live.ready == {
        "type": "ready",
        "topic": topic,
        "mode": "tail",
        "partitions": [0, 1],
        "credits": 1000,
        "start": {"0": "1", "1": "0"},
    }
    produce(edge, tenant, topic, ["a", "b"])
    assert live.values(2) == ["a", "b"]
    produce(edge, tenant, topic, ["c"], partition=1)
    frame = live.frame("records")
    assert (frame["partition"], frame["high_watermark"], frame["skipped"]) == (1, "1", 0)
    assert frame["records"][0]["offset"] == "0"
    assert frame["cursor"] == "v1.0-3.1-1"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("from=earliest", ["v0", "v1", "v2", "v3", "v4"]),
        ("from=end-2", ["v3", "v4"]),
        ("from=end-99", ["v0", "v1", "v2", "v3", "v4"]),
        ("from=offset:3", ["v3", "v4"]),
        ("from=offset:99", []),
        ("from=ts:0", ["v0", "v1", "v2", "v3", "v4"]),
        ("from=latest", []),
        ("resume=v1.0-4", ["v4"]),
    ],
)
def test_where_it_starts(edge, tenant, topic, tail, query, expected):  # noqa: PLR0917
    produce(edge, tenant, topic, [f"v{n}" for n in range(5)])
    live = tail(f"{query}&partitions=0&mode=lossless")
    produce(edge, tenant, topic, ["now"])
    assert live.values(len(expected) + 1) == [*expected, "now"]


def test_subscribers_share_one_tail_and_each_gets_everything(edge, tenant, topic, tail):
    lives = [tail("partitions=0") for _ in range(5)]
    produce(edge, tenant, topic, [f"v{n}" for n in range(50)])
    for live in lives:
        assert live.values(50) == [f"v{n}" for n in range(50)]
    tails = edge.web_state(fanout._by_loop)
    assert Counter(key[1] for key in tails._tails)[topic] == 1
    for live in lives:
        live.ws.close()
    wait_for(lambda: topic not in [key[1] for key in tails._tails], "the shared tail has ended")


def test_tail_skips_to_the_newest_without_credit(edge, tenant, topic, tail):
    live = tail("partitions=0&credits=2")
    produce(edge, tenant, topic, ["a", "b"])
    assert live.values(2) == ["a", "b"]
    other = tail("partitions=0&credits=unlimited")
    produce(edge, tenant, topic, ["c", "d", "e"])
    assert other.values(3) == ["c", "d", "e"]
    assert live.silent()
    live.say(type="permit", records=10)
    produce(edge, tenant, topic, ["f"])
    assert live.values(1) == ["f"]
    assert live.skipped == 3


def test_lossless_waits_without_credit_and_misses_nothing(edge, tenant, topic, tail):
    live = tail("partitions=0&credits=2&mode=lossless")
    other = tail("partitions=0&credits=unlimited")
    produce(edge, tenant, topic, [f"v{n}" for n in range(10)])
    assert len(other.values(10)) == 10
    assert live.values(2) == ["v0", "v1"]
    assert live.silent()
    live.say(type="permit", records=3)
    assert live.values(3) == ["v2", "v3", "v4"]
    live.say(type="permit", records=100)
    assert live.values(5) == [f"v{n}" for n in range(5, 10)]
    produce(edge, tenant, topic, ["live again"])
    assert live.values(1) == ["live again"]
    assert live.skipped == 0


def test_pausing_stops_records_and_resuming_goes_on(edge, tenant, topic, tail):
    live = tail("partitions=0&mode=lossless")
    live.say(type="pause")
    assert live.silent()
    produce(edge, tenant, topic, ["a", "b"])
    assert live.silent()
    live.say(type="resume")
    assert live.values(2) == ["a", "b"]


def test_a_cursor_goes_on_where_a_socket_was_cut(edge, tenant, topic, tail):
    live = tail("mode=lossless")
    produce(edge, tenant, topic, ["a", "b"])
    assert live.values(2) == ["a", "b"]
    live.ws.close()
    produce(edge, tenant, topic, ["c", "d"])
    again = tail(f"mode=lossless&resume={live.cursor}")
    assert again.values(2) == ["c", "d"]


def test_a_long_history_is_read_with_small_credits(edge, tenant, topic, tail):
    expected = [f"v{n}" for n in range(2000)]
    for start in range(0, 2000, 500):
        produce(edge, tenant, topic, expected[start : start + 500])
    live = tail("partitions=0&from=earliest&mode=lossless&credits=150")
    found = []
    while len(found) < 2000:
        values = live.values(1)
        found += values
        live.say(type="permit", records=len(values))
    assert found == expected


def test_heartbeats_tell_the_high_watermarks(edge, tenant, topic, tail):
    live = tail()
    heartbeat = live.frame("heartbeat")
    assert heartbeat == {
        "type": "heartbeat",
        "high_watermarks": {"0": "0", "1": "0"},
        "skipped": 0,
    }


def test_a_partition_that_is_added_is_read_from_its_beginning(edge, tenant, topic, tail):
    from brokers.kernel.ids import Principal, TenantId, TopicName
    from brokers.node.ports import Actor
    from brokers.services.create_partitions import create_partitions

    live = tail("mode=lossless")
    actor = Actor(TenantId(tenant.id), Principal("User:tenant-admin"), True)
    create_partitions(actor=actor, name=TopicName(topic), count=3)
    # Brokers hear of it in a moment: it was not they who were asked.
    wait_for(lambda: places(edge, tenant, topic) == 3, "brokers know the new partition")
    produce(edge, tenant, topic, ["in the new one"], partition=2)
    assert live.values(1) == ["in the new one"]


@pytest.mark.parametrize(
    ("path", "credentials", "status"),
    [
        ("/ws/v1/topics/absent", True, 404),
        ("/ws/v1/topics/..%2fx", True, 404),
        ("/ws/v1/topics/TOPIC?partitions=7", True, 400),
        ("/ws/v1/topics/TOPIC?from=soon", True, 400),
        ("/ws/v1/topics/TOPIC?cluster_id=lkc-zzzzzz", True, 404),
        ("/ws/v1/topics/TOPIC?resume=x", True, 400),
        ("/ws/v1/topics/TOPIC", ("HWAAAAAAAAAAAAAA", "x"), 401),
        ("/ws/v2/anything", True, 404),
        ("/", True, 404),
    ],
)
def test_refusals_before_the_upgrade_are_http(edge, tenant, topic, path, credentials, status):  # noqa: PLR0917
    who = tenant.service if credentials is True else credentials
    with pytest.raises(InvalidStatus) as refused:
        edge.socket(path.replace("TOPIC", topic), who)
    response = refused.value.response
    assert response.status_code == status
    assert json.loads(response.body)["message"]


def test_a_foreign_cluster_and_an_absent_one_answer_alike(edge, tenant, topic):
    stranger = edge.tenant()
    answers = []
    for cluster in (tenant.cluster_id, "lkc-zzzzzz"):
        with pytest.raises(InvalidStatus) as refused:
            edge.socket(f"/ws/v1/topics/{topic}?cluster_id={cluster}", stranger.service)
        answers.append(refused.value.response.body.replace(cluster.encode(), b"lkc"))
    assert answers[0] == answers[1]
    with pytest.raises(InvalidStatus) as refused:
        edge.socket(f"/ws/v1/topics/{topic}", stranger.service)
    assert refused.value.response.status_code == 404


def closed_with(ws):
    with contextlib.suppress(ConnectionClosed):
        while True:
            ws.recv(timeout=SECONDS)
    return ws.close_code


def test_the_first_message_may_authenticate(edge, tenant, topic):
    key_id, secret = tenant.service
    with edge.socket(f"/ws/v1/topics/{topic}") as ws:
        ws.send(json.dumps({"type": "auth", "api_key": key_id, "api_secret": secret}))
        live = Tail(ws)
        produce(edge, tenant, topic, ["v"])
        assert live.values(1) == ["v"]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ('{"type":"auth","api_key":"HWAAAAAAAAAAAAAA","api_secret":"x"}', 4401),
        ('{"type":"permit","records":1}', 4401),
        ("nonsense", 4400),
        (b"\x00", 4400),
        ('{"type":"auth"}', 4400),
    ],
)
def test_a_first_message_that_does_not_authenticate(edge, topic, message, code):
    with edge.socket(f"/ws/v1/topics/{topic}") as ws:
        ws.send(message)
        assert closed_with(ws) == code


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("nonsense", 4400),
        ('{"type":"permit","records":-1}', 4400),
        (json.dumps({"type": "ping", "id": "x" * 20_000}), 4413),
    ],
)
def test_messages_that_cannot_be_understood_close_the_socket(tail, message, code):
    live = tail()
    live.ws.send(message)
    assert closed_with(live.ws) == code


def test_a_revoked_key_closes_the_socket_within_five_seconds(edge, tenant, tail):
    key = issue_api_key(tenant_id=tenant.id, by="test", service_account="app")
    live, other = tail(credentials=(key.key_id, key.secret)), tail()
    begun = time.monotonic()
    revoke_api_key(tenant_id=tenant.id, key_id=key.key_id, by="test")
    assert closed_with(live.ws) == 4401
    assert time.monotonic() - begun < 5
    assert other.silent()


def test_a_deleted_topic_closes_its_sockets(edge, tenant, topic, tail):
    live = tail()
    with edge.client(tenant.administrator) as client:
        assert client.delete(f"{tenant.path}/topics/{topic}").status_code == 204
    assert closed_with(live.ws) == 4404


@pytest.fixture
def cookie(edge, tenant):
    """A signed-in person's Cookie header, and how to sign out."""
    with edge.client() as browser:
        body = {"login": edge.person(tenant, "viewer"), "password": PASSWORD}
        token = browser.post("/api/v1/session", json=body).json()["csrf_token"]
        header = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        yield header, lambda: browser.delete("/api/v1/session", headers={"X-CSRFToken": token})


def test_a_session_opens_a_socket_from_its_own_site_only(edge, tenant, topic, cookie):
    header, _ = cookie
    path = f"/ws/v1/topics/{topic}?cluster_id={tenant.cluster_id}"
    with edge.socket(path, headers={"Cookie": header}, origin=edge.url) as ws:
        live = Tail(ws)
        produce(edge, tenant, topic, ["v"])
        assert live.values(1) == ["v"]
    for origin in ("https://evil.example", None, edge.url.replace("127.0.0.1", "localhost")):
        with pytest.raises(InvalidStatus) as refused:
            edge.socket(path, headers={"Cookie": header}, origin=origin)
        assert refused.value.response.status_code == 403


def test_signing_out_closes_the_socket(edge, tenant, topic, cookie):
    header, sign_out = cookie
    with edge.socket(f"/ws/v1/topics/{topic}", headers={"Cookie": header}, origin=edge.url) as ws:
        Tail(ws)
        begun = time.monotonic()
        assert sign_out().status_code == 204
        assert closed_with(ws) == 4401
        assert time.monotonic() - begun < 5


def test_a_reader_that_stalls_is_closed_and_holds_little(edge, tenant, topic, monkeypatch):
    """A raw socket that never reads: frames stop at the bound, and the socket is ended."""
    from streaming.live import outbox, session

    monkeypatch.setattr(outbox, "SEND_SECONDS_MAX", 1)
    sessions = []
    run = session.LiveSession.run

    def spied(self):
        sessions.append(self)
        return run(self)

    monkeypatch.setattr(session.LiveSession, "run", spied)
    wire, port = socket.socket(), httpx.URL(edge.url).port
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    wire.connect(("127.0.0.1", port))
    auth = httpx.BasicAuth(*tenant.service)._auth_header
    wire.sendall(
        f"GET /ws/v1/topics/{topic}?credits=unlimited HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"Authorization: {auth}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
    )
    wait_for(lambda: sessions, "the socket is open")
    (stalled,) = sessions
    with wire:
        for _ in range(16):
            produce(edge, tenant, topic, [chr(65 + n % 26) * 900_000 for n in range(2)])
            assert stalled._outbox.characters < outbox.PENDING_CHARACTERS_MAX + 2_000_000
            if not stalled._feeds:
                break
        wait_for(lambda: not stalled._feeds, "the stalled session has ended")


def test_many_subscribers_of_a_fast_topic_all_get_every_record(edge, tenant, topic):
    """Load enough to mix shared and own reads; each lossless subscriber sees each offset once."""
    count, subscribers = 3000, 8
    results = {}

    def follow(number):
        query = f"mode=lossless&partitions=0&credits={50 + number * 30}"
        with edge.socket(f"/ws/v1/topics/{topic}?{query}", tenant.service) as ws:
            live = Tail(ws)
            started.release()
            found = []
            while len(found) < count:
                values = live.values(1)
                found += values
                live.say(type="permit", records=len(values))
            results[number] = found

    started = threading.Semaphore(0)
    threads = [threading.Thread(target=follow, args=(n,)) for n in range(subscribers)]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert started.acquire(timeout=SECONDS)
    expected = [f"v{n}" for n in range(count)]
    for start in range(0, count, 200):
        produce(edge, tenant, topic, expected[start : start + 200])
    for thread in threads:
        thread.join(60)
    assert results == dict.fromkeys(range(subscribers), expected)


def test_the_service_leaves_nothing_open(edge, tenant, topic):
    """A socket that vanishes without a goodbye is forgotten."""
    with edge.socket(f"/ws/v1/topics/{topic}", tenant.service) as ws:
        Tail(ws)
        tails = edge.web_state(fanout._by_loop)
        assert topic in [key[1] for key in tails._tails]
        ws.socket.shutdown(socket.SHUT_RDWR)
        wait_for(lambda: topic not in [key[1] for key in tails._tails], "the tail has ended")


@pytest.mark.parametrize("mode", ["lossless", "tail"])
def test_a_broker_that_stops_and_returns_is_followed(edge, tenant, mode):
    """Sockets stay open; records of the broker's partitions come when it is back."""
    topic = edge.topic(tenant, partitions=2)
    with edge.client(tenant.service) as client:
        partitions = client.get(f"{tenant.path}/topics/{topic}/partitions").json()["data"]
    led = {each["leader_broker_id"]: each["partition_id"] for each in partitions}
    with edge.socket(f"/ws/v1/topics/{topic}?mode={mode}", tenant.service) as ws:
        live = Tail(ws)
        edge.stop_broker(2)
        produce(edge, tenant, topic, ["while it is away"], partition=led[1])
        assert live.values(1) == ["while it is away"]
        edge.start_broker(2)
        produce(edge, tenant, topic, ["after it is back"], partition=led[2])
        assert live.values(1) == ["after it is back"]
