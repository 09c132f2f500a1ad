"""The source against a real PostgreSQL: nothing lost, nothing doubled, everything told."""

import random
import re
import time
from threading import Thread

import psycopg
import pytest
from captured import Captured, folded

from connect.connectors.postgresql_cdc import source as source_task
from connect.connectors.postgresql_cdc.connector import PostgresqlCdcConnector
from connect.connectors.postgresql_cdc.limits import BATCH_BYTES
from connect.connectors.postgresql_cdc.slots import ChangesLost
from connect.spi.errors import ConnectError
from connect.spi.schema import check
from tests.connect.harness import OpenEgress

T = "CREATE TABLE t (id int PRIMARY KEY, name text, n int)"
TOPIC = "x.public.t"


@pytest.fixture
def captured(shop, monkeypatch):
    """Makes tasks, and ends them."""
    monkeypatch.setattr(source_task, "WAIT_SECONDS", 0.03)
    made = []

    def make(**config):
        made.append(Captured(shop, **config))
        return made[-1]

    def again(before):
        made.append(before.crashed())
        return made[-1]

    make.again = again
    yield make
    for each in made:
        each.close()


def after(records):
    return [record.value["after"] for record in records if record.value]


def test_tables_then_changes_in_the_order_of_commits(shop, captured):
    shop.run(T, "INSERT INTO t VALUES (1, 'a', 1), (2, 'b', 2)")
    source = captured()
    first, last = source.next(2)
    assert [each.value["op"] for each in (first, last)] == ["r", "r"]
    assert [each.value["source"]["snapshot"] for each in (first, last)] == ["true", "last"]
    assert (first.topic, first.key, first.value["after"]) == (
        TOPIC, {"id": 1}, {"id": 1, "name": "a", "n": 1},
    )  # fmt: skip
    shop.run("INSERT INTO t VALUES (3, 'c', 3)", "UPDATE t SET n = 9 WHERE id = 1")
    shop.run("DELETE FROM t WHERE id = 2", "UPDATE t SET id = 30 WHERE id = 3")
    shop.run("TRUNCATE t")
    made = source.next(8)
    assert [(each.value or {}).get("op") for each in made] == [
        "c", "u", "d", None, "d", None, "c", "t",
    ]  # fmt: skip
    for each in source.rows:
        if each.value is not None:
            check(each.value_schema, each.value)
        if each.key_schema is not None:
            check(each.key_schema, each.key)
    assert made[0].value["source"]["txId"] == made[1].value["source"]["txId"]
    assert folded(source.rows) == {TOPIC: {}}


def test_a_table_and_its_changes_under_writers_and_crashes(shop, captured):
    """Whatever is stored at a crash, the records so far and those that come fold to the table, and
    no record comes twice."""
    shop.run(T, "INSERT INTO t SELECT n, 'n' || n, 0 FROM generate_series(1, 300) n")
    chance = random.Random(7)

    def write(seed):
        own = random.Random(seed)
        with psycopg.connect(shop.url) as connection:
            for _turn in range(40):
                for _ in range(own.randrange(1, 6)):
                    key = own.randrange(400) * 2 + seed % 2
                    connection.execute(own.choice([
                        "INSERT INTO t VALUES (%(key)s, 'new', 1) ON CONFLICT DO NOTHING",
                        "UPDATE t SET n = n + 1 WHERE id = %(key)s",
                        "DELETE FROM t WHERE id = %(key)s",
                    ]), {"key": key})  # fmt: skip
                connection.commit() if own.random() < 0.8 else connection.rollback()

    writers = [Thread(target=write, args=(seed,)) for seed in (1, 2)]
    source = captured(snapshot_fetch_size="100", heartbeat_interval_ms="1")
    source.poll()
    for each in writers:
        each.start()
    # The tables are read to their end while they are written to.
    source.until(lambda records: any(r.source_offset.get("snapshot") == "last" for r in records))
    for _ in range(8):
        source.poll()
        source.poll(most=chance.choice([0, 1, 7]))
        source = captured.again(source)
    for each in writers:
        each.join()
    shop.run("INSERT INTO t VALUES (-1, 'the last', 0)")
    source.until(lambda records: any(r.key == {"id": -1} for r in records))
    told = {row["id"]: row for row in folded(source.rows)[TOPIC].values()}
    expected = {row[0]: row for row in shop.rows("SELECT id, name, n FROM t")}
    assert {key: tuple(row.values()) for key, row in told.items()} == expected
    places = [
        (r.source_offset["lsn"], r.source_offset["index"])
        for r in source.rows
        if "snapshot" not in r.source_offset
    ]
    assert places == sorted(set(places))


