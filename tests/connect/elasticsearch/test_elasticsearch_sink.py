"""The sink's task against an OpenSearch look-alike, and against a target in trouble."""

import contextlib
import time
from collections.abc import Callable, Iterator

import httpx
import orjson
import osmem_server
import pytest

from connect.spi.errors import ConfigError, ConnectError, RetriableError
from connect.spi.records import SinkRecord, TopicPartition
from connect.spi.schema import Field, Schema, Type
from tests.connect.elasticsearch.running import OFFSETS, document, sink, written
from tests.connect.harness import FakeSinkContext, sink_record
from tests.connect.http_server import Answer, Asked, serving


@pytest.fixture(scope="module")
def search() -> Iterator[str]:
    """The URL of an OpenSearch look-alike of this module's own."""
    with osmem_server.OsmemServer.start() as server:
        yield server.url.rstrip("/")


def test_documents_are_written_once_and_a_replay_changes_nothing(search: str) -> None:
    records = [
        sink_record({"n": offset}, topic="replay", key=f"k{offset % 3}", offset=offset)
        for offset in range(9)
    ]
    with sink(search) as task:
        written(task, *records)
        assert [document(search, "replay", f"k{n}")["n"] for n in range(3)] == [6, 7, 8]
        written(task, *records[:6])
        assert [document(search, "replay", f"k{n}")["n"] for n in range(3)] == [6, 7, 8]


def test_tombstones_delete(search: str) -> None:
    with sink(search, behavior_on_null_values="delete") as task:
        written(task, sink_record({"n": 1}, topic="gone", key="a", offset=1))
        assert document(search, "gone", "a") == {"n": 1}
        written(
            task,
            sink_record(None, topic="gone", key="a", offset=2),
            sink_record(None, topic="gone", key="never-there", offset=3),
        )
        assert document(search, "gone", "a") is None


def test_an_upsert_merges(search: str) -> None:
    with sink(search, write_method="upsert") as task:
        written(task, sink_record({"a": 1, "b": 1}, topic="merged", key="k"))
        written(task, sink_record({"b": 2}, topic="merged", key="k", offset=1))
    assert document(search, "merged", "k") == {"a": 1, "b": 2}


def test_a_version_of_the_record_s_own_beats_the_order(search: str) -> None:
    settings = {"external_version": "field", "external_version_field": "rev"}
    with sink(search, **settings) as task:
        written(task, sink_record({"rev": 7}, topic="rev", key="k", offset=1))
        written(task, sink_record({"rev": 5}, topic="rev", key="k", offset=2))
    assert document(search, "rev", "k") == {"rev": 7}


def test_malformed_documents_are_reported_and_their_neighbours_written(search: str) -> None:
    httpx.put(f"{search}/bad", json={"mappings": {"properties": {"n": {"type": "integer"}}}})
    records = [
        sink_record({"n": n}, topic="bad", key=str(i), offset=i)
        for i, n in enumerate([1, "not a number", 3])
    ]
    context = FakeSinkContext()
    with sink(search, context) as task:
        written(task, *records)
    assert [(record.offset, "at offset 1" in str(why)) for record, why in context.reported] == [
        (1, True)
    ]
    assert document(search, "bad", "2") == {"n": 3}
    assert document(search, "bad", "1") is None


def test_malformed_documents_fail_the_task_where_nothing_is_tolerated(search: str) -> None:
    httpx.put(f"{search}/bad2", json={"mappings": {"properties": {"n": {"type": "integer"}}}})
    record = sink_record({"n": "x"}, topic="bad2", key="1")
    with sink(search, FakeSinkContext(tolerates=False)) as task:
        task.put([record])
        for _ in range(2):  # whatever comes later, nothing may be committed past it
            with pytest.raises(ConnectError, match="was refused"):
                task.flush(OFFSETS)
        with pytest.raises(ConnectError, match="was refused"):
            task.put([])
    context = FakeSinkContext(tolerates=False)
    with sink(search, context, behavior_on_malformed_documents="warn") as task:
        written(task, record)


def test_an_index_is_made_out_of_the_schema(search: str) -> None:
    texts = Schema(Type.ARRAY, values=Schema(Type.STRING))
    schema = Schema(Type.STRUCT, fields=(Field("n", Schema(Type.INT16)), Field("s", texts)))
    with sink(search, topic_to_index_map="Shaped:of-schema", key_ignore="true") as task:
        written(task, sink_record({"n": 1, "s": ["x"]}, topic="Shaped", value_schema=schema))
    made = httpx.get(f"{search}/of-schema/_mapping").json()["of-schema"]["mappings"]["properties"]
    assert made["n"]["type"] == "short"
    assert made["s"]["type"] == "text"
    assert document(search, "of-schema", "Shaped+0+0") is not None


