"""Transactions that the database gives up to let others go on: they come again, and once."""

import threading
from contextlib import contextmanager

import psycopg
import pymysql
import pytest
import sqlalchemy as sa

from connect.connectors.jdbc.sink import JdbcSinkTask
from connect.spi.errors import ConnectError, DataError, RetriableError
from tests.connect.jdbc.test_jdbc_sink import closed, order, started, upserting  # noqa: F401
from tests.node.harness import wait_until

ROWS = "SELECT id, name, amount FROM orders ORDER BY id"
BLOCKED = {
    "postgresql": "SELECT count(*) FROM pg_locks WHERE NOT granted",
    "mariadb": "SELECT count(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'",
}


@pytest.fixture(params=["postgresql", "mariadb"])
def server(request):
    """One of the databases that know locks of rows."""
    return request.getfixturevalue(request.param)


def blocked(server) -> bool:
    return bool(server.rows(BLOCKED[server.engine.dialect.name])[0][0])


@contextmanager
def another_transaction(server):
    """Somebody else's, which goes on for as long as the block lasts."""
    connection = server.engine.connect()
    transaction = connection.begin()
    try:
        yield connection
    finally:
        if transaction.is_active:
            transaction.rollback()
        connection.close()


class Putting:
    """A ``put`` in a thread; ``error`` is what it raised."""

    def __init__(self, task: JdbcSinkTask, records) -> None:
        self.error: Exception | None = None
        self._thread = threading.Thread(target=self._put, args=(task, records))
        self._thread.start()

    def _put(self, task, records) -> None:
        try:
            task.put(records)
        except Exception as error:
            self.error = error

    def ended(self) -> Exception | None:
        self._thread.join(30)
        assert not self._thread.is_alive()
        return self.error


def code_of(error: BaseException | None) -> object:
    """SQLSTATE, or MariaDB's number, of the driver's error that was the cause."""
    while error is not None:
        original = error.orig if isinstance(error, sa.exc.DBAPIError) else error
        if isinstance(original, psycopg.Error):
            return original.sqlstate
        if isinstance(original, pymysql.err.Error):
            return original.args[0]
        error = error.__cause__
    return None


def be_the_last_to_end(server, other) -> None:
    """PostgreSQL ends who has waited for a second, as the task has before ``other`` has; InnoDB the
    transaction that has changed the least."""
    if server.engine.dialect.name == "mariadb":
        for row in range(100, 120):
            other.exec_driver_sql(f"UPDATE orders SET amount = amount + 1 WHERE id = {row}")


def test_a_deadlock_comes_again_and_leaves_each_row_once(server):
    setting_up = upserting(server)
    setting_up.put([order(n, "old", 0) for n in (1, 2, *range(100, 120))])
    task = upserting(server, max_retries="3")
    # Of one table rows are written in their order; each of these statements has one.
    records = [order(3, "new", 3), order(1, "ours", 1), order(2, "ours", 2)]
    with another_transaction(server) as other:
        other.exec_driver_sql("UPDATE orders SET name = 'theirs' WHERE id = 2")
        putting = Putting(task, records)
        wait_until(lambda: blocked(server), "the task to wait for row 2")
        be_the_last_to_end(server, other)
        # With this there is a circle.
        other.exec_driver_sql("UPDATE orders SET name = 'theirs' WHERE id = 1")
        error = putting.ended()
        assert isinstance(error, RetriableError), error
        assert (
            code_of(error) == {"postgresql": "40P01", "mariadb": 1213}[server.engine.dialect.name]
        )
        # All of the batch was undone, the row that nobody else wanted too.
        other.commit()
    assert server.rows(f"{ROWS} LIMIT 2") == [(1, "theirs", 0), (2, "theirs", 0)]
    assert task._context.pause_seconds == 3.0
    task.put(records)
    found = [(1, "ours", 1), (2, "ours", 2), (3, "new", 3)]
    assert server.rows(f"{ROWS} LIMIT 3") == found


