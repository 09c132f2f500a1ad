"""Strangers' answers take a bounded part of a task's memory and time, whoever reads them."""

import gzip
import os
import zlib
from collections.abc import Callable, Iterable

import httpx
import pytest

from connect.connectors.bounded_answers import BoundedAnswers, CutAnswers
from connect.connectors.elasticsearch.connector import ElasticsearchSink
from connect.connectors.elasticsearch.task import ElasticsearchSinkTask
from connect.connectors.http import sink as http_sink
from connect.connectors.http.sink import HttpSink, HttpSinkTask
from connect.connectors.http.source import HttpSource, HttpSourceTask
from connect.runtime.egress import CheckedEgress
from connect.runtime.egress_policy import EgressPolicy
from connect.runtime.egress_ports import EgressPorts
from connect.runtime.registry_http import HttpSchemaRegistry
from connect.spi.errors import ConnectError, RetriableError
from tests.connect.harness import FakeSinkContext, FakeSourceContext, sink_record
from tests.connect.hostile_server import (
    BUFFERS_BYTES,
    HEAD,
    Hostile,
    endless,
    hostile,
    trickling,
)
from tests.connect.http_server import Answer, serving
from tests.node.harness import wait_until

MAX = 100_000
EGRESS = CheckedEgress(EgressPolicy.parse(["127.0.0.0/8"]), ports=EgressPorts.parse(["1-65535"]))
PACKED = {"content-encoding": "gzip"}
GZIP = HEAD + b"content-encoding: gzip\r\n"


def bounded(kind: Callable[..., httpx.BaseTransport], *more: str) -> httpx.Client:
    return httpx.Client(transport=kind(EGRESS.http_transport(), MAX, *more), trust_env=False)


def whole() -> httpx.Client:
    return bounded(BoundedAnswers, "say less")


def bomb() -> Iterable[bytes]:
    """Gigabytes in a few megabytes, without end."""
    packing = zlib.compressobj(9, wbits=31)
    yield GZIP + b"\r\n"
    zeros = bytes(2**22)
    while True:
        yield packing.compress(zeros) + packing.flush(zlib.Z_SYNC_FLUSH)


def is_left_early(server: Hostile, bytes_max: int) -> None:
    wait_until(lambda: server.sent, "the end of the connection")
    assert max(server.sent) <= bytes_max + BUFFERS_BYTES


@pytest.mark.parametrize("answer", [endless, bomb])
def test_an_answer_without_end_is_given_up_at_the_bound(answer) -> None:
    with hostile(answer) as server, whole() as http:
        with pytest.raises(ConnectError, match="more than 100000 bytes: say less"):
            http.get(server.url())
        is_left_early(server, MAX)
    with hostile(answer) as server, bounded(CutAnswers) as http:
        found = http.get(server.url())
        assert (found.status_code, len(found.content)) == (200, MAX)
        is_left_early(server, MAX)


@pytest.mark.parametrize("size", [0, 1, MAX - 1, MAX])
def test_what_is_within_the_bound_comes_whole(size) -> None:
    body = os.urandom(size)
    for sent, headers in (
        (body, {}),
        (gzip.compress(body, 0, mtime=0)[: MAX + 99], {"content-encoding": "gzip"}),
    ):
        if headers and len(sent) > MAX:
            continue
        with serving(lambda _, sent=sent, headers=headers: Answer(200, sent, headers)) as server:
            with whole() as http:
                assert http.get(server.url()).content == body
            with bounded(CutAnswers) as http:
                # The same connection serves again: nothing was left on it.
                assert [http.get(server.url()).content for _ in range(2)] == [body, body]
            assert {asked.headers["accept-encoding"] for asked in server.asked} == {"gzip"}


def test_a_byte_more_is_too_much() -> None:
    for body, headers in (
        (bytes(MAX + 1), {}),
        (gzip.compress(bytes(MAX + 1), mtime=0), PACKED),
    ):
        with serving(lambda _, body=body, headers=headers: Answer(200, body, headers)) as server:
            with whole() as http, pytest.raises(ConnectError, match="more than"):
                http.get(server.url())
            with bounded(CutAnswers) as http:
                assert len(http.get(server.url()).content) == MAX


