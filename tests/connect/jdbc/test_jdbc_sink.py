"""The sink against real databases."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa

from connect.connectors.jdbc.sink import JdbcSinkConnector, JdbcSinkTask
from connect.spi.errors import ConnectError, DataError, RetriableError
from connect.spi.schema import (
    DATE,
    FLOAT64,
    INT32,
    INT64,
    OPTIONAL_STRING,
    STRING,
    TIME,
    TIMESTAMP,
    Field,
    array,
    decimal,
    mapping,
    optional,
    struct,
)
from tests.connect.harness import FakeSinkContext, sink_record

KEY = struct(Field("id", INT64))
ORDER = struct(Field("name", OPTIONAL_STRING), Field("amount", optional(INT32)))


OPEN = []


@pytest.fixture(autouse=True)
def closed():
    """An open transaction would keep a table from being dropped."""
    yield
    while OPEN:
        OPEN.pop()._database.close()


def started(target, **config) -> JdbcSinkTask:
    names = {name.replace("_", "."): value for name, value in config.items()}
    task = JdbcSinkTask()
    OPEN.append(task)
    task.start(JdbcSinkConnector.config.parse(target.config | names), FakeSinkContext())
    return task


def upserting(target, **config) -> JdbcSinkTask:
    common = {"insert_mode": "upsert", "pk_mode": "record_key", "auto_create": "true"}
    return started(target, **(common | config))


def order(id_, name, amount, offset=0, topic="orders"):
    value = None if name is None else {"name": name, "amount": amount}
    return sink_record(
        value, topic=topic, offset=offset, key={"id": id_}, key_schema=KEY,
        value_schema=None if value is None else ORDER,
    )  # fmt: skip


def test_a_table_is_made_and_rows_are_kept_by_their_key(target):
    task = upserting(target)
    task.put([order(1, "a", 1), order(2, "b", 2), order(1, "c", 3)])
    task.put([order(2, "d", None)])
    assert target.rows("SELECT id, name, amount FROM orders ORDER BY id") == [
        (1, "c", 3),
        (2, "d", None),
    ]
    assert sa.inspect(target.engine).get_pk_constraint("orders")["constrained_columns"] == ["id"]


def test_tombstones_delete_in_their_place(target):
    task = upserting(target, delete_enabled="true")
    task.put([order(1, "a", 1), order(2, "b", 2), order(3, "c", 3)])
    task.put([order(1, None, 0), order(2, None, 0), order(2, "new", 9), order(3, "x", 1)])
    task.put([order(3, "y", 1), order(3, None, 0)])
    assert target.rows("SELECT id, name, amount FROM orders") == [(2, "new", 9)]


def test_a_row_that_follows_a_deletion_keeps_nothing_of_the_former(target):
    task = upserting(target, delete_enabled="true")
    task.put([order(1, "a", 1)])
    again = sink_record({"name": "b"}, topic="orders", key={"id": 1}, key_schema=KEY)
    task.put([order(1, None, 0), again])
    assert target.rows("SELECT id, name, amount FROM orders") == [(1, "b", None)]


def test_an_upsert_changes_only_the_columns_it_has(target):
    task = upserting(target)
    task.put([order(1, "a", 1)])
    task.put([sink_record({"name": "b"}, topic="orders", key={"id": 1}, key_schema=KEY)])
    assert target.rows("SELECT id, name, amount FROM orders") == [(1, "b", 1)]


def test_an_update_makes_no_rows(target):
    upserting(target).put([order(1, "a", 1)])
    task = upserting(target, insert_mode="update")
    task.put([order(1, "b", 2), order(7, "c", 3)])
    assert target.rows("SELECT id, name, amount FROM orders") == [(1, "b", 2)]


def test_records_that_come_again_are_written_once_by_their_place_in_kafka(target):
    task = started(target, pk_mode="kafka", auto_create="true", insert_mode="insert")
    records = [sink_record({"a": n}, topic="orders", offset=n) for n in range(5)]
    task.put(records)
    task.put(records[2:])
    found = target.rows("SELECT __connect_offset, a FROM orders ORDER BY 1")
    assert found == [(n, n) for n in range(5)]


def test_a_plain_insert_of_a_key_twice_is_the_records_fault_and_leaves_nothing(target):
    task = upserting(target, insert_mode="insert")
    with pytest.raises(DataError):
        task.put([order(1, "a", 1), order(2, "b", 2), order(1, "c", 3)])
    assert target.rows("SELECT * FROM orders") == []
    task.put([order(1, "a", 1)])
    assert target.rows("SELECT id FROM orders") == [(1,)]


def test_json_without_a_schema(target):
    task = started(
        target, pk_mode="record_value", pk_fields="id", insert_mode="upsert", auto_create="true",
        auto_evolve="true",
    )  # fmt: skip
    task.put([
        sink_record({"id": 1, "x": 1, "tags": ["a"]}, topic="t"),
        sink_record({"id": 2, "x": 1, "note": "n", "tags": None}, topic="t"),
    ])  # fmt: skip
    task.put([sink_record({"id": 2, "late": True}, topic="t")])
    assert target.rows("SELECT id, x, note FROM t ORDER BY id") == [(1, 1, None), (2, 1, "n")]
    assert [bool(row[0]) for row in target.rows("SELECT late FROM t WHERE id = 2")] == [True]


def test_every_type_arrives(target):
    schema = struct(
        Field("id", INT32), Field("price", decimal(2)), Field("day", DATE), Field("at", TIME),
        Field("seen", TIMESTAMP), Field("ratio", FLOAT64), Field("raw", optional(STRING)),
        Field("list", array(INT32)), Field("map", mapping(STRING, INT32)),
    )  # fmt: skip
    value = {
        "id": 1, "price": Decimal("12345678901234567.89"), "day": date(2024, 2, 29),
        "at": time(1, 2, 3), "seen": datetime(2024, 1, 2, 3, 4, 5, 678000, UTC), "ratio": 0.1,
        "raw": "it's 100% \\ :x", "list": [1, 2], "map": {"a": 1},
    }  # fmt: skip
    task = started(
        target, pk_mode="record_value", pk_fields="id", insert_mode="upsert", auto_create="true"
    )
    task.put([sink_record(value, topic="t", value_schema=schema)])
    table = sa.Table("t", sa.MetaData(), autoload_with=target.engine)
    with target.engine.connect() as connection:
        row = connection.execute(sa.select(table)).mappings().one()
    if not target.files:  # SQLite's numbers are binary
        assert row["price"] == value["price"]
    assert (row["day"], float(row["ratio"]), row["raw"]) == (value["day"], 0.1, value["raw"])
    assert row["seen"] == value["seen"].replace(tzinfo=None)
    assert row["list"] in ([1, 2], "[1,2]")
    assert row["map"] in ({"a": 1}, '{"a":1}')


def test_columns_are_added_only_where_that_is_allowed(target):
    # SQLAlchemy doubles a percent sign once too often after ON DUPLICATE KEY UPDATE.
    odd = 'we ird "col' if "mariadb" in target.url else 'we%ird "col'
    upserting(target).put([order(1, "a", 1)])
    wider = sink_record({"name": "b", odd: 5}, topic="orders", key={"id": 1}, key_schema=KEY)
    with pytest.raises(ConnectError, match=r"auto\.evolve") as refused:
        upserting(target).put([wider])
    assert not isinstance(refused.value, DataError | RetriableError)
    task = upserting(target, auto_evolve="true")
    task.put([wider])
    task.put([wider])
    columns = sa.inspect(target.engine).get_columns("orders")
    assert [(c["name"], c["nullable"]) for c in columns][-1] == (odd, True)


def test_a_table_that_is_missing_is_the_configurations_fault(target):
    with pytest.raises(ConnectError, match=r"auto\.create") as refused:
        upserting(target, auto_create="false").put([order(1, "a", 1)])
    assert not isinstance(refused.value, DataError | RetriableError)


def test_a_table_that_changed_is_looked_at_again(target):
    task = upserting(target)
    task.put([order(1, "a", 1)])
    target.run("DROP TABLE orders")
    with pytest.raises(RetriableError):
        task.put([order(2, "b", 2)])
    task.put([order(2, "b", 2)])
    assert target.rows("SELECT id FROM orders") == [(2,)]


def test_a_value_that_does_not_fit_is_the_records_fault(target):
    if target.files:
        target.run(
            "CREATE TABLE orders (id BIGINT PRIMARY KEY, name TEXT CHECK (length(name) < 4))"
        )
    else:
        target.run("CREATE TABLE orders (id BIGINT PRIMARY KEY, name VARCHAR(3))")
    task = upserting(target, fields_whitelist="name")
    with pytest.raises(DataError):
        task.put([order(1, "abc", 1), order(2, "abcd", 2)])
    assert target.rows("SELECT * FROM orders") == []
    task.put([order(1, "abc", 1)])
    assert target.rows("SELECT name FROM orders") == [("abc",)]


def test_the_schema_is_the_formats_and_not_the_topics(target):
    task = upserting(target, table_name_format="x_${topic}")
    task.put([order(1, "a", 1, topic="shop.orders")])
    assert sa.inspect(target.engine).has_table("x_shop.orders")


def test_a_lost_connection_is_tried_again_and_then_given_up(postgresql):
    task = upserting(postgresql, max_retries="1")
    task.put([order(1, "a", 1)])
    for _ in range(2):
        postgresql.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'headwater-connect'"
        )
        with pytest.raises(RetriableError):
            task.put([order(2, "b", 2)])
        task.put([order(2, "b", 2)])
    with postgresql.engine.begin() as other:
        other.exec_driver_sql("LOCK TABLE orders")
        for kind in (RetriableError, ConnectError):
            blocked = upserting(postgresql, max_retries="0") if kind is ConnectError else task
            blocked._database.connected().exec_driver_sql("SET lock_timeout = '50ms'")
            blocked._database.connected().commit()
            with pytest.raises(kind) as failed:
                blocked.put([order(3, "c", 3)])
            assert type(failed.value) is kind


def test_postgresqls_own_types(postgresql):
    postgresql.run(
        "CREATE TYPE mood AS ENUM ('glad', 'sad')",
        "CREATE TABLE t (id uuid PRIMARY KEY, doc jsonb, tags text[], grid int[][], mood mood, "
        "ip inet, seen timestamptz, n smallint, c char(3))",
    )
    try:
        task = started(postgresql, pk_mode="record_value", pk_fields="id", insert_mode="upsert")
        one, two = "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"
        seen = datetime(2024, 1, 2, tzinfo=UTC)
        task.put([
            sink_record({
                "id": one, "doc": {"a": [1]}, "tags": ["x,y", 'q"'], "grid": [[1, 2], [3, 4]],
                "mood": "sad", "ip": "10.0.0.1", "seen": seen, "n": 1.0, "c": "abc",
            }),
            sink_record({
                "id": two, "doc": None, "tags": [], "grid": None, "mood": None, "ip": None,
                "seen": None, "n": 2, "c": "a",
            }),
        ])  # fmt: skip
        assert postgresql.rows(
            "SELECT id::text, doc, tags, grid, mood, seen, n FROM t ORDER BY 1"
        ) == [
            (one, {"a": [1]}, ["x,y", 'q"'], [[1, 2], [3, 4]], "sad", seen, 1),
            (two, None, [], None, None, None, 2),
        ]
    finally:
        postgresql.run("DROP TABLE t", "DROP TYPE mood")


def test_no_path_leads_out_of_the_operators_folder(sqlite, monkeypatch, tmp_path):
    task = started(sqlite, auto_create="true")
    for statement in ("ATTACH DATABASE '/tmp/other.db' AS o", f"VACUUM INTO '{tmp_path}/x.db'"):
        raw = task._database.connected().connection.driver_connection
        with pytest.raises(Exception, match="too many attached"):
            raw.execute(statement)
    (tmp_path / "out.db").touch()
    Path(sqlite.files, "link.db").symlink_to(tmp_path / "out.db")
    sqlite.url = "sqlite:///link.db"
    try:
        with pytest.raises(ConnectError, match="not below"):
            started(sqlite)
    finally:
        sqlite.url = "sqlite:///shop.db"
    monkeypatch.delenv("HEADWATER_CONNECT_FILES")
    with pytest.raises(ConnectError, match="operator"):
        started(sqlite)