def test_an_interrupted_reading_of_tables_begins_again(shop, captured):
    shop.run(T, "INSERT INTO t SELECT n, 'n', 0 FROM generate_series(1, 30) n")
    source = captured(snapshot_fetch_size="10")
    source.poll()
    shop.run("INSERT INTO t VALUES (31, 'meanwhile', 0)")
    source = captured.again(source)
    source.records.clear()
    assert {each.key["id"] for each in source.next(31)} == set(range(1, 32))


@pytest.mark.parametrize(("rows", "width"), [(30, 1), (200, 100_000)])
def test_a_reading_that_loses_its_connection_begins_again(shop, captured, rows, width):
    """With all of it on its way already, and with more than there is room for on the way."""
    made = f"SELECT n, repeat('n', {width}), 0 FROM generate_series(1, {rows}) n"
    shop.run(T, f"INSERT INTO t {made}")
    source = captured(snapshot_fetch_size="10")
    source.poll()
    _cut(shop)
    source.until(lambda _: source.retries)
    source.records.clear()
    assert {each.key["id"] for each in source.next(rows)} == set(range(1, rows + 1))


def _cut(shop):
    shop.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE application_name = 'headwater-cdc'"
    )


def test_a_lost_connection_doubles_and_loses_nothing(shop, captured):
    shop.run(T)
    source = captured()
    source.until(lambda records: records)
    shop.run("INSERT INTO t VALUES (1, 'a', 1), (2, 'b', 2)")
    source.next(2)
    _cut(shop)
    shop.run("INSERT INTO t VALUES (3, 'c', 3)")
    assert [each.key for each in source.next(1)] == [{"id": 3}]
    assert source.retries


@pytest.mark.parametrize("how", ["dropped", "made anew"])
def test_a_slot_that_is_gone_is_told_and_not_made_anew(shop, captured, how):
    shop.run(T, "INSERT INTO t VALUES (1, 'a', 1)")
    source = captured()
    source.next(1)
    shop.run("INSERT INTO t VALUES (2, 'b', 2)")
    source.next(1)
    source.close()
    shop.drop_slot()
    shop.run("INSERT INTO t VALUES (3, 'lost', 3)")
    if how == "made anew":
        shop.rows("SELECT pg_create_logical_replication_slot('headwater', 'pgoutput')")
    with pytest.raises(ChangesLost, match=r"since .* are lost: .*snapshot\.mode=when_needed"):
        captured.again(source).poll()
    source = Captured(shop, source.offsets, source.records, snapshot_mode="when_needed")
    try:
        assert {each.key["id"] for each in source.next(3)} == {1, 2, 3}
        assert {each.value["op"] for each in source.rows[-3:]} == {"r"}
    finally:
        source.close()


def test_a_slot_that_the_database_gave_up_is_told(shop, captured):
    shop.run(T, "INSERT INTO t VALUES (1, 'a', 1)")
    source = captured()
    source.next(1)
    source.close()
    shop.connection.execute("ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'")
    shop.connection.execute("SELECT pg_reload_conf()")
    try:
        status = "SELECT wal_status FROM pg_replication_slots"
        deadline = time.monotonic() + 20
        while shop.rows(status) != [("lost",)]:
            assert time.monotonic() < deadline
            shop.connection.execute("SELECT pg_switch_wal()")
            shop.run("INSERT INTO t SELECT n, repeat('x', 900), 0 FROM generate_series(2, 9) n")
            shop.run("DELETE FROM t WHERE id > 1")
            shop.connection.execute("CHECKPOINT")
    finally:
        shop.connection.execute("ALTER SYSTEM RESET max_slot_wal_keep_size")
        shop.connection.execute("SELECT pg_reload_conf()")
    with pytest.raises(ChangesLost, match="invalidated"):
        captured.again(source).poll()


