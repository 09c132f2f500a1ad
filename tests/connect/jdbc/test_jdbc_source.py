"""The source against real databases."""

import tracemalloc
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Timer

import pytest

from connect.connectors.jdbc import reader
from connect.connectors.jdbc.source import JdbcSourceConnector, JdbcSourceTask
from connect.spi.errors import ConnectError
from connect.spi.schema import Type
from tests.connect.harness import FakeSourceContext, Offsets

OPEN = []


@pytest.fixture(autouse=True)
def closed():
    """An open transaction would keep a table from being dropped."""
    yield
    while OPEN:
        OPEN.pop().close()


class Source:
    """A task, driven by hand; ``restarted`` is another that goes on from what was stored."""

    def __init__(self, target, offsets=None, task_number=0, exactly_once="", **config) -> None:
        common = {"topic_prefix": "x-", "poll_interval_ms": "1", "table_poll_interval_ms": "100"}
        names = {name.replace("_", "."): value for name, value in (common | config).items()}
        parsed = JdbcSourceConnector.config.parse(target.config | names)
        parsed["exactly.once.support"] = exactly_once
        self.again = lambda: (
            self.close()
            or Source(target, self.context.offsets, task_number, exactly_once, **config)
        )
        self.context = FakeSourceContext(offsets=offsets or Offsets(), task_number=task_number)
        self.task = JdbcSourceTask()
        OPEN.append(self)
        self.task.start(parsed, self.context)

    def close(self) -> None:
        # What it was reading when it ended is rolled back, as after a failure.
        self.task._page = None
        self.task._database.close()

    def batch(self):
        """What one ``poll`` gives at once; it is stored."""
        records = self.task._next_records()
        for record in records:
            self.context.offsets.store(record.source_partition, record.source_offset)
        return records

    def values(self, count, of="id"):
        """The next ``count`` records' field, and that no more come with them."""
        found = []
        for _ in range(200):
            found += [record.value[of] for record in self.batch()]
            if len(found) >= count:
                break
            self.context.stopping.wait(0.005)
        assert len(found) == count
        return found

    def nothing(self) -> bool:
        return not any(self.batch() for _ in range(3) if not self.context.stopping.wait(0.004))


def ids(target, *numbers):
    target.run(*(f"INSERT INTO t (id, name) VALUES ({n}, 'n{n}')" for n in numbers))


@pytest.fixture
def table(target):
    target.run("CREATE TABLE t (id BIGINT NOT NULL PRIMARY KEY, name VARCHAR(20) NOT NULL)")
    return target


def test_ids_are_read_in_pages_and_over_a_restart_once(table, monkeypatch):
    monkeypatch.setattr(reader, "PAGE_ROWS", 3)
    ids(table, *range(1, 9))
    source = Source(table, mode="incrementing", batch_max_rows="2")
    assert [record.value["id"] for record in source.batch()] == [1, 2]
    assert source.again().values(6) == [3, 4, 5, 6, 7, 8]
    source = source.again()
    assert source.nothing()
    ids(table, 10, 9)
    assert source.values(2) == [9, 10]
    assert source.nothing()


def test_a_record_says_what_it_is(table):
    ids(table, 1)
    (record,) = Source(table, mode="incrementing").batch()
    assert (record.topic, record.key, record.value) == ("x-t", None, {"id": 1, "name": "n1"})
    assert record.source_partition == {"table": "t"}
    assert record.source_offset == {"incrementing": 1}
    assert [(f.name, f.schema.type, f.schema.optional) for f in record.value_schema.fields] == [
        ("id", Type.INT64, False),
        ("name", Type.STRING, False),
    ]


def test_bulk_comes_again_and_again(table):
    ids(table, 1, 2)
    source = Source(table, mode="bulk")
    assert source.values(2) + source.values(2) == [1, 2, 1, 2]


def test_rows_of_one_moment_are_all_read_over_restarts(target):
    target.run(
        "CREATE TABLE t (id BIGINT NOT NULL PRIMARY KEY, at TIMESTAMP NOT NULL)",
        *(f"INSERT INTO t VALUES ({n}, '2024-01-01 00:00:0{n // 4}')" for n in range(12)),
    )
    source = Source(target, mode="timestamp", timestamp_column_name="at", batch_max_rows="3")
    found = []
    for _ in range(4):
        found += [record.value["id"] for record in source.batch()]
        source = source.again()
    assert found == list(range(12))
    assert source.nothing()
    target.run("UPDATE t SET at = '2024-01-01 00:00:05' WHERE id = 3")
    assert source.values(1) == [3]


