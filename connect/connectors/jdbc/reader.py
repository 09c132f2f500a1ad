"""Reads one relation, or a slice of it, from its position on: page by page, each in a transaction
of its own, and of that no more rows at a time than the database has sent."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from connect.connectors.jdbc.commit_order import (
    STATEMENT_MARGIN,
    AtWork,
    CommitOrder,
    transactions,
    writers,
)
from connect.connectors.jdbc.database import Database
from connect.connectors.jdbc.position import Order, Values, positions
from connect.connectors.jdbc.source_settings import LateCommits, Mode, SourceSettings
from connect.connectors.jdbc.tables import Relation
from connect.connectors.jdbc.url import Backend
from connect.spi.errors import ConnectError
from connect.spi.records import SourceRecord

PAGE_ROWS: Final = 50_000
"""A page is one query: without an index each one sorts, so pages are large; while one is read its
transaction is open, so they are not larger."""
BLOCK: Final = 10_000
"""So many ids of a slice stand together: a page of an index then holds rows of one slice."""


@dataclass(slots=True)
class Reader:
    """``position`` is after the last record that was handed on; None: before all.

    ``slice`` is of ``settings.slices``. ``due`` is when to look again, by the caller's clock.
    """

    settings: SourceSettings
    relation: Relation
    slice: int
    position: Values | None
    order: Order
    first: datetime | None = None
    """Rows of an earlier time are not read while there is no position."""
    commits: CommitOrder = field(default_factory=CommitOrder)
    due: float = 0.0
    waits: bool = False
    """Whether transactions have to end before more can be read."""
    more: bool = False
    """Whether the last page was full."""

    @property
    def partition(self) -> dict[str, Any]:
        return source_partition(self.settings, self.relation, self.slice)

    @property
    def topic(self) -> str:
        if self.settings.query:
            return self.settings.prefix
        return f"{self.settings.prefix}{self.relation.name}"

    def records(self, database: Database) -> Iterator[SourceRecord]:
        """The next page. ``position`` moves as records are taken.

        Raises:
            ConnectError: of the kind that says whose trouble it is.
        """
        self.more = False
        doing = f"reading {self.relation.full_name}"
        bounded = True
        if self.settings.mode is not Mode.BULK:
            with database.transaction(doing) as connection:
                bounded = self._look(connection)
        if bounded:
            yield from self._page(database, doing)

    def _look(self, connection: sa.Connection) -> bool:
        """Find out how far may be read. False: no further than what has been."""
        bound, at_work = self._bound(connection)
        settled = self.commits.look(bound, at_work)
        self.waits = self.commits.waiting is not None
        if settled is None:
            return False
        return self.position is None or settled > self.position[0]

    def _bound(self, connection: sa.Connection) -> tuple[Any, AtWork]:
        relation = self.relation
        guarded = (
            self.settings.late_commits is LateCommits.WAIT
            and self.settings.connection.url.backend is Backend.POSTGRESQL
        )
        if relation.timestamp is not None:
            clock = _clock(connection) - timedelta(milliseconds=self.settings.delay_ms)
            bound = self._local(clock - STATEMENT_MARGIN if guarded else clock)
            return bound, transactions(connection) if guarded else AtWork(frozenset())
        assert relation.incrementing is not None
        bound = connection.execute(sa.select(sa.func.max(relation.incrementing))).scalar()
        if not guarded:
            return bound, AtWork(frozenset())
        if relation.quoted is None:
            return bound, transactions(connection)
        return bound, writers(connection, relation.quoted)

    def _local(self, clock: datetime) -> Any:
        """``clock`` as the timestamp column has it, no finer than the column."""
        kind = self.relation.timestamp.type if self.relation.timestamp is not None else None
        if self.settings.connection.url.backend is Backend.SQLITE:
            local = clock.astimezone(self.settings.connection.zone)
            return local.replace(tzinfo=None).isoformat(" ", "seconds")
        digits = _digits(kind, self.settings.connection.url.backend)
        clock = clock.replace(
            microsecond=clock.microsecond // 10 ** (6 - digits) * 10 ** (6 - digits)
        )
        if getattr(kind, "timezone", False):
            return clock
        is_utc = isinstance(kind, sa.TIMESTAMP) and self.settings.connection.url.backend.is_mysql
        zone = UTC if is_utc else self.settings.connection.zone
        return clock.astimezone(zone).replace(tzinfo=None)

    def _page(self, database: Database, doing: str) -> Iterator[SourceRecord]:
        relation, settings = self.relation, self.settings
        columns = len(relation.columns)
        with database.transaction(doing) as connection:
            found = connection.execute(self._select(), execution_options=database.streaming)
            counted = 0

            def rows() -> Iterator[tuple[Values, tuple[Any, ...]]]:
                nonlocal counted
                for row in found:
                    counted += 1
                    yield tuple(row[columns:]), tuple(row[:columns])

            # A transaction can only end when nothing more comes.
            with closing(found):
                partition = self.partition
                reached = positions(rows(), self.position, unique=self.order.unique)
                for row, position in reached:
                    record = SourceRecord(
                        self.topic, None, relation.value(row),
                        value_schema=relation.value_schema,
                        source_partition=partition,
                        source_offset=self._offset(position, counted),
                    )  # fmt: skip
                    self.position = position if settings.mode is not Mode.BULK else None
                    yield record
        self.more = self.order.unique and settings.mode is not Mode.BULK and counted >= PAGE_ROWS

    def _offset(self, position: Values | None, counted: int) -> dict[str, Any]:
        if self.settings.mode is Mode.BULK:
            return {"rows": counted}
        return self.order.offset(position)

    def _select(self) -> sa.Select[Any]:
        relation, settings = self.relation, self.settings
        by = ordering(relation, settings)
        raw = [_raw(column, settings) for column in by]
        query = sa.select(
            *relation.columns, *(each.label(f"position {n}") for n, each in enumerate(raw))
        ).select_from(relation.source)
        if settings.mode is Mode.BULK:
            return query
        bound = _literal(self.commits.settled, raw[0])
        query = query.where(raw[0] < bound if relation.timestamp is not None else raw[0] <= bound)
        if self.position is not None:
            query = query.where(_after(raw, self.position))
        elif self.first is not None and relation.timestamp is not None:
            query = query.where(raw[0] >= _literal(self._local(self.first), raw[0]))
        if settings.slices > 1:
            assert relation.incrementing is not None
            whole = sa.func.abs(relation.incrementing, type_=sa.BigInteger())
            block = whole // sa.literal(BLOCK, sa.BigInteger())
            query = query.where(block % settings.slices == self.slice)
        query = query.order_by(*by)
        return query.limit(PAGE_ROWS) if self.order.unique else query


def ordering(relation: Relation, settings: SourceSettings) -> list[sa.ColumnElement[Any]]:
    """The columns that rows are read in the order of."""
    match settings.mode:
        case Mode.BULK:
            return []
        case Mode.INCREMENTING:
            assert relation.incrementing is not None
            return [relation.incrementing]
        case Mode.BOTH:
            assert relation.timestamp is not None
            assert relation.incrementing is not None
            return [relation.timestamp, relation.incrementing]
        case Mode.TIMESTAMP:
            assert relation.timestamp is not None
            return [relation.timestamp, *relation.tie]


def order_of(relation: Relation, settings: SourceSettings) -> Order:
    """
    Raises:
        ConnectError: rows of one timestamp cannot be told apart, and exactly-once is required.
    """
    columns = ordering(relation, settings)
    others = columns[1:] if relation.timestamp is not None else columns
    unique = settings.mode is not Mode.TIMESTAMP or bool(relation.tie)
    if settings.exactly_once and not unique:
        raise ConnectError(
            f"{relation.full_name} has no primary key of numbers or text, so rows of one timestamp "
            "come again after a failure; exactly.once.support=required needs one"
        )
    return Order(relation.timestamp is not None, tuple(str(each.key) for each in others), unique)


def source_partition(settings: SourceSettings, relation: Relation, part: int) -> dict[str, Any]:
    found: dict[str, Any] = {"query": "query"} if settings.query else {"table": relation.full_name}
    if settings.slices > 1:
        found |= {"slice": part, "slices": settings.slices}
    return found


def _after(columns: list[sa.ColumnElement[Any]], position: Values) -> sa.ColumnElement[bool]:
    """Rows behind ``position``; written so that an index of the first column is used."""
    values = [_literal(value, column) for value, column in zip(position, columns, strict=False)]
    if len(columns) == 1:
        return columns[0] > values[0]
    later: Callable[[int], sa.ColumnElement[bool]] = lambda n: sa.and_(  # noqa: E731
        *(columns[m] == values[m] for m in range(n)), columns[n] > values[n]
    )
    return sa.and_(columns[0] >= values[0], sa.or_(*(later(n) for n in range(len(columns)))))


def _raw(column: sa.ColumnElement[Any], settings: SourceSettings) -> sa.ColumnElement[Any]:
    """The column as its position is kept: SQLite's timestamps as the text that they are."""
    is_text = settings.connection.url.backend is Backend.SQLITE and isinstance(
        column.type, sa.DateTime | sa.Date
    )
    return sa.type_coerce(column, sa.Text()) if is_text else column


def _literal(value: Any, column: sa.ColumnElement[Any]) -> sa.BindParameter[Any]:
    return sa.literal(value, column.type)


def _digits(kind: Any, backend: Backend) -> int:
    """Of a second's fraction in a timestamp column."""
    if backend.is_mysql:
        return getattr(kind, "fsp", None) or 0
    precision = getattr(kind, "precision", None)
    return 6 if precision is None else int(precision)


def _clock(connection: sa.Connection) -> datetime:
    """The database's time, which its rows have theirs of."""
    match connection.dialect.name:
        case "postgresql":
            found = connection.execute(sa.text("SELECT clock_timestamp()")).scalar_one()
            assert isinstance(found, datetime)
            return found
        case "sqlite":
            return datetime.now(UTC)
    found = connection.execute(sa.text("SELECT UTC_TIMESTAMP(6)")).scalar_one()
    assert isinstance(found, datetime)
    return found.replace(tzinfo=UTC)
