"""A query's rows as PostgreSQL sends them: several at once where they have come."""

from contextlib import closing

import psycopg
import pytest

from connect.connectors.jdbc.streamed_cursor import StreamedCursor

AT_ONCE = 1000


@pytest.fixture
def connection(postgresql):
    url = postgresql.engine.url.set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False)) as connected:
        yield connected


def _fetched(cursor):
    while part := cursor.fetchmany(AT_ONCE):
        yield part


def test_rows_that_have_come_are_taken_together_and_in_their_order(connection):
    with closing(StreamedCursor(connection, "c")) as cursor:
        cursor.execute("SELECT n, n::text FROM generate_series(1, %s) AS n", [30_000])
        parts = list(_fetched(cursor))
        assert [row for part in parts for row in part] == [(n, str(n)) for n in range(1, 30_001)]
        assert max(map(len, parts)) <= AT_ONCE
        assert len(parts) < 10_000
        assert cursor.fetchmany(AT_ONCE) == []
    assert connection.execute("SELECT 1").fetchone() == (1,)


def test_rows_of_megabytes_are_not_collected(connection):
    with closing(StreamedCursor(connection, "c")) as cursor:
        cursor.execute("SELECT repeat('x', 4000000) FROM generate_series(1, 15)")
        parts = [len(part) for part in _fetched(cursor)]
    assert sum(parts) == 15
    assert max(parts) <= 4


def test_an_error_behind_rows_is_the_querys(connection):
    with closing(StreamedCursor(connection, "c")) as cursor:
        cursor.execute("SELECT 1 / (20000 - n) FROM generate_series(1, 30000) AS n")
        parts = _fetched(cursor)
        assert next(parts)
        with pytest.raises(psycopg.errors.DivisionByZero):
            list(parts)
    connection.rollback()
    assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_query_that_is_left_in_the_middle_is_ended(connection):
    with closing(StreamedCursor(connection, "c")) as cursor:
        cursor.execute("SELECT n FROM generate_series(1, 10000000) AS n")
        assert cursor.fetchmany(1) == [(1,)]
        assert cursor.fetchmany(AT_ONCE)[0] == (2,)
    connection.rollback()
    assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_query_without_rows_says_what_its_columns_are(connection):
    with closing(StreamedCursor(connection, "c")) as cursor:
        cursor.execute("SELECT 1 AS a, 'x' AS b WHERE false")
        assert [column.name for column in cursor.description] == ["a", "b"]
        assert cursor.fetchmany(AT_ONCE) == []