def test_without_a_key_the_rest_of_a_moment_comes_again_rather_than_not(target):
    target.run(
        "CREATE TABLE t (id BIGINT NOT NULL, at TIMESTAMP NOT NULL)",
        *(f"INSERT INTO t VALUES ({n}, '2024-01-01 00:00:0{n // 4}')" for n in range(8)),
    )
    config = {"mode": "timestamp", "timestamp_column_name": "at", "batch_max_rows": "6"}
    source = Source(target, **config)
    first = {record.value["id"] for record in source.batch()}
    again = source.again()
    assert set(again.values(4)) == {4, 5, 6, 7}
    assert first >= {0, 1, 2, 3}
    assert again.nothing()
    with pytest.raises(ConnectError, match="exactly"):
        Source(target, exactly_once="required", **config).batch()


def test_both_columns(target):
    target.run(
        "CREATE TABLE t (id BIGINT NOT NULL PRIMARY KEY, a TIMESTAMP NULL, b TIMESTAMP NULL)",
        "INSERT INTO t VALUES (1, NULL, '2024-01-02 00:00:00')",
        "INSERT INTO t VALUES (2, '2024-01-02 00:00:00', '2024-01-01 00:00:00')",
        "INSERT INTO t VALUES (3, '2024-01-01 00:00:00', NULL)",
    )
    source = Source(
        target, mode="timestamp+incrementing", timestamp_column_name="a,b", batch_max_rows="1"
    )
    found = []
    for _ in range(3):
        found += source.values(1)
        source = source.again()
    assert found == [3, 1, 2]
    target.run("UPDATE t SET a = '2024-01-03 00:00:00' WHERE id = 1")
    assert source.values(1) == [1]
    assert source.nothing()


def test_rows_of_the_future_and_within_the_delay_wait(target):
    target.run("CREATE TABLE t (id BIGINT NOT NULL PRIMARY KEY, at TIMESTAMP NOT NULL)")
    now = datetime.now(UTC)
    for number, ahead in enumerate((-3600, -30, 3600)):
        at = (now + timedelta(seconds=ahead)).strftime("%Y-%m-%d %H:%M:%S")
        target.run(
            *(["SET time_zone = '+00:00'"] if "mariadb" in target.url else []),
            f"INSERT INTO t VALUES ({number}, '{at}')",
        )
    config = {"mode": "timestamp", "timestamp_column_name": "at"}
    assert Source(target, **config).values(2) == [0, 1]
    delayed = Source(target, timestamp_delay_interval_ms="60000", **config)
    assert delayed.values(1) == [0]
    assert delayed.nothing()
    initial = str(round(now.timestamp() * 1000) - 60_000)
    assert Source(target, timestamp_initial=initial, **config).values(1) == [1]


def test_slices_divide_a_table_over_tasks(table, monkeypatch):
    monkeypatch.setattr(reader, "BLOCK", 2)
    ids(table, *range(1, 13))
    config = {"mode": "incrementing", "table_slices": "3", "table_include_list": "t"}
    connector = JdbcSourceConnector(
        JdbcSourceConnector.config.parse(
            table.config | {"mode": "incrementing", "table.slices": "3", "topic.prefix": "x"}
            | {"table.include.list": "t"}
        )
    )  # fmt: skip
    assert connector.task_configs(8) == [{"task.count": "3"}] * 3
    shares = []
    for number in range(2):
        source = Source(table, task_number=number, task_count="2", **config)
        share = []
        for _ in range(8):
            share += [record.value["id"] for record in source.batch()]
        shares.append(share)
    assert sorted(shares[0] + shares[1]) == list(range(1, 13))
    assert all(shares)


def test_new_tables_and_new_columns_are_noticed(table):
    ids(table, 1)
    source = Source(
        table, mode="incrementing", table_include_list="t,more.*", table_exclude_list="more_not"
    )
    assert source.values(1) == [1]
    table.run(
        "CREATE TABLE more_1 (id BIGINT NOT NULL PRIMARY KEY)", "INSERT INTO more_1 VALUES (7)",
        "CREATE TABLE more_not (id BIGINT NOT NULL PRIMARY KEY)", "INSERT INTO more_not VALUES (8)",
        "ALTER TABLE t ADD COLUMN extra BIGINT",
        "INSERT INTO t (id, name, extra) VALUES (2, 'n', 5)",
    )  # fmt: skip
    source.task._look_at_tables = 0.0
    found = {}
    for _ in range(4):
        for record in source.batch():
            found[record.topic] = record.value
        source.context.stopping.wait(0.005)
    assert found == {"x-t": {"id": 2, "name": "n", "extra": 5}, "x-more_1": {"id": 7}}


def test_a_query_is_read_like_a_table(table):
    ids(table, 1, 2, 3)
    source = Source(
        table, mode="incrementing", incrementing_column_name="number",
        query="SELECT id AS number, name, 'a:b 100%' AS odd FROM t WHERE id <> 2",
    )  # fmt: skip
    records = source.batch()
    assert [record.value["number"] for record in records] == [1, 3]
    assert records[0].value == {"number": 1, "name": "n1", "odd": "a:b 100%"}
    assert records[0].topic == "x-"
    ids(table, 4)
    assert source.again().values(1, of="number") == [4]