def test_two_tasks_that_lock_each_other_write_all_rows_once(server):
    """Both come again as the runtime has them do; one of them at least had to."""
    upserting(server).put([order(n, "old", 0) for n in (1, 2)])
    tasks = [upserting(server, max_retries="50", batch_size="1") for _ in range(2)]
    both_ways = [[order(1, "a", 1), order(2, "a", 2)], [order(2, "b", 2), order(1, "b", 1)]]
    failures: list[object] = []

    def write(task, records, number):
        for turn in range(100):
            own = order(1000 + 2 * turn + number, f"of {number}", turn)
            while True:
                try:
                    task.put([records[0], own, records[1]])
                    break
                except RetriableError as error:
                    failures.append(code_of(error))

    threads = [
        threading.Thread(target=write, args=(task, records, number))
        for number, (task, records) in enumerate(zip(tasks, both_ways, strict=True))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    assert set(failures) <= {"40P01", 1213, 1205}
    found = server.rows("SELECT id, name, amount FROM orders WHERE id >= 1000 ORDER BY id")
    assert found == [(1000 + n, f"of {n % 2}", n // 2) for n in range(200)]
    one, two = server.rows(f"{ROWS} LIMIT 2")
    assert one[1] == two[1]


def test_plain_inserts_too_are_there_once_after_a_deadlock(postgresql):
    """Nothing of the first try is left that the second would meet."""
    place = "__connect_topic, __connect_partition, __connect_offset"
    postgresql.run(
        "CREATE TABLE events (__connect_topic VARCHAR(20), __connect_partition INT, "
        "__connect_offset BIGINT, name TEXT, amount INT)",
        f"CREATE UNIQUE INDEX events_place ON events ({place})",
    )
    task = started(postgresql, insert_mode="insert", pk_mode="kafka", table_name_format="events")
    records = [order(n, f"event {n}", n, offset=n) for n in range(5)]
    with another_transaction(postgresql) as other:
        # The task inserts an offset that they have inserted, having inserted one that they want.
        there = "INSERT INTO events VALUES ('orders', 0, {}, 'theirs', 0)"
        other.exec_driver_sql(there.format(4))
        putting = Putting(task, records)
        wait_until(lambda: blocked(postgresql), "the task to wait for offset 4")
        their_insert = threading.Thread(
            target=lambda: other.exec_driver_sql(there.format(0)), daemon=True
        )
        their_insert.start()
        error = putting.ended()
        their_insert.join(30)
        assert isinstance(error, RetriableError), error
        assert code_of(error) == "40P01"
        other.rollback()
    task.put(records)
    found = postgresql.rows("SELECT __connect_offset, name FROM events ORDER BY 1")
    assert found == [(n, f"event {n}") for n in range(5)]


def test_a_lock_that_nobody_gives_back_is_waited_for_again(mariadb):
    """1205. MariaDB itself undoes only the statement, so that the task has to undo the rest."""
    upserting(mariadb).put([order(1, "old", 0), order(2, "old", 0)])
    task = upserting(mariadb, max_retries="1", batch_size="1")
    task._database.connected().exec_driver_sql("SET innodb_lock_wait_timeout = 1")
    task._database.connected().commit()
    records = [order(3, "new", 3), order(2, "ours", 2)]
    with another_transaction(mariadb) as other:
        other.exec_driver_sql("UPDATE orders SET name = 'theirs' WHERE id = 2")
        with pytest.raises(RetriableError) as failed:
            task.put(records)
        assert code_of(failed.value) == 1205
        assert mariadb.rows("SELECT id FROM orders ORDER BY id") == [(1,), (2,)]
        other.rollback()
    task.put(records)
    assert mariadb.rows(ROWS) == [(1, "old", 0), (2, "ours", 2), (3, "new", 3)]


def test_a_serialization_failure_comes_again(postgresql):
    """40001: what a transaction saw is no longer so."""
    upserting(postgresql).put([order(1, "old", 0)])
    task = upserting(postgresql, max_retries="1")
    serializable = "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE"
    task._database.connected().exec_driver_sql(serializable)
    task._database.connected().commit()
    records = [order(1, "ours", 1), order(2, "new", 2)]
    with another_transaction(postgresql) as other:
        other.exec_driver_sql("UPDATE orders SET name = 'theirs' WHERE id = 1")
        putting = Putting(task, records)
        wait_until(lambda: blocked(postgresql), "the task to wait for row 1")
        other.commit()
        error = putting.ended()
    assert isinstance(error, RetriableError), error
    assert code_of(error) == "40001"
    assert postgresql.rows(ROWS) == [(1, "theirs", 0)]
    task.put(records)
    assert postgresql.rows(ROWS) == [(1, "ours", 1), (2, "new", 2)]


def test_after_its_repetitions_the_task_fails_and_nothing_was_written(mariadb):
    upserting(mariadb).put([order(1, "old", 0)])
    task = upserting(mariadb, max_retries="1", batch_size="1")
    with another_transaction(mariadb) as other:
        other.exec_driver_sql("UPDATE orders SET name = 'theirs' WHERE id = 1")
        for kind in (RetriableError, ConnectError):
            task._database.connected().exec_driver_sql("SET innodb_lock_wait_timeout = 1")
            task._database.connected().commit()
            with pytest.raises(kind) as failed:
                task.put([order(2, "new", 2), order(1, "ours", 1)])
            assert type(failed.value) is kind
            assert not isinstance(failed.value, DataError)
        other.rollback()
    assert mariadb.rows(ROWS) == [(1, "old", 0)]
