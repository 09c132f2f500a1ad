"""The webhook sink against real servers: bodies, signatures, retries, authentication."""

import base64
import contextlib
import datetime as dt
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from connect.connectors.http.answers import retry_after_seconds
from connect.connectors.http.sink import HttpSink, HttpSinkTask
from connect.plugins import find_plugin
from connect.spi.errors import ConfigError, ConnectError, DataError, RetriableError
from connect.spi.records import Header
from tests.connect.harness import FakeSinkContext, sink_record
from tests.connect.http_server import Answer, Asked, Server, serving


def made(url: str, **settings: str) -> HttpSink:
    config = {"http.url": url, "retry.backoff.ms": "1"}
    config |= {name.replace("_", "."): value for name, value in settings.items()}
    return HttpSink(HttpSink.config.parse(config))


@contextlib.contextmanager
def sink(
    url: str, context: FakeSinkContext | None = None, **settings: str
) -> Iterator[HttpSinkTask]:
    task = HttpSinkTask()
    task.start(made(url, **settings).configured, context or FakeSinkContext())
    try:
        yield task
    finally:
        task.stop()


def ok(_: Asked) -> Answer:
    return Answer(204)


def bodies(server: Server) -> list[bytes]:
    return [asked.body for asked in server.asked]


VALUES = [sink_record({"n": n}, offset=n) for n in range(5)]


def test_batches_are_arrays_lines_or_single_values() -> None:
    with serving(ok) as server:
        with sink(server.url(), batch_max_records="3") as task:
            task.put(VALUES)
        with sink(server.url(), body_format="lines") as task:
            task.put(VALUES[:2])
        with sink(server.url(), body_format="single", http_method="put") as task:
            task.put([sink_record("plain"), sink_record(b"\xff"), sink_record({"n": 1})])
    assert bodies(server) == [
        b'[{"n":0},{"n":1},{"n":2}]', b'[{"n":3},{"n":4}]', b'{"n":0}\n{"n":1}\n',
        b"plain", b"\xff", b'{"n":1}',
    ]  # fmt: skip
    assert server.asked[2].headers["content-type"] == "application/x-ndjson"
    assert server.asked[3].method == "PUT"


def test_a_batch_ends_before_its_bytes_are_too_many() -> None:
    with serving(ok) as server, sink(server.url(), batch_max_bytes="20") as task:
        task.put([*VALUES, sink_record("x" * 50)])
    assert [len(json.loads(body)) for body in bodies(server)] == [2, 2, 1, 1]


def test_an_envelope_says_where_a_record_comes_from() -> None:
    record = sink_record(
        {"n": 1}, topic="orders", partition=2, offset=9, key=b"k",
        headers=(Header("trace", None, b"t1"),),
    )  # fmt: skip
    with serving(ok) as server, sink(server.url(), body_envelope="record") as task:
        task.put([record])
    assert json.loads(bodies(server)[0]) == [
        {
            "topic": "orders", "partition": 2, "offset": 9, "timestamp": 1_700_000_000_009,
            "key": "k", "headers": [{"key": "trace", "value": "t1"}], "value": {"n": 1},
        }
    ]  # fmt: skip


def verified(asked: Asked, secret: bytes) -> bool:
    """As a receiver does it, with nothing of ours."""
    head = asked.headers
    signed = f"{head['webhook-id']}.{head['webhook-timestamp']}.".encode() + asked.body
    expected = "v1," + base64.b64encode(hmac.new(secret, signed, "sha256").digest()).decode()
    recent = abs(time.time() - int(head["webhook-timestamp"])) < 300
    return recent and any(
        hmac.compare_digest(expected, one) for one in head["webhook-signature"].split(" ")
    )


def test_a_receiver_can_verify_both_secrets_and_knows_a_repetition() -> None:
    busy = [Answer(503), Answer(204)]
    settings = {"signing_secret": "whsec_bmV3LXNlY3JldA==", "signing_secret_former": "old"}
    with (
        serving(lambda asked: busy.pop(0) if busy else Answer(204)) as server,
        sink(server.url(), **settings) as task,
    ):
        task.put(VALUES[:1])
        task.put(VALUES[1:2])
    first, again, other = server.asked
    for secret, good in ((b"new-secret", True), (b"old", True), (b"wrong", False)):
        assert verified(first, secret) is good
    assert first.headers["webhook-id"] == again.headers["webhook-id"]
    assert other.headers["webhook-id"] != first.headers["webhook-id"]