def test_a_column_that_can_be_null_is_refused(target):
    target.run("CREATE TABLE t (id BIGINT NULL)")
    with pytest.raises(ConnectError, match="can be null"):
        Source(target, mode="incrementing", incrementing_column_name="id").batch()


def test_a_source_cannot_write(table):
    source = Source(table, mode="incrementing")
    with pytest.raises(ConnectError), source.task._database.transaction("trying") as connection:
        connection.exec_driver_sql("INSERT INTO t VALUES (1, 'x')")


def test_an_offset_of_another_mode_is_refused(table):
    ids(table, 1)
    offsets = Offsets()
    offsets.store({"table": "t"}, {"timestamp": "2024-01-01 00:00:00"})
    with pytest.raises(ConnectError, match="reset"):
        Source(table, offsets, mode="incrementing").batch()


def test_numbers_are_mapped_as_configured(postgresql):
    postgresql.run(
        "CREATE TABLE t (id BIGINT PRIMARY KEY, a NUMERIC(9,0), b NUMERIC(10,2), c NUMERIC(30,5),"
        " d NUMERIC)",
        "INSERT INTO t VALUES (1, 5, 1.25, 1.5, 2.5)",
    )
    expected = {
        "none": (Decimal(5), Decimal("1.25"), Decimal("1.5"), Decimal("2.5")),
        "precision_only": (5, Decimal("1.25"), Decimal("1.5"), Decimal("2.5")),
        "best_fit": (5, 1.25, Decimal("1.5"), Decimal("2.5")),
        "best_fit_eager_double": (5, 1.25, 1.5, 2.5),
    }
    for mapping, values in expected.items():
        (record,) = Source(postgresql, mode="bulk", numeric_mapping=mapping).batch()
        found = tuple(record.value[name] for name in "abcd")
        assert found == values
        assert [type(value) for value in found] == [type(value) for value in values]


def test_an_id_that_is_committed_late_is_not_missed(postgresql):
    postgresql.run("CREATE TABLE t (id BIGSERIAL PRIMARY KEY, name TEXT)")
    source = Source(postgresql, mode="incrementing")
    with postgresql.engine.begin() as late:
        late.exec_driver_sql("INSERT INTO t (name) VALUES ('late')")
        postgresql.run("INSERT INTO t (name) VALUES ('early')")
        assert source.nothing()
        ignoring = Source(postgresql, mode="incrementing", late_commits="ignore")
        assert ignoring.values(1, of="name") == ["early"]
    source.task._look_at_tables = 0.0
    for reader_ in source.task._readers.values():
        reader_.due = 0.0
    assert source.values(2, of="name") == ["late", "early"]


def test_a_time_that_is_committed_late_is_not_missed(postgresql):
    postgresql.run("CREATE TABLE t (id BIGINT PRIMARY KEY, at TIMESTAMPTZ NOT NULL DEFAULT now())")
    source = Source(postgresql, mode="timestamp", timestamp_column_name="at")
    with postgresql.engine.begin() as late:
        # Its time is that of its beginning, and it has written nothing yet.
        late.exec_driver_sql("SELECT now()")
        postgresql.run("INSERT INTO t VALUES (1)")
        source.context.stopping.wait(0.15)
        assert source.nothing()
        late.exec_driver_sql("INSERT INTO t VALUES (2)")
        assert source.nothing()
    source.context.stopping.wait(0.15)
    assert source.values(2) == [2, 1]


def test_memory_is_bounded_while_a_large_table_is_read(postgresql):
    postgresql.run(
        "CREATE TABLE t (id BIGINT PRIMARY KEY, name TEXT)",
        "INSERT INTO t SELECT n, repeat('x', 1000) FROM generate_series(1, 20000) n",
    )
    source = Source(postgresql, mode="bulk", batch_max_rows="100")
    source.batch()
    tracemalloc.start()
    try:
        for _ in range(100):
            assert len(source.task._next_records()) == 100
        assert tracemalloc.get_traced_memory()[1] < 3_000_000
    finally:
        tracemalloc.stop()


def test_a_stop_ends_what_the_database_does(postgresql):
    source = Source(postgresql, mode="bulk", query="SELECT 1 AS id FROM pg_sleep(60)")

    def stop():
        source.context.stopping.set()
        source.task.stop()

    timer = Timer(0.3, stop)
    timer.start()
    try:
        assert source.task.poll() == []
    finally:
        timer.join()


def test_sqlites_text_is_read_as_times(sqlite):
    sqlite.run(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)",
        "INSERT INTO t VALUES (1, '2024-01-01 00:00:00')",
    )
    (record,) = Source(sqlite, mode="timestamp", timestamp_column_name="at").batch()
    assert record.value["at"] == datetime(2024, 1, 1, tzinfo=UTC)
    assert record.source_offset == {"timestamp": "2024-01-01 00:00:00", "incrementing": 1}