@pytest.mark.parametrize(
    ("body", "encoding", "error"),
    [
        (b"x", "br", "'br', which nobody asked for"),
        (b"no gzip at all", "gzip", "no gzip"),
        (gzip.compress(b"y" * 1000, mtime=0)[:-9], "gzip", "hung up"),
    ],
    ids=["another encoding", "no gzip", "cut off"],
)
def test_what_cannot_be_unpacked_is_said(body, encoding, error) -> None:
    given = Answer(200, body, {"content-encoding": encoding})
    wrong = pytest.raises((ConnectError, httpx.RemoteProtocolError), match=error)
    with serving(lambda _: given) as server, whole() as http, wrong:
        http.get(server.url())


@pytest.mark.parametrize("head", [HEAD + b"\r\n", HEAD + b"half-a-header: "])
def test_an_answer_that_trickles_is_given_up_in_time(head) -> None:
    """Though there is always something to read before long."""
    with hostile(lambda: trickling(head)) as server:
        http = httpx.Client(transport=EGRESS.http_transport(), trust_env=False, timeout=0.4)
        with http, pytest.raises(httpx.ReadTimeout, match=r"longer than 0\.4 s|timed out"):
            http.get(server.url())


# Each who reads answers.


def of_http_sink(url: str, **settings: str) -> None:
    config = HttpSink.config.parse(
        {"http.url": url, "max.retries": "0", "retry.backoff.ms": "1", "http.timeout.ms": "400"}
        | {name.replace("_", "."): value for name, value in settings.items()}
    )
    task = HttpSinkTask()
    task.start(config, FakeSinkContext(egress=EGRESS))
    try:
        task.put([sink_record({"n": 1})])
    finally:
        task.stop()


def of_http_sink_with_oauth(url: str) -> None:
    of_http_sink(
        "http://127.0.0.1:9", auth_type="oauth2", auth_token_url=url, auth_client_id="i",
        auth_client_secret="s",
    )  # fmt: skip


def of_http_source(url: str) -> None:
    config = HttpSource.config.parse(
        {"topic": "t", "http.url": url, "http.answer.max.bytes": str(MAX), "http.timeout.ms": "400"}
    )
    task = HttpSourceTask()
    task.start(config, FakeSourceContext(egress=EGRESS))
    try:
        task.poll()
    finally:
        task.stop()


def of_search(url: str) -> None:
    config = ElasticsearchSink.config.parse(
        {
            "connection.url": url, "key.ignore": "true", "schema.ignore": "true",
            "read.timeout.ms": "400", "max.retries": "0", "retry.backoff.ms": "1",
            "index.auto.create": "false",
        }
    )  # fmt: skip
    task = ElasticsearchSinkTask()
    task.start(config, FakeSinkContext(egress=EGRESS))
    try:
        task.put([sink_record({"n": 1})])
        task.flush({})
    finally:
        task.stop()


def of_registry(url: str) -> None:
    registry = HttpSchemaRegistry(url, EGRESS.http_transport())
    try:
        registry.by_id(1)
    finally:
        registry.close()


READERS = [of_http_sink_with_oauth, of_http_source, of_search, of_registry]


@pytest.mark.parametrize("ask", READERS, ids=lambda ask: ask.__name__)
@pytest.mark.parametrize("answer", [endless, bomb])
def test_whoever_needs_the_whole_answer_says_that_it_is_too_long(ask, answer) -> None:
    with hostile(answer) as server:
        with pytest.raises(ConnectError) as failed:
            ask(server.url().rstrip("/"))
        assert not isinstance(failed.value, RetriableError)
        is_left_early(server, 8 * 2**20)


def test_the_sink_is_content_with_an_answer_s_beginning() -> None:
    with hostile(endless) as server:
        of_http_sink(server.url())
        is_left_early(server, http_sink.ANSWER_BYTES_MAX)


@pytest.mark.parametrize("ask", [of_http_sink, *READERS], ids=lambda ask: ask.__name__)
def test_whoever_is_answered_in_drops_tries_again_later(ask, monkeypatch) -> None:
    monkeypatch.setattr("connect.runtime.registry_http.TIMEOUT_SECONDS", 0.4)
    with hostile(trickling) as server, pytest.raises(RetriableError):
        ask(server.url().rstrip("/"))