def test_a_receiver_that_keeps_keys_has_each_record_once() -> None:
    """Whatever comes again after a crash, and in whichever batches."""
    kept: dict[str, bytes] = {}

    def receive(asked: Asked) -> Answer:
        kept.setdefault(asked.headers["idempotency-key"], asked.body)
        return Answer(204)

    with serving(receive) as server:
        for batch in (VALUES[:3], VALUES[1:5], VALUES[4:]):
            with sink(server.url(), body_format="single") as task:
                task.put(batch)
    assert len(server.asked) == 8
    assert [json.loads(body)["n"] for body in kept.values()] == [0, 1, 2, 3, 4]


def test_keys_tell_records_apart_that_look_alike() -> None:
    records = [
        sink_record("same", topic="all", original_topic="a", timestamp_ms=1),
        sink_record("same", topic="all", original_topic="b", timestamp_ms=1),
        # Of a topic that was made anew.
        sink_record("same", topic="all", original_topic="a", timestamp_ms=2),
        sink_record("same", topic="all", original_topic="a", timestamp_ms=1, partition=1),
    ]
    with serving(ok) as server, sink(server.url(), body_format="single") as task:
        task.put(records)
    assert len({asked.headers["idempotency-key"] for asked in server.asked}) == 4


def test_a_request_that_is_still_worked_on_is_sent_again() -> None:
    busy = [Answer(409), Answer(409)]
    with serving(lambda _: busy.pop() if busy else Answer(204)) as server:
        with sink(server.url()) as task:
            task.put(VALUES[:1])
        assert len({asked.headers["idempotency-key"] for asked in server.asked}) == 1
        assert len(server.asked) == 3
    # A server that knows no keys means the record.
    with serving(lambda _: Answer(409)) as server, sink(server.url(), max_retries="1") as task:
        with pytest.raises(DataError, match="409"):
            task.put(VALUES[:1])
        assert len(server.asked) == 2


def test_a_server_s_retry_after_is_kept_to() -> None:
    at: list[float] = []

    def busy_once(_: Asked) -> Answer:
        at.append(time.monotonic())
        return Answer(429, headers={"retry-after": "1"}) if len(at) == 1 else Answer(204)

    with serving(busy_once) as server, sink(server.url()) as task:
        task.put(VALUES[:1])
    assert at[1] - at[0] >= 1


def test_after_its_retries_the_records_come_again() -> None:
    context = FakeSinkContext()
    with (
        serving(lambda asked: Answer(500, b"oops", {"retry-after": "120"})) as server,
        sink(server.url(), context, max_retries="0") as task,
    ):
        with pytest.raises(RetriableError, match="500 oops"):
            task.put(VALUES[:1])
        assert context.pause_seconds == 120
        assert len(server.asked) == 1
    with sink("http://127.0.0.1:1", max_retries="2") as task, pytest.raises(RetriableError):
        task.put(VALUES[:1])


def test_a_task_that_is_stopping_waits_for_no_server() -> None:
    context = FakeSinkContext()
    context.stopping.set()
    with (
        serving(lambda asked: Answer(429, headers={"retry-after": "200"})) as server,
        sink(server.url(), context) as task,
        pytest.raises(RetriableError),
    ):
        task.put(VALUES[:1])


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, DataError), (422, DataError), (401, ConnectError), (302, ConnectError)],
)
def test_who_is_to_blame(status: int, error: type[ConnectError]) -> None:
    away = {"location": "http://127.0.0.1:1/"}
    with (
        serving(lambda asked: Answer(status, headers=away)) as server,
        sink(server.url()) as task,
        pytest.raises(ConnectError) as raised,
    ):
        task.put(VALUES)
    assert type(raised.value) is error
    assert len(server.asked) == 1


