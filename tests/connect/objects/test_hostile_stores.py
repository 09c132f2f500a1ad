"""A store that means harm takes no more of a task than its memory, its disk and its patience have
room for, and the task says which it was."""

from itertools import chain, count, repeat
from threading import Event

import pytest

from connect.connectors.objects import source, store
from connect.connectors.objects.s3 import S3SourceConnector
from connect.spi.errors import ConnectError, RetriableError
from tests.connect.harness import FakeSourceContext
from tests.connect.hostile_server import BUFFERS_BYTES, hostile, trickling
from tests.connect.http_server import Answer, serving

XML = b"HTTP/1.1 200 OK\r\ncontent-type: application/xml\r\nconnection: close\r\n"
OPEN = b'<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
CLOSE = b"</ListBucketResult>"


def entry(name, size=1):
    return (
        f"<Contents><Key>{name}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>"
        f"<ETag>e</ETag><Size>{size}</Size></Contents>"
    ).encode()


def page(*entries, more=""):
    token = f"<NextContinuationToken>{more}</NextContinuationToken>".encode() if more else b""
    truncated = b"true" if more else b"false"
    truncated = b"<IsTruncated>" + truncated + b"</IsTruncated>"
    return OPEN + b"".join(entries) + token + truncated + CLOSE


def answer(body):
    return XML + b"content-length: %d\r\n\r\n" % len(body) + body


def task_at(url, context=None, **config):
    told = {name.replace("_", "."): str(value) for name, value in config.items()}
    parsed = S3SourceConnector.config.parse({
        "topic": "back", "s3.bucket.name": "b", "store.url": url.rstrip("/"),
        "aws.access.key.id": "key", "aws.secret.access.key": "secret", **told,
    })  # fmt: skip
    task = S3SourceConnector(parsed).task()
    task.start(parsed, context or FakeSourceContext())
    return task


@pytest.fixture
def patience(monkeypatch):
    monkeypatch.setattr(store, "LISTING_S", 0.5)
    monkeypatch.setattr(store, "OBJECT_S", 0.5)


def test_a_listing_without_end_is_not_taken_into_memory():
    """In one answer, of which a client makes a whole."""
    piece = entry("x" * 900) * 64
    with hostile(lambda: chain([XML + b"\r\n" + OPEN], repeat(piece))) as server:
        task = task_at(server.url())
        with pytest.raises(ConnectError, match=r"more than \d+ bytes in an answer") as raised:
            task.poll()
        task.stop()
    assert not isinstance(raised.value, RetriableError)
    assert max(server.sent) < store.PAGE_BYTES_MAX + 2 * BUFFERS_BYTES


@pytest.mark.parametrize("entries", [b"", entry("again", size=0)])
@pytest.mark.usefixtures("patience")
def test_a_listing_that_always_goes_on_is_given_up(entries):
    """Whether or not there is anything in it."""
    tokens = count(1)
    with hostile(lambda: [answer(page(entries, more=f"t{next(tokens)}"))]) as server:
        task = task_at(server.url())
        with pytest.raises(RetriableError, match="had not listed all"):
            task.poll()
        task.stop()
    assert next(tokens) > 2


@pytest.mark.usefixtures("patience")
def test_a_listing_in_drops_is_given_up():
    with hostile(lambda: trickling(XML + b"\r\n" + OPEN)) as server:
        task = task_at(server.url())
        with pytest.raises(RetriableError, match="had not listed all"):
            task.poll()
        task.stop()


def listed_first(listing, then):
    """A store that lists so, and answers everything else with pieces of ``then``."""
    answers = chain([lambda: [answer(listing)]], repeat(then))

    def told():
        return next(answers)()

    return told


def test_an_object_without_end_does_not_fill_the_disk():
    head = (
        b"HTTP/1.1 200 OK\r\nlast-modified: Thu, 01 Jan 2026 00:00:00 GMT\r\n"
        b"content-length: 1000000000000\r\n\r\n"
    )
    endless = lambda: chain([head], repeat(b"x" * 65_536))  # noqa: E731
    with hostile(listed_first(page(entry("a.json")), endless)) as server:
        task = task_at(server.url(), object_max_bytes=4 * 2**20)
        with pytest.raises(ConnectError, match=r"'a\.json' has more than 4194304 bytes") as raised:
            task.poll()
        task.stop()
    assert not isinstance(raised.value, RetriableError)


@pytest.mark.usefixtures("patience")
def test_an_object_in_drops_is_given_up():
    head = (
        b"HTTP/1.1 200 OK\r\nlast-modified: Thu, 01 Jan 2026 00:00:00 GMT\r\n"
        b"content-length: 1000000\r\n\r\n"
    )
    with hostile(listed_first(page(entry("a.json")), lambda: trickling(head))) as server:
        task = task_at(server.url())
        with pytest.raises(RetriableError, match="had not sent all"):
            task.poll()
        task.stop()


def test_a_name_that_is_none_is_refused():
    long = "n" * (source.NAME_BYTES_MAX + 1)
    with hostile(lambda: [answer(page(entry(long)))]) as server:
        task = task_at(server.url())
        with pytest.raises(ConnectError, match=f"a name of {len(long)} bytes"):
            task.poll()
        task.stop()


def test_more_names_than_a_task_can_keep_are_said_to_be(monkeypatch):
    monkeypatch.setattr(source, "NAMES_BYTES_MAX", 10 * (source.NAME_OVERHEAD_BYTES + 10))
    many = page(*(entry(f"object-{number}") for number in range(50)))
    with hostile(lambda: [answer(many)]) as server:
        task = task_at(server.url())
        with pytest.raises(ConnectError, match=r"more objects .* have more tasks"):
            task.poll()
        task.stop()


def test_a_task_that_is_to_stop_lists_no_further():
    context = FakeSourceContext()
    context.stopping = Event()
    context.stopping.set()
    many = page(*(entry(f"object-{number}") for number in range(50)))
    with hostile(lambda: [answer(many)]) as server:
        task = task_at(server.url(), context)
        assert list(task.poll()) == []
        task.stop()


def test_a_store_that_is_back_is_listed_at_the_next_try_and_not_after_the_interval():
    """While it is away each try fails, so that the task says all the while that it waits."""
    away = Answer(503, b"<Error><Code>SlowDown</Code></Error>")
    here = Answer(200, page(entry("a.json", size=8)), {"content-type": "application/xml"})
    body = Answer(200, b'{"n": 1}', {"last-modified": "Thu, 01 Jan 2026 00:00:00 GMT"})
    state = {"away": True}

    def told(asked):
        if state["away"]:
            return away
        return here if "list-type" in asked.query else body

    with serving(told) as server:
        task = task_at(f"http://127.0.0.1:{server.port}", poll_interval_ms=3_600_000)
        for _ in range(2):
            with pytest.raises(RetriableError):
                task.poll()
        state["away"] = False
        (record,) = task.poll()
        task.stop()
    assert record.value == {"n": 1}
