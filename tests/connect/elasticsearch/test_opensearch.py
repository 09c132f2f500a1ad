"""The sink's task against a real OpenSearch, whose errors no look-alike words right."""

import contextlib
import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest

from bench.maven_jars import JarsUnavailable
from connect.connectors.elasticsearch.task import ElasticsearchSinkTask
from connect.spi.errors import ConnectError, RetriableError
from connect.spi.schema import Field, Schema, Type
from tests.connect.elasticsearch.opensearch_node import OpenSearchNode, opensearch
from tests.connect.elasticsearch.running import OFFSETS, document, sink, written
from tests.connect.harness import FakeSinkContext, sink_record
from tests.waiting import wait_until

PATIENCE_SECONDS = 120
"""A back-off may be a minute, on top of a node that starts on a busy machine."""
BODY_BYTES_MAX = 1 << 20


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenSearchNode]:
    """One that turns a third writer away, and requests above a megabyte."""
    settings = {
        "thread_pool__write__size": "1", "thread_pool__write__queue_size": "1",
        "http__max_content_length": f"{BODY_BYTES_MAX}b",
    }  # fmt: skip
    try:
        with opensearch(tmp_path_factory.mktemp("opensearch"), **settings) as running:
            yield running
    except JarsUnavailable as missing:
        pytest.skip(f"needs: OpenSearch's jars ({missing})")


@pytest.fixture
def search(node: OpenSearchNode) -> str:
    return node.url


def asked(method: str, url: str, body: Any = None) -> Any:
    response = httpx.request(method, url, json=body, timeout=30)
    assert response.is_success, response.text
    return response.json()


def made(search: str, index: str, **properties: Any) -> None:
    settings = {"number_of_shards": 1, "number_of_replicas": 0}
    mappings = {"properties": properties}
    asked("PUT", f"{search}/{index}", {"settings": settings, "mappings": mappings})


def count(search: str, name: str) -> int:
    asked("POST", f"{search}/{name}/_refresh")
    return asked("GET", f"{search}/{name}/_count")["count"]


def test_versions_by_offset_keep_the_newest_and_a_tombstone_stays_dead(search: str) -> None:
    """Stale records, a repetition of the whole, and deletes of what never was."""
    records = [
        *(sink_record({"n": n}, topic="Offsets", key=f"k{n % 3}", offset=n) for n in range(9)),
        sink_record(None, topic="Offsets", key="k0", offset=9),
        sink_record(None, topic="Offsets", key="never", offset=10),
    ]
    settings = {"behavior_on_null_values": "delete", "connection_compression": "true"}
    context = FakeSinkContext(tolerates=False)
    for again in (records, records[:7], records):
        with sink(search, context, **settings) as task:
            written(task, *again)
        found = [document(search, "offsets", f"k{n}") for n in range(3)]
        assert found == [None, {"n": 7}, {"n": 8}]
    assert count(search, "offsets") == 2


def test_versions_by_offset_are_of_each_partition(search: str) -> None:
    """As far as a key stays in its partition: an offset of another one is no newer."""
    with sink(search) as task:
        written(task, sink_record({"p": 0}, topic="parts", key="a", partition=0, offset=50))
        written(task, sink_record({"p": 1}, topic="parts", key="b", partition=1, offset=2))
        written(
            task, sink_record({"p": 1, "new": 1}, topic="parts", key="b", partition=1, offset=3)
        )
    assert document(search, "parts", "a") == {"p": 0}
    assert document(search, "parts", "b") == {"p": 1, "new": 1}


def test_versions_by_field_beat_the_order_of_records(search: str) -> None:
    settings = {"external_version": "field", "external_version_field": "meta.rev"}
    with sink(search, **settings) as task:
        for offset, rev in enumerate([7, 5, 7, 2**62, 8]):
            value = {"meta": {"rev": rev}, "offset": offset}
            written(task, sink_record(value, topic="revs", key="k", offset=offset))
    assert document(search, "revs", "k")["offset"] == 3


def test_upserts_merge_and_creates_leave_what_is_there(search: str) -> None:
    with sink(search, write_method="upsert") as task:
        written(task, sink_record({"a": 1, "b": 1}, topic="merged", key="k"))
        written(task, sink_record({"b": 2}, topic="merged", key="k", offset=1))
    with sink(search, write_method="create") as task:
        written(task, sink_record({"c": 3}, topic="merged", key="k", offset=2))
    assert document(search, "merged", "k") == {"a": 1, "b": 2}