class TokenServer:
    """An OAuth 2 server and the API that takes its latest token."""

    def __init__(self) -> None:
        self.issued = 0
        self.lasts = 3600

    def __call__(self, asked: Asked) -> Answer:
        if asked.path == "/token":
            good = asked.headers["authorization"] == "Basic aWQ6c2VjcmV0"
            if not good or asked.body != b"grant_type=client_credentials&scope=write":
                return Answer(401)
            self.issued += 1
            answer = {"access_token": f"token{self.issued}", "expires_in": self.lasts}
            return Answer(200, json.dumps(answer).encode())
        good = asked.headers.get("authorization") == f"Bearer token{self.issued}"
        return Answer(204 if good else 401)


def test_oauth_tokens_are_kept_and_renewed() -> None:
    tokens = TokenServer()
    with serving(tokens) as server:
        settings = {
            "auth_type": "oauth2", "auth_token_url": server.url("/token"), "auth_client_id": "id",
            "auth_client_secret": "secret", "auth_scope": "write",
        }  # fmt: skip
        with sink(server.url("/api"), **settings) as task:
            task.put(VALUES[:1])
            task.put(VALUES[:1])
            assert tokens.issued == 1
            tokens.issued = 7  # the server has forgotten our token
            task.put(VALUES[:1])
            assert tokens.issued == 8
        tokens.lasts = 10  # shorter than a token is kept before its end
        with sink(server.url("/api"), **settings) as task:
            task.put(VALUES[:1])
            task.put(VALUES[:1])
            assert tokens.issued == 10
        with (
            sink(server.url("/api"), **settings | {"auth_client_secret": "wrong"}) as task,
            pytest.raises(ConnectError, match=r"check auth\.client\.id"),
        ):
            task.put(VALUES[:1])


def test_basic_and_bearer() -> None:
    with serving(ok) as server:
        with sink(server.url(), auth_type="basic", auth_user="u", auth_password="p") as task:
            task.put(VALUES[:1])
        with sink(server.url(), auth_type="Bearer", auth_token="t") as task:
            task.put(VALUES[:1])
    assert [asked.headers["authorization"] for asked in server.asked] == [
        "Basic dTpw",
        "Bearer t",
    ]


def test_headers_go_with_each_request_and_secret_ones_are_shown_to_nobody() -> None:
    settings = {
        "http_headers": "X-Team: shop, Content-Type: text/json",
        "http_headers_secret": "X-Api-Key: swordfish,X-Other: a:b",
    }
    with serving(ok) as server, sink(server.url(), **settings) as task:
        task.put(VALUES[:1])
        sent = server.asked[0].headers
    names = ("x-team", "content-type", "x-api-key", "x-other")
    assert [sent[name] for name in names] == ["shop", "text/json", "swordfish", "a:b"]
    config = {name.replace("_", "."): value for name, value in settings.items()}
    plugin = find_plugin("http-sink")
    assert plugin is not None
    assert plugin.secret_names(config) == {"http.headers.secret"}
    for wrong in ("swordfish", "Host: swordfish"):
        with pytest.raises(ConfigError, match=r"^http\.headers\.secret ") as refused:
            made("http://127.0.0.1:1", http_headers_secret=wrong)
        assert "swordfish" not in str(refused.value)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("5", 5.0),
        ("999999999999", 300.0),
        ("Fri, 02 Jan 2026 00:00:10 GMT", 10.0),
        ("Thu, 01 Jan 2026 00:00:00 GMT", 0.0),
        ("soon", None),
        ("-1", None),
        (None, None),
    ],
)
def test_retry_after(header: str | None, expected: float | None) -> None:
    assert retry_after_seconds(header, dt.datetime(2026, 1, 2, tzinfo=dt.UTC)) == expected


@pytest.mark.parametrize(
    "settings",
    [
        {"auth_type": "bearer"},
        {"auth_type": "oauth2", "auth_client_id": "x"},
        {"http_headers": "Host: evil"},
        {"http_headers": "Authorization: Basic x"},
        {"http_headers": "webhook-signature: v1"},
        {"http_headers": "Idempotency-Key: always"},
        {"http_headers": "no colon"},
        {"http_headers": "a b: c"},
        {"signing_secret": "whsec_%%"},
        {"http_method": "GET"},
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        made("http://127.0.0.1:1", **settings)