def test_the_slots_growth_fails_the_task_at_its_limit(shop, captured):
    shop.run(T)
    source = captured(slot_watch_interval_ms="100", slot_retained_fail_bytes="100000")
    source.until(lambda records: records)
    shop.run("INSERT INTO t SELECT n, repeat('x', 200), 0 FROM generate_series(1, 2000) n")
    told = r"keeps [\d,]+ bytes of its log for the slot headwater"
    with pytest.raises(ConnectError, match=told):
        _read_and_never_store(source)


def _read_and_never_store(source):
    for _ in range(200):
        source.task.poll()


def test_an_idle_source_lets_the_database_forget(shop, captured):
    """Changes of other tables only: their log must not be kept for us (DBZ-892)."""
    shop.run(T, "CREATE TABLE other (id int)")
    source = captured(table_include_list="public.t", heartbeat_interval_ms="50")
    source.until(lambda records: records)
    confirmed = "SELECT confirmed_flush_lsn FROM pg_replication_slots"
    shop.run("INSERT INTO other SELECT generate_series(1, 1000)")
    ((target,),) = shop.rows("SELECT pg_current_wal_lsn()")
    deadline = time.monotonic() + 20
    while shop.rows(f"{confirmed} WHERE confirmed_flush_lsn >= '{target}'") == []:
        assert time.monotonic() < deadline
        source.poll()
    assert source.rows == []
    beat = source.records[-1]
    assert (beat.topic, beat.key) == ("__debezium-heartbeat.x", {"serverName": "x"})
    check(beat.value_schema, beat.value)


def test_a_stream_that_the_keeper_cuts_goes_on_where_it_was(shop, captured):
    shop.run(T)
    source = captured()
    source.until(lambda records: records)
    source.poll()
    source.task._cut()
    shop.run("INSERT INTO t VALUES (1, 'a', 1)")
    assert [each.key for each in source.next(1)] == [{"id": 1}]
    assert source.retries


def test_the_connection_lives_while_nobody_polls(shop, captured, monkeypatch):
    """The server here gives up after 3 s of silence."""
    monkeypatch.setattr("connect.connectors.postgresql_cdc.keeper.STATUS_SECONDS", 0.2)
    shop.run(T)
    source = captured()
    source.until(lambda records: records)
    replies = "SELECT reply_time FROM pg_stat_replication"
    source.poll()
    before = shop.rows(replies)
    deadline = time.monotonic() + 60
    while shop.rows(replies) == before:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_large_values_that_an_update_leaves_alone(shop, captured):
    big = "string_agg(md5(n::text), '') FROM generate_series(1, 400) n"
    shop.run(
        "CREATE TABLE t (id int PRIMARY KEY, big text, n int)",
        "CREATE TABLE f (id int PRIMARY KEY, big text, n int)",
        "ALTER TABLE f REPLICA IDENTITY FULL",
        *(f"INSERT INTO {each} SELECT 1, {big}".replace(" FROM", ", 0 FROM") for each in "tf"),
    )
    source = captured()
    source.next(2)
    shop.run("UPDATE t SET n = 1", "UPDATE f SET n = 1")
    plain, full = source.next(2)
    assert plain.value["after"] == {"id": 1, "big": "__debezium_unavailable_value", "n": 1}
    assert plain.value["before"] is None
    assert len(full.value["after"]["big"]) == 12_800
    assert full.value["before"]["n"] == 0