def test_an_index_has_the_types_of_the_schema_and_takes_its_values(search: str) -> None:
    logical = "org.apache.kafka.connect.data."
    schemas = {
        "int8": Schema(Type.INT8), "int16": Schema(Type.INT16), "int32": Schema(Type.INT32),
        "int64": Schema(Type.INT64), "float32": Schema(Type.FLOAT32), "text": Schema(Type.STRING),
        "float64": Schema(Type.FLOAT64), "yes": Schema(Type.BOOLEAN), "raw": Schema(Type.BYTES),
        "price": Schema(Type.BYTES, name=f"{logical}Decimal"),
        "day": Schema(Type.INT32, name=f"{logical}Date"),
        "clock": Schema(Type.INT32, name=f"{logical}Time"),
        "at": Schema(Type.INT64, name=f"{logical}Timestamp"),
        "texts": Schema(Type.ARRAY, values=Schema(Type.STRING)),
        "anything": Schema(Type.ARRAY),
        "map": Schema(Type.MAP, keys=Schema(Type.STRING), values=Schema(Type.INT32)),
    }  # fmt: skip
    fields = tuple(Field(name, schema) for name, schema in schemas.items())
    inner = Schema(Type.STRUCT, fields=fields)
    schema = Schema(Type.STRUCT, fields=(*fields, Field("inner", inner)))
    value: dict[str, Any] = {
        "int8": -128, "int16": 32767, "int32": -(2**31), "int64": 2**63 - 1, "float32": 1.5,
        "text": "x" * 40_000, "float64": 1e300, "yes": True, "raw": b"\x00\xff",
        "price": Decimal("1234567.890"), "day": dt.date(2026, 1, 2), "clock": dt.time(3, 4, 5, 6),
        "at": dt.datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=dt.UTC), "texts": ["a", "b"],
        "anything": [1, 2], "map": {"k": 1},
    }  # fmt: skip
    with sink(search) as task:
        document_ = {**value, "inner": value}
        written(task, sink_record(document_, topic="typed", key="k", value_schema=schema))
    properties = asked("GET", f"{search}/typed/_mapping")["typed"]["mappings"]["properties"]
    types = {name: mapped.get("type", "object") for name, mapped in properties.items()}
    assert types == {
        "int8": "byte", "int16": "short", "int32": "integer", "int64": "long", "float32": "float",
        "text": "text", "float64": "double", "yes": "boolean", "raw": "binary", "price": "double",
        "day": "date", "clock": "keyword", "at": "date", "texts": "text", "anything": "long",
        "map": "object", "inner": "object",
    }  # fmt: skip
    assert properties["inner"]["properties"]["int16"] == {"type": "short"}
    assert document(search, "typed", "k")["int64"] == 2**63 - 1


def test_a_document_that_does_not_fit_is_reported_alone(search: str) -> None:
    properties = {"n": "integer", "o": "object", "at": "date", "k": "keyword"}
    made(search, "misfits", **{name: {"type": kind} for name, kind in properties.items()})
    misfits: list[tuple[Any, str]] = [
        ({"n": "seven"}, "number_format_exception"),
        ({"n": 2**40}, "out of range"),
        ({"o": 1}, "tried to parse field"),
        ({"at": "tomorrow"}, "of type [date]"),
        ({"k": "x" * 40_000}, "immense term"),
        ({"": 1}, "empty string"),
        ({"_id": 1}, "metadata field"),
    ]
    values = [value for misfit, _ in misfits for value in ({"n": 1}, misfit)]
    context = FakeSinkContext()
    with sink(search, context) as task:
        written(
            task,
            *(
                sink_record(value, topic="misfits", key=str(offset), offset=offset)
                for offset, value in enumerate(values)
            ),
        )
    assert [record.offset for record, _ in context.reported] == list(range(1, len(values), 2))
    for (_, why), (_, error) in zip(misfits, context.reported, strict=True):
        assert why in str(error)
    assert count(search, "misfits") == len(misfits)


