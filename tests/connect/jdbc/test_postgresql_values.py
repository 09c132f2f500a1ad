"""What PostgreSQL is sent in arrays is what a statement for each value would have written."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from connect.connectors.jdbc.bound_values import json_text
from connect.spi.errors import DataError
from tests.connect.harness import in_runs, sink_record
from tests.connect.jdbc.test_jdbc_sink import closed, started  # noqa: F401 (fixture)

ZONE = ZoneInfo("Asia/Tokyo")
TEXT = st.text(st.characters(codec="utf-8"), max_size=6)
MOMENTS = st.datetimes(
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))]),
    # Behind a day's distance to both ends the zone would leave Python's years.
    min_value=datetime(1, 1, 3), max_value=datetime(9999, 12, 29),
)  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | TEXT.filter(lambda text: "\0" not in text),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner),
    max_leaves=4,
)
COLUMNS = {
    # A column's type, and values of which one batch has one kind; some do not fit.
    "smallint": [
        st.integers(-5, 5), st.integers(-40_000, 40_000), st.floats(-9, 9),
        st.decimals(-9, 9, places=1),
    ],
    "integer": [st.integers(-(2**31), 2**31), st.sampled_from(["7", " 8", "x"])],
    "bigint": [st.integers(-(2**63), 2**63 - 1), st.integers(-(2**64), 2**64), st.floats(-9, 9)],
    "numeric": [
        st.decimals(allow_nan=False, allow_infinity=False, places=3), st.integers(-9, 2**70),
        st.floats(allow_nan=False, allow_infinity=False),
    ],
    "numeric(4,2)": [
        st.decimals(-120, 120, places=3), st.integers(-120, 120),
        st.sampled_from(["1.005", " 7 ", "1e1", "NaN", "1,5", ""]),
    ],
    "real": [st.floats(), st.floats(width=32), st.integers(-(2**60), 2**60)],
    "double precision": [
        st.floats(), st.integers(-(2**63), 2**63 - 1), st.sampled_from(["1e3", "inf", "1d"]),
    ],
    "boolean": [st.booleans(), st.sampled_from(["t", "off", "y"])],
    "text": [TEXT, st.integers(), st.booleans(), st.floats(), st.binary(max_size=4), MOMENTS],
    "varchar(3)": [TEXT, st.sampled_from(["ab", "abc", "abcd"]), st.integers(0, 2000)],
    "char(3)": [TEXT, st.sampled_from(["ab", "abc", "abcd"])],
    "bytea": [st.binary(max_size=9), st.sampled_from(["\\x00ff", "\\000", "\\"])],
    "date": [st.dates(), MOMENTS, st.sampled_from(["2024-02-29", "2023-02-29"])],
    "time": [st.times(), st.sampled_from(["01:02:03.5", "24:00", "25:00"])],
    "timestamptz": [MOMENTS, st.dates(), st.sampled_from(["2024-02-29 12:00+02"])],
    "timestamp": [
        MOMENTS, st.dates(),
        st.sampled_from(["2024-02-29T12:00:00.123456", "2024-02-29 12:00+02", "now then"]),
    ],
    "interval": [st.sampled_from(["1 day", "P1DT2H", "soon"])],
    "uuid": [st.uuids().map(str), st.sampled_from(["x"])],
    "jsonb": [JSON.filter(lambda value: not isinstance(value, str)), JSON.map(json_text)],
    "json": [JSON.filter(lambda value: not isinstance(value, str))],
    "inet": [st.sampled_from(["10.0.0.1", "::1", "10.0.0.0/8", "x"])],
    "int[]": [st.lists(st.integers(-9, 9), max_size=3), st.sampled_from([[[1, 2], [3, 4]], [[5]]])],
    "text[]": [st.lists(st.none() | TEXT, max_size=3)],
}  # fmt: skip


@st.composite
def batches(draw):
    """(columns' types, rows)"""
    kinds = draw(st.lists(st.sampled_from(sorted(COLUMNS)), min_size=1, max_size=3))
    values = [st.none() | draw(st.sampled_from(COLUMNS[kind])) for kind in kinds]
    return kinds, draw(st.lists(st.tuples(*values), min_size=1, max_size=4))


@pytest.fixture
def naive(postgresql):
    url = postgresql.engine.url.set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute("SET timezone = 'UTC'")
        yield connection


def _said(connection, table):
    """The rows in PostgreSQL's own words: of NaN none is like another in Python."""
    query = sql.SQL("SELECT t::text FROM {} AS t ORDER BY t.id").format(sql.Identifier(table))
    return connection.execute(query).fetchall()


def _one_value(kind, value):
    """As a statement of its own takes it, in text."""
    if value is None:
        return None
    if kind in {"json", "jsonb"}:
        return value if isinstance(value, str) else json_text(value)
    if isinstance(value, datetime) and kind in {"text", "timestamp", "date"}:
        return value.astimezone(ZONE).replace(tzinfo=None)
    return value


def _one_by_one(connection, kinds, rows):
    """Whether all of ``rows`` could be written; none of them is otherwise."""
    # A cast without a length: what is too long is refused and not cut.
    bare = [kind.partition("(")[0] for kind in kinds]
    casts = [sql.SQL(f"%t::{'bpchar' if kind == 'char' else kind}") for kind in bare]
    statement = sql.SQL("INSERT INTO naive VALUES (%s, {})").format(sql.SQL(", ").join(casts))
    try:
        with connection.transaction():
            for number, row in enumerate(rows):
                values = [_one_value(kind, value) for kind, value in zip(kinds, row, strict=True)]
                connection.execute(statement, [number, *values])
    except psycopg.Error:
        return False
    return True


@settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(batch=batches(), update=st.booleans())
def test_arrays_write_what_a_statement_for_each_value_does(postgresql, naive, batch, update):
    kinds, rows = batch
    columns = ", ".join(f"c{number} {kind}" for number, kind in enumerate(kinds))
    for table in ("naive", "t"):
        naive.execute(f"DROP TABLE IF EXISTS {table}")
        naive.execute(f"CREATE TABLE {table} (id bigint PRIMARY KEY, {columns})")
    if update:
        naive.execute(f"INSERT INTO t (id) SELECT generate_series(0, {len(rows) - 1})")
    task = started(
        postgresql, insert_mode="update" if update else "upsert", pk_mode="record_value",
        pk_fields="id", db_timezone=str(ZONE),
    )  # fmt: skip
    values = [
        {"id": number} | {f"c{at}": value for at, value in enumerate(row)}
        for number, row in enumerate(rows)
    ]
    records = in_runs([sink_record(value, topic="t") for value in values])
    if _one_by_one(naive, kinds, rows):
        task.put(records)
        assert _said(naive, "t") == _said(naive, "naive")
    else:
        with pytest.raises(DataError):
            task.put(records)
    task._database.close()
