"""The sink's tables as they are in the database, made and widened where that is allowed."""

from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.schema import CreateColumn, CreateTable

from connect.connectors.jdbc.column_types import column_type
from connect.connectors.jdbc.database import Database
from connect.connectors.jdbc.rows import Batch
from connect.connectors.jdbc.sink_settings import OnMissing
from connect.spi.errors import ConnectError, DataError
from connect.spi.schema import Schema

Name = tuple[str | None, str]
"""(schema, table)."""


class SinkTables:
    """Looked at once, and again after ``forget``: somebody may change a table at any time."""

    def __init__(
        self, database: Database, missing_tables: OnMissing, missing_columns: OnMissing
    ) -> None:
        self._database = database
        self._missing_tables = missing_tables
        self._missing_columns = missing_columns
        self._known: dict[Name, sa.Table] = {}

    def forget(self) -> None:
        self._known.clear()

    def fit(self, name: Name, batch: Batch) -> sa.Table:
        """The table, with every column of ``batch``.

        Raises:
            ConnectError: it is not there, or lacks a column, and may not be changed.
            DataError: a column that is missing is null in all records: its type is unknown.
        """
        table = self._known.get(name)
        if table is None:
            table = self._look(name)
        if table is None:
            table = self._create(name, batch)
        wanted = dict.fromkeys(column for columns in batch.writes for column in columns)
        lacking = [column for column in (*batch.key_columns, *wanted) if column not in table.c]
        if lacking:
            table = self._widen(name, table, dict.fromkeys(lacking), batch)
        self._known[name] = table
        return table

    def _look(self, name: Name) -> sa.Table | None:
        schema, table = name
        with self._database.transaction(f"looking at table {_shown(name)}") as connection:
            try:
                return sa.Table(
                    table, sa.MetaData(), schema=schema, autoload_with=connection,
                    resolve_fks=False,
                )  # fmt: skip
            except sa.exc.NoSuchTableError:
                return None

    def _create(self, name: Name, batch: Batch) -> sa.Table:
        if self._missing_tables is OnMissing.FAIL:
            raise ConnectError(
                f"there is no table {_shown(name)}; create it, or set auto.create=true"
            )
        schema, table = name
        columns = dict.fromkeys(column for columns in batch.writes for column in columns)
        made = sa.Table(
            table,
            sa.MetaData(),
            *(
                _column(column, batch.schemas, in_key=column in batch.key_columns)
                for column in dict.fromkeys((*batch.key_columns, *columns))
                if column in batch.schemas or column in batch.key_columns
            ),
            schema=schema,
        )
        with self._database.transaction(f"creating table {_shown(name)}") as connection:
            # Another task may have been faster: then its table is the one.
            connection.execute(CreateTable(made, if_not_exists=True))
        found = self._look(name)
        if found is None:
            raise ConnectError(f"table {_shown(name)} was created and is not there")
        return found

    def _widen(self, name: Name, table: sa.Table, lacking: Iterable[str], batch: Batch) -> sa.Table:
        lacking = list(lacking)
        if self._missing_columns is OnMissing.FAIL:
            raise ConnectError(
                f"table {_shown(name)} has no column {', '.join(lacking)}; add it, leave it out "
                "by fields.whitelist, or set auto.evolve=true"
            )
        if of_key := [column for column in lacking if column in batch.key_columns]:
            raise ConnectError(
                f"table {_shown(name)} has no column {', '.join(of_key)}, which is to be of the "
                "primary key: auto.evolve adds only columns that can be null"
            )
        for column in lacking:
            self._add(name, table, _column(column, batch.schemas, in_key=False))
        found = self._look(name)
        if found is None:
            raise ConnectError(f"table {_shown(name)} has gone")
        return found

    def _add(self, name: Name, table: sa.Table, column: sa.Column[object]) -> None:
        dialect = self._database.engine.dialect
        # The column must belong to a table for its definition to be compiled.
        sa.Table(table.name, sa.MetaData(), column, schema=table.schema)
        definition = str(CreateColumn(column).compile(dialect=dialect))
        quoted = dialect.identifier_preparer.format_table(table)
        statement = f"ALTER TABLE {quoted} ADD COLUMN {definition}"
        try:
            with self._database.transaction(f"widening table {_shown(name)}") as connection:
                connection.exec_driver_sql(statement)
        except ConnectError:
            found = self._look(name)
            if found is None or column.name not in found.c:
                raise


def _column(name: str, schemas: Mapping[str, Schema], *, in_key: bool) -> sa.Column[object]:
    schema = schemas.get(name)
    if schema is None:
        raise DataError(
            f"column {name} is to be made, and is null in all records: its type is unknown"
        )
    kind = column_type(name, schema, in_key=in_key)
    return sa.Column(
        name, kind, primary_key=in_key, nullable=not in_key, autoincrement=False, quote=True
    )


def _shown(name: Name) -> str:
    schema, table = name
    return f"{schema}.{table}" if schema else table