class Target:
    """A bulk endpoint of the test's own, whose troubles it decides."""

    def __init__(self, trouble: Callable[[int, list[str]], Answer | dict[str, int]]) -> None:
        self.trouble = trouble
        self.documents: list[str] = []
        self.requests = 0

    def __call__(self, asked: Asked) -> Answer:
        if asked.path != "/_bulk":
            return Answer(200)
        heads = [orjson.loads(line) for line in asked.body.splitlines()[::2]]
        ids = [next(iter(head.values()))["_id"] for head in heads]
        self.requests += 1
        told = self.trouble(self.requests, ids)
        if isinstance(told, Answer):
            return told
        items = []
        for id in ids:
            status = told.get(id, 201)
            if status == 201:
                self.documents.append(id)
            items.append({"index": {"status": status, "error": {"type": "busy"}}})
        return Answer(200, orjson.dumps({"errors": bool(told), "items": items}))


def records(count: int) -> list[SinkRecord]:
    return [sink_record({"n": n}, key=str(n), offset=n) for n in range(count)]


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_target_gets_the_whole_request_again(status: int) -> None:
    target = Target(lambda request, _: Answer(status) if request < 4 else {})
    with serving(target) as server, sink(server.url(), max_in_flight_requests="1") as task:
        written(task, *records(5))
    assert target.documents == ["0", "1", "2", "3", "4"]
    assert target.requests == 4


def test_only_the_items_that_were_turned_away_come_again() -> None:
    target = Target(lambda request, ids: {"1": 429, "3": 503} if request == 1 else {})
    with serving(target) as server, sink(server.url()) as task:
        written(task, *records(5))
    assert target.documents == ["0", "2", "4", "1", "3"]


def test_a_request_that_is_too_large_is_divided() -> None:
    context = FakeSinkContext()
    target = Target(lambda _, ids: Answer(413) if len(ids) > 2 or "4" in ids else {})
    with serving(target) as server, sink(server.url(), context) as task:
        written(task, *records(5))
    assert sorted(target.documents) == ["0", "1", "2", "3"]
    assert [record.key for record, _ in context.reported] == ["4"]


def test_a_target_in_trouble_has_the_same_records_come_again_and_loses_none() -> None:
    healed = False
    target = Target(lambda *_: {} if healed else Answer(503))
    settings = {"max_retries": "1", "max_buffered_records": "5", "batch_size": "5"}
    with serving(target) as server, sink(server.url(), **settings) as task:
        task.put(records(5))
        with pytest.raises(RetriableError, match="503"):
            task.put(records(8)[5:])
        with pytest.raises(RetriableError, match="503"):
            task.flush(OFFSETS)
        healed = True
        until = time.monotonic() + 10
        while True:
            with contextlib.suppress(RetriableError):
                task.put(records(8)[5:])
                written(task)
                break
            assert time.monotonic() < until
    assert target.documents == [str(n) for n in range(8)]


def test_wrong_rights_fail_the_task_and_blame_no_record() -> None:
    context = FakeSinkContext()
    target = Target(lambda *_: Answer(401, b"who are you"))
    with serving(target) as server, sink(server.url(), context) as task:
        task.put(records(1))
        with pytest.raises(ConnectError, match=r"401.*connection\.username") as raised:
            task.flush(OFFSETS)
    assert type(raised.value) is ConnectError
    assert not context.reported


def test_another_node_is_asked_when_one_is_gone() -> None:
    target = Target(lambda *_: {})
    with serving(target) as server, sink(f"http://127.0.0.1:1,{server.url()}") as task:
        written(task, *records(3))
    assert target.documents == ["0", "1", "2"]


def test_what_could_not_be_flushed_is_forgotten_with_its_partition() -> None:
    """The partitions that stay are read again from the first record that was not written."""
    context = FakeSinkContext()
    with sink("http://127.0.0.1:1", context, index_auto_create="false") as task:
        task.put([sink_record({}, key="k", partition=p, offset=o) for o in (7, 8) for p in (0, 1)])
        task.close([TopicPartition("t", 1)])
        assert context.rewound == {TopicPartition("t", 0): 7}
        assert task.flush(OFFSETS) == OFFSETS


def test_credentials_go_with_each_request() -> None:
    target = Target(lambda *_: {})
    login = {"connection_username": "me", "connection_password": "secret"}
    with serving(target) as server:
        with sink(server.url(), **login) as task:
            written(task, *records(1))
        with sink(server.url(), connection_api_key="abc=") as task:
            written(task, *records(1))
        sent = [asked.headers["authorization"] for asked in server.asked]
    assert set(sent) == {"Basic bWU6c2VjcmV0", "ApiKey abc="}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"key_ignore": "true", "behavior_on_null_values": "delete"}, "needs the key as the id"),
        ({"external_version": "field"}, r"needs external\.version\.field"),
        ({"connection_username": "me"}, "go together"),
        ({"topic_to_index_map": "orders"}, "is none"),
        ({"connection_url": "ftp://x"}, "Not a URL"),
        ({"connection_url": "http://u:p@x"}, "settings for the user"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(
    settings: dict[str, str], message: str
) -> None:
    with pytest.raises(ConfigError, match=message), sink("http://127.0.0.1:1", **settings):
        pass
