"""Records as operations, and what a bulk answer means for each."""

import datetime as dt
from decimal import Decimal
from typing import Any

import orjson
import pytest

from connect.connectors.elasticsearch.bulk import Operation, Outcome, Verb, verdict, verdicts
from connect.connectors.elasticsearch.documents import Ids, OnNull, Translation, Versions
from connect.spi.errors import ConfigError, DataError
from connect.spi.records import Header
from tests.connect.harness import sink_record


def lines(operation: Operation | None) -> list[Any]:
    assert operation is not None
    return [orjson.loads(line) for line in operation.lines().splitlines()]


def test_an_insert_by_key_carries_its_offset_as_the_version() -> None:
    record = sink_record({"n": 1}, topic="Orders", key="k", offset=7)
    assert lines(Translation(versions=Versions.OFFSET).operation(record)) == [
        {"index": {"_index": "orders", "_id": "k", "version": 7, "version_type": "external"}},
        {"n": 1},
    ]


def test_an_upsert_is_merged_and_a_tombstone_deletes() -> None:
    upsert = Translation(verb=Verb.UPDATE, versions=Versions.OFFSET, on_null=OnNull.DELETE)
    assert lines(upsert.operation(sink_record({"n": 1}, key=5))) == [
        {"update": {"_index": "t", "_id": "5", "retry_on_conflict": 3}},
        {"doc": {"n": 1}, "doc_as_upsert": True},
    ]
    assert lines(upsert.operation(sink_record(None, key=5))) == [
        {"delete": {"_index": "t", "_id": "5"}}
    ]
    assert Translation(on_null=OnNull.IGNORE).operation(sink_record(None, key=5)) is None
    with pytest.raises(DataError, match="the value is null"):
        Translation().operation(sink_record(None, key=5))


def test_a_data_stream_gets_creates_with_a_timestamp() -> None:
    stream = Translation(
        verb=Verb.CREATE, ids=Ids.COORDINATES, data_stream="logs-${topic}-eu",
        timestamp_fields=("seen.at", "at"),
    )  # fmt: skip
    head, document = lines(stream.operation(sink_record({"at": "2026-01-01"}, topic="Web")))
    assert head == {"create": {"_index": "logs-web-eu", "_id": "Web+0+0"}}
    assert document["@timestamp"] == "2026-01-01"
    _, document = lines(stream.operation(sink_record({"n": 1}, offset=3)))
    assert document["@timestamp"] == 1_700_000_000_003


def test_values_are_written_with_all_their_digits() -> None:
    value = {
        "price": Decimal("12345678901234567890.10"),
        "raw": b"\x00\xff",
        "at": dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC),
        "no": float("nan"),
        "map": {1: "one"},
    }
    operation = Translation(ids=Ids.GENERATED).operation(sink_record(value))
    assert operation is not None
    assert operation.document == (
        b'{"price":12345678901234567890.10,"raw":"AP8=","at":"2026-01-02T03:04:05Z","no":null,'
        b'"map":{"1":"one"}}'
    )
    for bad in ({"n": 2**70}, {"n": object()}):
        with pytest.raises(DataError, match="cannot be written as JSON"):
            Translation(ids=Ids.GENERATED).operation(sink_record(bad))


@pytest.mark.parametrize("key", [None, True, 1.5, {"id": 1}, "", "x" * 513, b"\xff"])
def test_a_key_that_is_no_id_is_the_record_s_fault(key: Any) -> None:
    with pytest.raises(DataError):
        Translation().operation(sink_record({}, key=key))


