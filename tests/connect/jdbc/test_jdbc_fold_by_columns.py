"""A batch is laid out by columns; it comes to what one record after the other would."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connect.connectors.jdbc.fold import KAFKA_COLUMNS, Fold, InsertMode, PkMode
from connect.connectors.jdbc.record_columns import divided
from connect.spi.errors import DataError
from connect.spi.schema import INT64, OPTIONAL_STRING, STRING, Field, Schema, Type, struct
from tests.connect.harness import in_runs, sink_record

KEY = struct(Field("id", INT64))
DEFAULTED = Schema(Type.STRING, optional=True, default="as ever")
SCHEMAS = (
    struct(Field("a", OPTIONAL_STRING), Field("b", OPTIONAL_STRING)),
    struct(Field("b", DEFAULTED), Field("c", OPTIONAL_STRING)),
)
TEXTS = st.none() | st.sampled_from("xyz")
SHAPED = st.sampled_from(SCHEMAS).flatmap(
    lambda schema: st.tuples(
        st.dictionaries(st.sampled_from([field.name for field in schema.fields]), TEXTS),
        st.just(schema),
    )
)
SHAPELESS = st.tuples(st.dictionaries(st.sampled_from("abc"), TEXTS), st.none())
EVENTS = st.lists(
    # (key, its schema, (value or None, its schema))
    st.tuples(
        st.integers(0, 3), st.sampled_from([KEY, None]),
        SHAPED | SHAPELESS | st.just((None, None)),
    ),
    min_size=1,
    max_size=20,
)  # fmt: skip


def _records(events):
    return [
        sink_record(
            value, offset=offset, partition=key % 2, key={"id": key}, key_schema=key_schema,
            value_schema=value_schema,
        )
        for offset, (key, key_schema, (value, value_schema)) in enumerate(events)
    ]  # fmt: skip


def _row(record):
    """What a record says of its row: nulls for what a struct leaves out, defaults for nulls."""
    if record.value_schema is None:
        return record.value
    found = {field.name: record.value.get(field.name) for field in record.value_schema.fields}
    defaults = {"b": "as ever"} if record.value_schema is SCHEMAS[1] else {}
    return found | {name: found[name] or default for name, default in defaults.items()}


def _apply(table, batch):
    for key in batch.deletes:
        table.pop(key, None)
    for columns, rows in batch.writes.items():
        for row in rows:
            values = dict(zip(columns, row, strict=True))
            key = tuple(values.pop(name) for name in batch.key_columns)
            table.setdefault(key, {}).update(values)


@given(EVENTS, st.booleans())
def test_records_of_any_shapes_come_to_the_same_as_one_after_the_other(events, by_runs):
    fold = Fold(InsertMode.UPSERT, PkMode.RECORD_KEY, ("id",), frozenset(), deletes=True)
    records = _records(events)
    if by_runs:
        # What a task is put, where partitions take turns.
        records = in_runs(records)
    wanted, table = {}, {}
    for record in records:
        key = (record.key["id"],)
        if record.value is None:
            wanted.pop(key, None)
        else:
            wanted.setdefault(key, {}).update(_row(record))
    _apply(table, fold.batch(records))
    assert table == wanted


@given(EVENTS)
def test_without_a_key_every_record_is_a_row_in_its_order(events):
    fold = Fold(InsertMode.INSERT, PkMode.NONE, (), frozenset(), deletes=False)
    records = [record for record in _records(events) if record.value]
    if not records:
        return
    found = {}
    for record in records:
        row = _row(record)
        found.setdefault(tuple(row), []).append(tuple(row.values()))
    assert fold.batch(records).writes == found


def test_the_place_in_kafka_is_the_key_by_runs_as_well():
    fold = Fold(InsertMode.INSERT, PkMode.KAFKA, (), frozenset(), deletes=False)
    records = [
        sink_record({"a": str(offset)}, topic="t", partition=partition, offset=offset)
        for partition in (0, 1)
        for offset in (5, 6)
    ]
    batch = fold.batch(in_runs(records))
    assert batch == fold.batch(records)
    assert batch.writes == {
        (*KAFKA_COLUMNS, "a"): [
            ("t", 0, 5, "5"), ("t", 0, 6, "6"), ("t", 1, 5, "5"), ("t", 1, 6, "6")
        ]
    }  # fmt: skip


@pytest.mark.parametrize("by_runs", [False, True])
def test_the_record_that_cannot_be_a_row_is_the_one_that_is_named(by_runs):
    fold = Fold(InsertMode.UPSERT, PkMode.RECORD_KEY, (), frozenset(), deletes=False)

    def batch(*keys):
        records = [
            sink_record({"a": "x"}, offset=offset, key=key, key_schema=KEY, value_schema=SCHEMAS[0])
            for offset, key in enumerate(keys)
        ]
        return fold.batch(in_runs(records) if by_runs else records)

    with pytest.raises(DataError, match="at offset 2: a column of the primary key"):
        batch({"id": 1}, {"id": 2}, {"id": None}, {"id": None})
    with pytest.raises(DataError, match="at offset 1: not what its schema says"):
        batch({"id": 1}, {}, {"id": 3})


@pytest.mark.parametrize("by_runs", [False, True])
def test_topics_of_one_table_are_one_batch_in_their_order(by_runs):
    records = [
        sink_record({"n": number}, topic=topic, offset=number)
        for number, topic in enumerate(["a", "b", "a", "other", "b"])
    ]

    def named(topic):
        return ("s", "t" if topic in "ab" else topic)

    parts = divided(in_runs(records) if by_runs else records, named)
    assert {name: [each.value["n"] for each in part] for name, part in parts.items()} == {
        ("s", "t"): [0, 1, 2, 4],
        ("s", "other"): [3],
    }
    (only,) = divided(in_runs(records[:3]) if by_runs else records[:3], named).values()
    assert [each.value["n"] for each in only] == [0, 1, 2]


def test_text_keys_of_no_struct_are_the_column_that_is_named():
    fold = Fold(InsertMode.UPSERT, PkMode.RECORD_KEY, ("code",), frozenset("a"), deletes=False)
    records = [
        sink_record({"a": "x", "b": "y"}, key=key, key_schema=STRING, value_schema=SCHEMAS[0])
        for key in ("q", "p", "q")
    ]
    assert fold.batch(records).writes == {("code", "a"): [("p", "x"), ("q", "x")]}
