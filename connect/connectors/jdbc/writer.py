"""Batches as statements that SQLAlchemy compiles for MySQL, MariaDB and SQLite."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, tzinfo
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, sqlite
from sqlalchemy.ext.compiler import compiles

from connect.connectors.jdbc.bound_values import Bind, bind_for, parts
from connect.connectors.jdbc.fold import InsertMode
from connect.connectors.jdbc.rows import Batch, Columns
from connect.connectors.jdbc.url import Backend


class StatementWriter:
    """``ignores``: a row whose key is there already is left as it is, instead of a fault."""

    def __init__(self, backend: Backend, mode: InsertMode, zone: tzinfo, *, ignores: bool) -> None:
        self._backend = backend
        self._mode = mode
        self._ignores = ignores
        self._zone = zone

    def write(
        self, connection: sa.Connection, table: sa.Table, batch: Batch, batch_rows: int
    ) -> None:
        """One statement for up to ``batch_rows`` rows, in the caller's transaction."""
        binds = self._binds(table)
        keys = batch.key_columns
        if batch.deletes:
            doomed = _bare(table, keys)
            gone = sa.delete(doomed).where(*_matches(doomed, keys))
            names = [_key_name(number) for number, _ in enumerate(keys)]
            for part in parts(batch.deletes, batch_rows):
                connection.execute(gone, _bound(names, part, [binds[name] for name in keys]))
        for columns, rows in batch.writes.items():
            rest = [column for column in columns if column not in keys]
            if self._mode is InsertMode.UPDATE:
                self._update(connection, table, keys, columns, parts(rows, batch_rows))
                continue
            statement = self._inserting(_bare(table, columns), keys, rest)
            kinds = [binds[name] for name in columns]
            for part in parts(rows, batch_rows):
                connection.execute(statement, _bound(columns, part, kinds))

    def _inserting(self, table: sa.TableClause, keys: Columns, rest: Sequence[str]) -> Any:
        upsert = self._mode is InsertMode.UPSERT and bool(rest)
        ignore = self._ignores or self._mode is InsertMode.UPSERT
        if self._backend is Backend.SQLITE:
            into = sqlite.insert(table)
            if upsert:
                new = {name: into.excluded[name] for name in rest}
                return into.on_conflict_do_update(index_elements=list(keys), set_=new)
            return into.on_conflict_do_nothing(index_elements=list(keys)) if ignore else into
        into_mysql = mysql.insert(table)
        if upsert:
            return into_mysql.on_duplicate_key_update({name: _Inserted(name) for name in rest})
        if ignore:
            # INSERT IGNORE would also swallow what does not fit: this changes nothing instead.
            same = {name: table.c[name] for name in keys}
            return into_mysql.on_duplicate_key_update(same)
        return into_mysql

    def _update(
        self,
        connection: sa.Connection,
        table: sa.Table,
        keys: Columns,
        columns: Columns,
        found: Iterable[Sequence[tuple[Any, ...]]],
    ) -> None:
        rest = [name for name in columns if name not in keys]
        if not rest:
            return
        names = [
            _key_name(keys.index(name)) if name in keys else f"new value of {name}"
            for name in columns
        ]
        bare = _bare(table, columns)
        new: dict[Any, Any] = {bare.c[name]: sa.bindparam(f"new value of {name}") for name in rest}
        statement = sa.update(bare).where(*_matches(bare, keys)).values(new)
        binds = self._binds(table)
        for part in found:
            connection.execute(statement, _bound(names, part, [binds[name] for name in columns]))

    def _binds(self, table: sa.Table) -> Mapping[str, Bind]:
        here = bind_for(self._backend, self._zone)
        utc = bind_for(self._backend, UTC)
        # MySQL's TIMESTAMP is of the session's zone, which is UTC.
        return {
            column.name: utc if isinstance(column.type, sa.TIMESTAMP) else here
            for column in table.c
        }


class _Inserted(sa.ColumnElement[Any]):
    """What the row that met another would have put into the column. SQLAlchemy's own (``inserted``)
    doubles a percent sign in the name twice."""

    inherit_cache = False

    def __init__(self, name: str) -> None:
        self.name = name


@compiles(_Inserted, "mysql", "mariadb")
def _values_of(element: _Inserted, compiler: Any, **_options: Any) -> str:
    return f"VALUES({compiler.preparer.quote(element.name)})"


def _bare(table: sa.Table, columns: Columns) -> sa.TableClause:
    """The table without its columns' types: values are bound as they are."""
    return sa.table(table.name, *(sa.column(name) for name in columns), schema=table.schema)


def _matches(bare: sa.TableClause, keys: Columns) -> list[sa.ColumnElement[bool]]:
    return [bare.c[name] == sa.bindparam(_key_name(number)) for number, name in enumerate(keys)]


def _key_name(number: int) -> str:
    """A parameter's name that is no column's."""
    return f"value of key {number}"


def _bound(
    names: Sequence[str], rows: Iterable[Sequence[Any]], binds: Sequence[Bind]
) -> list[dict[str, Any]]:
    return [
        {name: bind(value) for name, bind, value in zip(names, binds, row, strict=True)}
        for row in rows
    ]
