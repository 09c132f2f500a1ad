"""The polling source against real servers."""

import contextlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from connect.connectors.http.source import HttpSource, HttpSourceTask
from connect.spi.errors import ConfigError, ConnectError, RetriableError
from connect.spi.records import SourceRecord
from tests.connect.harness import FakeSourceContext
from tests.connect.http_server import Answer, Asked, serving


def made(url: str, **settings: str) -> HttpSource:
    config = {"http.url": url, "topic": "polled", "poll.interval.ms": "10", "retry.backoff.ms": "1"}
    config |= {name.replace("_", "."): value for name, value in settings.items()}
    return HttpSource(HttpSource.config.parse(config))


@contextlib.contextmanager
def source(
    url: str, context: FakeSourceContext | None = None, **settings: str
) -> Iterator[HttpSourceTask]:
    task = HttpSourceTask()
    task.start(made(url, **settings).configured, context or FakeSourceContext())
    try:
        yield task
    finally:
        task.stop()


def polled(task: HttpSourceTask, enough: Callable[[list[SourceRecord]], bool]) -> list[Any]:
    found: list[SourceRecord] = []
    until = time.monotonic() + 10
    while not enough(found):
        assert time.monotonic() < until, found
        found += task.poll()
    return found


def values(records: Sequence[SourceRecord]) -> list[Any]:
    return [record.value for record in records]


def page(items: list[Any], **headers: str) -> Answer:
    return Answer(
        200, json.dumps(items).encode(), {k.replace("_", "-"): v for k, v in headers.items()}
    )


ITEMS = [{"id": n, "at": 1_700_000_000_000 + n} for n in range(7)]


def test_cursors_lead_from_page_to_page_and_on_after_a_restart() -> None:
    def answer(asked: Asked) -> Answer:
        begin = int(asked.query.get("after", 0))
        following = begin + 3 if begin + 3 < len(ITEMS) else None
        document = {"data": {"items": ITEMS[begin : begin + 3]}, "next": following}
        return Answer(200, json.dumps(document).encode())

    settings = {
        "paging_mode": "cursor", "paging_parameter": "after", "paging_cursor_pointer": "/next",
        "records_pointer": "/data/items", "key_pointer": "/id", "timestamp_pointer": "/at",
    }  # fmt: skip
    context = FakeSourceContext()
    with serving(answer) as server:
        url = server.url("/api?limit=3")
        with source(url, context, **settings) as task:
            found = polled(task, lambda records: len(records) >= 6)
            assert values(found[:5]) == ITEMS[:5]
            assert (found[1].key, found[1].timestamp_ms) == (1, ITEMS[1]["at"])
            context.offsets.store(found[4].source_partition, found[4].source_offset)
        with source(url, context, **settings) as task:
            assert values(polled(task, lambda records: len(records) >= 2)) == ITEMS[5:]
        assert server.asked[-1].query["limit"] == "3"


def test_links_are_followed_on_the_same_server_only() -> None:
    where = {"next": "/api?page=2"}

    def answer(asked: Asked) -> Answer:
        if asked.query.get("page") == "2":
            return page(ITEMS[3:])
        return page(ITEMS[:3], link=f'<{where["next"]}>; rel="next"')

    with serving(answer) as server:
        with source(server.url("/api"), paging_mode="link") as task:
            assert values(polled(task, lambda records: len(records) >= 7)) == ITEMS
        where["next"] = "http://elsewhere.example/api"
        with (
            source(server.url("/api"), paging_mode="link") as task,
            pytest.raises(ConnectError, match="elsewhere"),
        ):
            task.poll()