def test_a_request_above_the_target_s_size_is_divided(search: str) -> None:
    context = FakeSinkContext()
    sizes = [300_000, 300_000, 300_000, BODY_BYTES_MAX, 300_000, 300_000]
    records = [
        sink_record({"t": "x " * (size // 2)}, topic="large", key=str(n), offset=n)
        for n, size in enumerate(sizes)
    ]
    with sink(search, context, max_in_flight_requests="1") as task:
        written(task, *records)
    assert [record.offset for record, _ in context.reported] == [3]
    assert count(search, "large") == 5


def test_a_target_that_turns_requests_away_gets_every_document_in_the_end(search: str) -> None:
    made(search, "busy")
    settings = {
        "batch_size": "100", "max_in_flight_requests": "16", "max_retries": "100",
        "retry_backoff_ms": "20", "key_ignore": "true",
    }  # fmt: skip
    sent, before = 0, rejected(search)
    context = FakeSinkContext()
    with sink(search, context, **settings) as task:

        def turned_away() -> bool:
            nonlocal sent
            records = [sink_record({"n": n}, topic="busy", offset=sent + n) for n in range(4_000)]
            written(task, *records)
            sent += len(records)
            return rejected(search) > before

        wait_until(turned_away, "a refusal", PATIENCE_SECONDS)
    assert count(search, "busy") == sent
    assert not context.reported


def flushed(task: ElasticsearchSinkTask) -> bool:
    with contextlib.suppress(RetriableError):
        return task.flush(OFFSETS) == OFFSETS
    return False


def rejected(search: str) -> int:
    """How many writes found the queue full since the node began."""
    pools = asked("GET", f"{search}/_nodes/stats/thread_pool")["nodes"].values()
    return sum(pool["thread_pool"]["write"]["rejected"] for pool in pools)


@pytest.mark.parametrize("block", ["write", "read_only_allow_delete", "closed"])
def test_an_index_that_is_shut_for_a_while_blames_no_record(search: str, block: str) -> None:
    index = f"shut-{block.replace('_', '-')}"
    made(search, index)

    def shut(yes: bool) -> None:
        if block == "closed":
            asked("POST", f"{search}/{index}/{'_close' if yes else '_open'}")
        else:
            asked("PUT", f"{search}/{index}/_settings", {f"index.blocks.{block}": yes or None})

    context = FakeSinkContext(tolerates=False)
    shut(True)
    with sink(search, context, max_retries="1") as task:
        task.put([sink_record({"n": 1}, topic=index, key="k")])
        with pytest.raises(RetriableError, match=r"(cluster_block|index_closed)_exc"):
            task.flush(OFFSETS)
        shut(False)
        wait_until(lambda: flushed(task), "a flush", PATIENCE_SECONDS)
    assert document(search, index, "k") == {"n": 1}


def test_a_name_that_no_document_can_be_written_to_fails_the_task(search: str) -> None:
    """And sends no record to the dead-letter topic, of which each would land there."""
    stream(search, "wrong-*")
    asked("PUT", f"{search}/_data_stream/wrong-stream")
    made(search, "one-of-two")
    made(search, "two-of-two")
    actions = [{"add": {"index": "*-of-two", "alias": "two"}}]
    asked("POST", f"{search}/_aliases", {"actions": actions})
    made(search, "piped")
    asked("PUT", f"{search}/piped/_settings", {"index.default_pipeline": "missing"})
    wrong = {
        "wrong-stream": "op_type of create", "two": "no write index", "piped": "does not exist"
    }  # fmt: skip
    for topic, why in wrong.items():
        context = FakeSinkContext()
        with sink(search, context) as task:
            task.put([sink_record({"n": 1}, topic=topic, key="k")])
            with pytest.raises(ConnectError, match=f"does not take the record.*{why}"):
                task.flush(OFFSETS)
        assert not context.reported


def stream(search: str, pattern: str) -> None:
    template = {"settings": {"number_of_shards": 1, "number_of_replicas": 0}}
    body = {"index_patterns": [pattern], "data_stream": {}, "template": template}
    asked("PUT", f"{search}/_index_template/{pattern.strip('-*')}", body)


def test_a_data_stream_takes_each_record_once(search: str) -> None:
    """Made of its template; what a task repeats after a restart is there already."""
    stream(search, "logs-*")
    settings = {"data_stream_type": "logs", "data_stream_timestamp_field": "at"}
    first = [sink_record({"n": n}, topic="Web", key="same", offset=n) for n in range(5)]
    dated = sink_record({"at": "2026-01-02T03:04:05Z"}, topic="Web", offset=5)
    undated = sink_record({"at": "tomorrow"}, topic="Web", offset=6)
    context = FakeSinkContext()
    with sink(search, context, **settings) as task:
        written(task, *first)
    with sink(search, context, **settings) as task:
        written(task, *first, dated, undated)
    assert [record.offset for record, _ in context.reported] == [6]
    assert count(search, "logs-web-default") == 6
    [found] = asked("GET", f"{search}/_data_stream/logs-web-default")["data_streams"]
    assert found["template"] == "logs"
    [backing] = found["indices"]
    source = document(search, backing["index_name"], "Web+0+5")
    assert source == {"at": "2026-01-02T03:04:05Z", "@timestamp": "2026-01-02T03:04:05Z"}


def test_a_data_stream_that_cannot_be_is_no_index_instead(search: str) -> None:
    made(search, "metrics-m-x")
    for name, why in {
        "nowhere": "no index template",
        "metrics": "an index and no data stream",
    }.items():
        settings = {"data_stream_type": name, "data_stream_namespace": "x"}
        with sink(search, **settings) as task, pytest.raises(ConnectError, match=why):
            task.put([sink_record({"n": 1}, topic="m")])
    assert httpx.head(f"{search}/nowhere-m-x").status_code == 404


def test_a_node_that_dies_and_comes_back_has_every_record(node: OpenSearchNode) -> None:
    """Last: killed with requests out, it comes back with what it said it had."""
    made(node.url, "survived")
    records = [sink_record({"n": n}, topic="survived", key=str(n), offset=n) for n in range(2_000)]
    settings = {"max_retries": "1", "batch_size": "50", "max_in_flight_requests": "1"}
    with sink(node.url, **settings) as task:
        written(task, *records[:500])
        task.put(records[500:])
        node.kill()
        with pytest.raises(RetriableError, match="does not answer"):
            task.flush(OFFSETS)
        node.start()
        wait_until(lambda: flushed(task), "a flush", PATIENCE_SECONDS)
    node.wait()
    assert count(node.url, "survived") == 2_000