def test_a_batch_of_wide_rows_is_bounded_by_their_bytes(shop, captured):
    """A batch of as many rows as may be in one would be 400 MB of these."""
    width = 200_000
    shop.run("CREATE TABLE t (id int PRIMARY KEY, big text)")
    source = captured()
    source.until(lambda records: records)
    shop.run(f"INSERT INTO t SELECT n, repeat('x', {width}) FROM generate_series(1, 50) n")
    batches = []
    source.until(lambda _: batches.append(source.poll()) or len(source.rows) >= 50)
    assert [each.key["id"] for each in source.rows] == list(range(1, 51))
    assert max(map(len, batches)) <= BATCH_BYTES // width + 4


def test_tables_are_read_in_batches_bounded_by_rows_and_by_their_bytes(shop, captured):
    shop.run(
        "CREATE TABLE t (id int PRIMARY KEY, big text)",
        "INSERT INTO t SELECT n, repeat('x', CASE n % 3 WHEN 0 THEN 3000000 ELSE 500000 END) "
        "FROM generate_series(1, 9) n",
        "INSERT INTO t SELECT n, 'x' FROM generate_series(10, 60) n",
    )
    source = captured(snapshot_fetch_size="20")
    batches = []
    while len(source.rows) < 60:
        batches.append(source.poll())
    sizes = [[len(each.value["after"]["big"]) for each in batch] for batch in batches if batch]
    pair, wide = [500_000, 500_000], [3_000_000]
    assert sizes == [pair, wide, pair, wide, pair, wide, [1] * 20, [1] * 20, [1] * 11]
    assert [each.key["id"] for each in source.rows] == list(range(1, 61))


def test_tables_are_read_with_all_that_text_can_have_in_it(shop, captured):
    texts = [
        "",
        None,
        "\\N",
        "\\",
        "\\.",
        "a\tb",
        "\r\n",
        "\b\f\v",
        "\\t\\\\n",
        "ü\U0001f41f",
        "\x7f\x01",
    ]
    shop.run("CREATE TABLE t (id int PRIMARY KEY, name text, raw bytea, list text[])")
    for number, text in enumerate(texts):
        raw = None if text is None else text.encode()
        row = [number, text, raw, [text, "x"]]
        shop.connection.execute("INSERT INTO t VALUES (%s, %s, %s, %s)", row)
    found = after(captured().next(len(texts)))
    assert [each["name"] for each in found] == texts
    assert [each["raw"] for each in found] == [
        None if text is None else text.encode() for text in texts
    ]
    assert [each["list"] for each in found] == [[text, "x"] for text in texts]


def test_a_table_without_columns_is_read(shop, captured):
    shop.run("CREATE TABLE t ()", "INSERT INTO t DEFAULT VALUES", "INSERT INTO t DEFAULT VALUES")
    assert after(captured().next(2)) == [{}, {}]


def test_a_table_that_changes(shop, captured):
    shop.run(T, "INSERT INTO t VALUES (1, 'a', 1)")
    source = captured(column_exclude_list="public.t.secret")
    source.next(1)
    shop.run(
        "ALTER TABLE t ADD COLUMN at timestamptz, ADD secret text, DROP COLUMN n",
        "INSERT INTO t VALUES (2, 'b', '2024-01-05 12:00:00+02', 's')",
    )
    (record,) = source.next(1)
    assert record.value["after"] == {"id": 2, "name": "b", "at": "2024-01-05T10:00:00Z"}
    row = record.value_schema.find("after").schema
    assert [each.name for each in row.fields] == ["id", "name", "at"]


def test_types_are_alike_in_snapshot_and_stream(shop, captured):
    shop.run(
        "CREATE TYPE mood AS ENUM ('ok', 'sad')",
        "CREATE DOMAIN price AS numeric(8, 2) CHECK (value >= 0)",
        "CREATE TABLE t (id bigint PRIMARY KEY, a mood, b price, c mood[], d numeric, e int[], "
        "f jsonb, g uuid, h interval, i text[], j bytea, k time, l timestamp, m money, n bit(3), "
        "o price[], p real, q inet)",
    )
    values = (
        "'ok', 1.5, '{ok,NULL}', 1.2345, '{1,2}', '{\"a\": 1}', "
        "'11111111-1111-1111-1111-111111111111', '1 day 02:00', ARRAY['a,b', 'c\"d', NULL], "
        "'\\xff00', '10:00', '2024-01-05 01:02:03.5', 12.34, B'101', '{1.00}', 0.1, '10.0.0.1'"
    )
    shop.run(f"INSERT INTO t VALUES (1, {values})")
    source = captured()
    (read,) = source.next(1)
    shop.run(f"INSERT INTO t VALUES (2, {values})")
    (made,) = source.next(1)
    assert read.value["after"] == made.value["after"] | {"id": 1}
    assert read.value_schema == made.value_schema
    for each in (read, made):
        check(each.value_schema, each.value)
    assert made.value["after"]["c"] == ["ok", None]
    assert made.value["after"]["i"] == ["a,b", 'c"d', None]