@pytest.mark.parametrize(
    "cursor",
    [
        "http://elsewhere.example/api", "//elsewhere.example/api", "https://127.0.0.1/api",
        "http://127.0.0.1:1/api", "http://127.0.0.1@elsewhere.example/api", "ftp://127.0.0.1/",
        "http://elsewhere.example\\@127.0.0.1/api", "http://[", "http://\u0000/",
    ],
)  # fmt: skip
def test_an_offset_leads_to_no_other_server(cursor: Any) -> None:
    """Offsets are altered by who may not read the connector's password."""
    login = {"auth_type": "basic", "auth_user": "u", "auth_password": "p"}
    with serving(lambda asked: page(ITEMS)) as server:
        url = server.url("/api")
        connector = made(url, paging_mode="link", **login)
        context = FakeSourceContext()
        context.offsets.store({"url": url}, {"cursor": cursor})
        altered = [({"url": url}, {"cursor": cursor})]
        with pytest.raises(ConnectError):
            connector.alter_offsets(altered)
        with (
            source(url, context, paging_mode="link", **login) as task,
            pytest.raises(ConnectError),
        ):
            task.poll()
        assert not server.asked


def test_an_offset_may_lead_to_another_page_of_the_server() -> None:
    with serving(lambda asked: page(ITEMS[:2])) as server:
        cursor = server.url("/api?page=2")
        made(server.url("/api"), paging_mode="link").alter_offsets([({}, {"cursor": cursor})])


def test_offsets_and_times_are_asked_for() -> None:
    def answer(asked: Asked) -> Answer:
        begin = int(asked.query.get("skip", 0))
        since = int(asked.query.get("since", 0))
        return page([item for item in ITEMS if item["at"] >= since][begin : begin + 4])

    with serving(answer) as server:
        for settings in (
            {"paging_mode": "offset", "paging_parameter": "skip", "paging_start": "1"},
            {
                "paging_mode": "timestamp", "paging_parameter": "since",
                "timestamp_pointer": "/at", "paging_start": str(ITEMS[1]["at"]),
            },
        ):  # fmt: skip
            with source(server.url(), **settings) as task:
                found = polled(task, lambda records: len(records) >= 6)
            assert values(found) == ITEMS[1:]


def test_what_has_not_changed_is_not_read_again() -> None:
    version = ["v1"]

    def answer(asked: Asked) -> Answer:
        if asked.headers.get("if-none-match") == version[0]:
            return Answer(304)
        return page([version[0]], etag=version[0])

    with serving(answer) as server, source(server.url()) as task:
        assert values(polled(task, bool)) == ["v1"]
        polled(task, lambda _: len(server.asked) >= 4)
        version[0] = "v2"
        assert values(polled(task, bool)) == ["v2"]


def test_trouble_is_for_later_and_nothing_is_lost() -> None:
    answers = [Answer(503), Answer(429, headers={"retry-after": "0"}), page([1])]
    with serving(lambda asked: answers.pop(0)) as server, source(server.url()) as task:
        failures = 0
        while True:
            try:
                if found := task.poll():
                    break
            except RetriableError:
                failures += 1
    assert (failures, values(found)) == (2, [1])
    with source("http://127.0.0.1:1") as task, pytest.raises(RetriableError):
        task.poll()


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (Answer(404, b"gone"), "404 gone"),
        (Answer(302, headers={"location": "/"}), "302"),
        (Answer(200, b"<html>"), "no JSON"),
        (Answer(200, b"[" + b" " * 2000 + b"]"), r"http\.answer\.max\.bytes"),
    ],
)
def test_an_answer_that_is_of_no_use_fails_the_task(answer: Answer, message: str) -> None:
    with (
        serving(lambda asked: answer) as server,
        source(server.url(), http_answer_max_bytes="1024") as task,
        pytest.raises(ConnectError, match=message),
    ):
        task.poll()


def test_a_task_that_is_stopping_waits_for_no_interval() -> None:
    context = FakeSourceContext()
    with (
        serving(lambda asked: page([])) as server,
        source(server.url(), context, poll_interval_ms="60000") as task,
    ):
        assert task.poll() == []
        context.stopping.set()
        began = time.monotonic()
        assert task.poll() == []
        assert time.monotonic() - began < 30, "half of the interval"
        assert len(server.asked) == 1


@pytest.mark.parametrize(
    "settings",
    [
        {"paging_mode": "cursor", "paging_parameter": "x"},
        {"paging_mode": "timestamp", "paging_parameter": "x"},
        {"paging_mode": "offset", "paging_parameter": "x", "paging_start": "one"},
        {"records_pointer": "data.items"},
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, str]) -> None:
    with pytest.raises(ConfigError):
        made("http://127.0.0.1:1", **settings)