@pytest.mark.parametrize(
    ("versions", "name", "expected"),
    [
        (Versions.FIELD, "meta.rev", 12),
        (Versions.FIELD, "meta.at", 1_767_225_600_000),
        (Versions.HEADER, "rev", 9),
        (Versions.TIMESTAMP, "", 1_700_000_000_000),
        (Versions.NONE, "", None),
    ],
)
def test_versions_come_from_where_the_settings_say(
    versions: Versions, name: str, expected: int | None
) -> None:
    value = {"meta": {"rev": 12, "at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)}}
    headers = (Header("rev", None, "8"), Header("rev", None, b"9"))
    record = sink_record(value, key="k", headers=headers)
    operation = Translation(versions=versions, version_name=name).operation(record)
    assert operation is not None
    assert operation.version == expected


@pytest.mark.parametrize("found", [None, -1, 2**63, "x", 1.0, True])
def test_a_version_that_is_no_number_is_the_record_s_fault(found: Any) -> None:
    by_field = Translation(versions=Versions.FIELD, version_name="v")
    with pytest.raises(DataError, match="the version by field v"):
        by_field.operation(sink_record({"v": found}, key="k"))


@pytest.mark.parametrize("topic", ["a,b", "_x", "-x", "a b", "x" * 256, "a/b", ".."])
def test_a_topic_whose_name_is_no_index_s_needs_a_mapping(topic: str) -> None:
    with pytest.raises(ConfigError, match=r"topic\.to\.index\.map"):
        Translation().operation(sink_record({}, topic=topic, key="k"))
    mapped = Translation(indices={topic: "fine"}).operation(sink_record({}, topic=topic, key="k"))
    assert mapped is not None
    assert mapped.index == "fine"


def operation(verb: Verb = Verb.INDEX, version: int | None = None) -> Operation:
    return Operation(verb, "t", "1", version, b"{}", sink_record({}))


@pytest.mark.parametrize(
    ("verb", "version", "status", "type", "outcome"),
    [
        (Verb.INDEX, None, 201, None, Outcome.WRITTEN),
        (Verb.DELETE, None, 404, None, Outcome.WRITTEN),
        (Verb.DELETE, None, 404, "index_not_found_exception", Outcome.WRITTEN),
        (Verb.INDEX, 5, 409, "version_conflict_engine_exception", Outcome.STALE),
        (Verb.CREATE, None, 409, "version_conflict_engine_exception", Outcome.STALE),
        (Verb.UPDATE, None, 409, "version_conflict_engine_exception", Outcome.AGAIN),
        (Verb.INDEX, None, 429, "es_rejected_execution_exception", Outcome.AGAIN),
        (Verb.INDEX, None, 503, "unavailable_shards_exception", Outcome.AGAIN),
        (Verb.INDEX, None, 403, "cluster_block_exception", Outcome.AGAIN),
        (Verb.INDEX, None, 400, "index_closed_exception", Outcome.AGAIN),
        (Verb.INDEX, None, 403, "security_exception", Outcome.REFUSED),
        (Verb.INDEX, None, 400, "validation_exception", Outcome.REFUSED),
        (Verb.INDEX, None, 400, "invalid_index_name_exception", Outcome.REFUSED),
        (Verb.INDEX, None, 404, "index_not_found_exception", Outcome.REFUSED),
        (Verb.INDEX, None, 400, "mapper_parsing_exception", Outcome.MALFORMED),
        (Verb.INDEX, None, 400, "a_type_of_next_year", Outcome.MALFORMED),
    ],
)
def test_what_an_item_means(
    verb: Verb, version: int | None, status: int, type: str | None, outcome: Outcome
) -> None:
    item: dict[str, Any] = {"status": status}
    if type is not None:
        item["error"] = {"type": type, "reason": "no", "caused_by": {"type": "x", "reason": "why"}}
    told = verdict(operation(verb, version), item)
    assert told.outcome is outcome
    if outcome in {Outcome.MALFORMED, Outcome.REFUSED}:
        assert told.reason == f"{type}: no (x: why)"


def test_an_answer_without_an_item_for_each_operation_is_no_answer() -> None:
    with pytest.raises(ValueError, match="without an item"):
        verdicts([operation()], {"errors": True, "items": []})