def test_partitions_are_their_tables(shop, captured):
    shop.run(
        "CREATE TABLE t (id int PRIMARY KEY, n int) PARTITION BY RANGE (id)",
        "CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10)",
        "INSERT INTO t VALUES (1, 1)",
    )
    source = captured()
    source.next(1)
    shop.run("INSERT INTO t VALUES (2, 2)")
    source.next(1)
    assert {each.topic for each in source.rows} == {TOPIC}


def test_changes_only_and_tables_only(shop, captured):
    shop.run(T, "INSERT INTO t VALUES (1, 'a', 1)")
    source = captured(snapshot_mode="never")
    source.poll()
    shop.run("INSERT INTO t VALUES (2, 'b', 2)")
    assert after(source.next(1)) == [{"id": 2, "name": "b", "n": 2}]
    source.close()
    shop.drop_slot()
    source = captured(snapshot_mode="initial_only")
    source.next(2)
    assert shop.rows("SELECT 1 FROM pg_replication_slots") == []
    source.poll()
    source = captured.again(source)
    source.poll()
    assert len(source.rows) == 2


def faults(shop, **config):
    names = {name.replace("_", "."): value for name, value in config.items()}
    parsed = PostgresqlCdcConnector.config.parse(shop.config | names)
    found = PostgresqlCdcConnector(parsed).check_target(OpenEgress())
    return {fault.name: fault.message for fault in found}


def test_what_is_missing_is_told_beforehand(shop):
    assert "no table of localhost" in faults(shop)["table.include.list"]
    shop.run(T)
    assert faults(shop) == {}
    told = faults(shop, publication_autocreate_mode="disabled")
    assert "there is no publication" in told["publication.name"]
    shop.connection.execute("DROP ROLE IF EXISTS modest")
    shop.connection.execute("CREATE ROLE modest LOGIN PASSWORD 'changes'")
    try:
        told = faults(shop, database_user="modest")
        assert "ALTER ROLE" in told["database.user"] or "GRANT SELECT" in told["database.user"]
        assert "GRANT CREATE ON DATABASE" in told["publication.autocreate.mode"]
    finally:
        shop.connection.execute("DROP ROLE modest")
    for name in ("a", "b", "c", "d"):
        shop.rows(f"SELECT pg_create_logical_replication_slot('{name}', 'pgoutput')")
    assert "all 4 replication slots are taken" in faults(shop)["slot.name"]


HOSTILE = """a"; DROP TABLE bystander; --',%s"""


def test_names_of_tables_columns_and_publications_are_no_statements(shop, captured):
    """Whoever may make a table in the database chooses them."""
    quoted = '"' + HOSTILE.replace('"', '""') + '"'
    shop.run(
        "CREATE TABLE bystander (id int PRIMARY KEY)",
        f"CREATE TABLE {quoted} ({quoted} int PRIMARY KEY)",
        f"INSERT INTO {quoted} VALUES (1)",
    )
    source = captured(
        publication_name=HOSTILE, table_include_list=f"public\\.{re.escape(HOSTILE[:2])}.*"
    )
    source.next(1)
    shop.run(f"INSERT INTO {quoted} VALUES (2)")
    source.next(1)
    assert after(source.rows) == [{HOSTILE: 1}, {HOSTILE: 2}]
    assert shop.rows("SELECT count(*) FROM bystander") == [(0,)]
