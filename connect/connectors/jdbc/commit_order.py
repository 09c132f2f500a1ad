"""How far a table can be read so that no row can still appear behind.

Ids and times are given when a transaction writes, rows are seen when it commits: a reader that
remembers the last one it saw misses what commits late with a lower one. Two facts of PostgreSQL
help. A writer holds a lock on its table from before it takes an id until after its rows can be
seen. And a transaction holds a lock on its own number from its start, whose time ``now()`` is, to
its end. So: note how far rows go, then who is at work; once all of those have ended, every row up
to there can be seen, and none can come.

What escapes it: ids that a program or a session's cache took long before it writes, and times of
another clock. ``timestamp.delay.interval.ms`` is for these.

Source: PostgreSQL's manual, ``pg_locks`` and explicit locking; ``CREATE INDEX CONCURRENTLY`` waits
in the same way.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa

STATEMENT_MARGIN: Final = timedelta(milliseconds=100)
"""``now()`` is taken a moment before its transaction's lock can be seen."""

_WRITERS: Final = sa.text("""
    WITH RECURSIVE tree(id) AS (
        SELECT to_regclass(:name)::oid
        UNION SELECT i.inhrelid FROM pg_inherits i JOIN tree ON i.inhparent = tree.id
    )
    SELECT DISTINCT l.virtualtransaction FROM pg_locks l JOIN tree ON l.relation = tree.id
    WHERE l.locktype = 'relation' AND l.granted
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND l.mode IN ('RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock',
                     'AccessExclusiveLock')
""")
_TRANSACTIONS: Final = sa.text("""
    SELECT l.virtualtransaction FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.locktype = 'virtualxid' AND l.granted AND a.datname = current_database()
      AND a.usesysid IS NOT NULL AND l.pid <> pg_backend_pid()
    UNION ALL
    SELECT '-1/' || transaction FROM pg_prepared_xacts WHERE database = current_database()
""")
_STANDBY: Final = sa.text("""
    SELECT pg_is_in_recovery(), pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint
    FROM pg_current_snapshot() AS s
""")


@dataclass(frozen=True, slots=True)
class AtWork:
    """Who could still add rows. ``oldest`` and ``next`` are transaction ids of a standby, which
    knows its primary's transactions by nothing else; None elsewhere."""

    who: frozenset[str]
    oldest: int | None = None
    next: int | None = None

    @property
    def nobody(self) -> bool:
        return not self.who and self.oldest == self.next

    def has_ended(self, now: "AtWork") -> bool:
        """Whether all of these have ended, given who is at work now."""
        if self.who & now.who:
            return False
        return self.next is None or (now.oldest is not None and now.oldest >= self.next)


@dataclass(slots=True)
class CommitOrder:
    """How far may be read, told by looks at a table one after the other. Pure.

    ``settled`` is a bound that no row can come below any more, ``waiting`` one for which some
    transactions still have to end.
    """

    settled: Any = None
    waiting: tuple[Any, AtWork] | None = None

    def look(self, bound: Any, at_work: AtWork) -> Any:
        """What is settled.

        Args:
            bound: how far rows go; noted *before* ``at_work``.
        """
        if self.waiting is not None and self.waiting[1].has_ended(at_work):
            self.settled = self.waiting[0]
            self.waiting = None
        if at_work.nobody:
            self.settled = bound
            self.waiting = None
        elif self.waiting is None:
            self.waiting = (bound, at_work)
        return self.settled


def writers(connection: sa.Connection, quoted_table: str) -> AtWork:
    """Who writes to a table, to its partitions or what inherits from it."""
    return _at_work(connection, _WRITERS, {"name": quoted_table})


def transactions(connection: sa.Connection) -> AtWork:
    """Whose transactions are open in this database, whatever they do; but for our own."""
    return _at_work(connection, _TRANSACTIONS, {})


def _at_work(connection: sa.Connection, query: sa.TextClause, values: dict[str, str]) -> AtWork:
    in_recovery, oldest, following = connection.execute(_STANDBY).one()
    if in_recovery:
        return AtWork(frozenset(), oldest, following)
    return AtWork(frozenset(connection.execute(query, values).scalars()))
