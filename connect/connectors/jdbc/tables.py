"""What the source reads: its tables, or its query, as they are in the database now."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import psycopg
import sqlalchemy as sa
from pymysql.constants import FIELD_TYPE
from sqlalchemy.dialects import mysql
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.types import TypeEngine

from connect.connectors.jdbc.database import Database
from connect.connectors.jdbc.source_settings import Mode, SourceSettings
from connect.connectors.jdbc.source_types import Convert, mapped
from connect.connectors.jdbc.url import Backend
from connect.spi.errors import ConnectError
from connect.spi.schema import Field, Schema, optional, struct

QUERY: Final = "query"
_COLON: Final = re.compile(r"(?<![:\w\\]):(?=\w)")
_MYSQL_TYPES: Final[dict[int, TypeEngine[Any]]] = {
    FIELD_TYPE.TINY: sa.SmallInteger(), FIELD_TYPE.SHORT: sa.Integer(),
    FIELD_TYPE.INT24: sa.Integer(), FIELD_TYPE.LONG: sa.BigInteger(),
    FIELD_TYPE.LONGLONG: sa.BigInteger(), FIELD_TYPE.YEAR: sa.Integer(),
    FIELD_TYPE.FLOAT: mysql.FLOAT(), FIELD_TYPE.DOUBLE: sa.Double(),
    FIELD_TYPE.DATE: sa.Date(), FIELD_TYPE.TIME: sa.Time(),
    FIELD_TYPE.DATETIME: mysql.DATETIME(fsp=6), FIELD_TYPE.TIMESTAMP: mysql.TIMESTAMP(fsp=6),
    FIELD_TYPE.BIT: mysql.BIT(),
}  # fmt: skip

_SQLITE_TYPES: Final[dict[type, TypeEngine[Any]]] = {
    int: sa.BigInteger(), float: sa.Double(), str: sa.Text(), bytes: sa.LargeBinary(),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Relation:
    """A table, a view, or the query as one: what rows are selected from, and how they are to be
    read.

    ``quoted`` names the table in PostgreSQL's syntax, None for a query or view. ``tie`` are the
    columns that tell rows of one timestamp apart, empty when there are none.
    """

    name: str
    schema: str | None
    source: sa.FromClause
    columns: tuple[sa.ColumnElement[Any], ...]
    value_schema: Schema
    converts: tuple[tuple[str, Convert], ...]
    incrementing: sa.ColumnElement[Any] | None
    timestamp: sa.ColumnElement[Any] | None
    tie: tuple[sa.ColumnElement[Any], ...]
    quoted: str | None

    @property
    def full_name(self) -> str:
        return f"{self.schema}.{self.name}" if self.schema else self.name

    def value(self, row: tuple[Any, ...]) -> dict[str, Any]:
        """A record's value, out of the columns' values in their order."""
        names = [field.name for field in self.value_schema.fields]
        value = dict(zip(names, row, strict=True))
        for name, convert in self.converts:
            if value[name] is not None:
                value[name] = convert(value[name])
        return value


def relation_names(
    connection: sa.Connection, settings: SourceSettings
) -> Iterator[tuple[str | None, str, bool]]:
    """(schema, name, whether a view) of what the configuration includes; schema None: default."""
    inspector = sa.inspect(connection)
    schemas: list[str | None] = [settings.schema]
    if settings.schema is None and any("." in each.pattern for each in settings.include):
        schemas += [
            name for name in inspector.get_schema_names() if name != inspector.default_schema_name
        ]
    for schema in schemas:
        shown = schema or inspector.default_schema_name
        tables = inspector.get_table_names(schema) if "TABLE" in settings.kinds else []
        views = inspector.get_view_names(schema) if "VIEW" in settings.kinds else []
        for name in [*tables, *views]:
            # The default schema's tables are meant by their bare names too, others' are not.
            if settings.includes(shown, name):
                yield schema, name, name in views


def table_relation(
    connection: sa.Connection,
    settings: SourceSettings,
    schema: str | None,
    name: str,
    is_view: bool,
) -> Relation:
    """
    Raises:
        ConnectError: it has not the columns that the mode reads by.
    """
    table = sa.Table(
        name, sa.MetaData(), schema=schema, autoload_with=connection, resolve_fks=False
    )
    quoted = None
    if connection.dialect.name == "postgresql" and not is_view:
        quoted = connection.dialect.identifier_preparer.format_table(table).replace("%%", "%")
    return _relation(
        settings, table, tuple(table.c), tuple(table.primary_key), name, schema, quoted
    )


def query_relation(database: Database, settings: SourceSettings) -> Relation:
    """The query as something to select from; its columns are those of an empty answer."""
    assert settings.query is not None
    text = _COLON.sub(r"\\:", settings.query)
    with database.transaction("looking at the query's columns") as connection:
        empty = connection.execute(
            sa.text(f"SELECT * FROM ({text}) AS query_of_connector WHERE 1 = 0")
        )
        description = list(empty.cursor.description) if empty.cursor is not None else []
        kinds = [_kind(connection, described) for described in description]
        if database.backend is Backend.SQLITE:
            # Its results have no types but those of their values.
            first = connection.execute(sa.text(f"SELECT * FROM ({text}) AS q LIMIT 1")).first()
            kinds = [_SQLITE_TYPES.get(type(value), sa.types.NULLTYPE) for value in first or kinds]
    columns = [
        sa.column(described[0], kind) for described, kind in zip(description, kinds, strict=True)
    ]
    found = sa.text(text).columns(*columns).subquery("query_of_connector")
    return _relation(settings, found, tuple(found.c), (), QUERY, None, None)


def _relation(  # noqa: PLR0917 (what both kinds of relation are made of)
    settings: SourceSettings,
    source: sa.FromClause,
    columns: tuple[sa.ColumnElement[Any], ...],
    primary_key: tuple[sa.ColumnElement[Any], ...],
    name: str,
    schema: str | None,
    quoted: str | None,
) -> Relation:
    fields, converts = [], []
    for column in columns:
        column_name, nullable = str(column.key), getattr(column, "nullable", True)
        found = mapped(column.type, settings.numbers, settings.connection.zone)
        fields.append(Field(column_name, optional(found.schema) if nullable else found.schema))
        if found.convert is not None:
            converts.append((column_name, found.convert))
    incrementing, timestamp = None, None
    if settings.mode in {Mode.INCREMENTING, Mode.BOTH}:
        incrementing = _incrementing(settings, source, primary_key, name)
    if settings.mode in {Mode.TIMESTAMP, Mode.BOTH}:
        timestamp = _timestamp(settings, source, name)
    telling = all(isinstance(column.type, sa.Integer | sa.String) for column in primary_key)
    return Relation(
        name=name, schema=schema, source=source, columns=columns,
        value_schema=struct(*fields, name=name), converts=tuple(converts),
        incrementing=incrementing, timestamp=timestamp,
        tie=primary_key if telling else (), quoted=quoted,
    )  # fmt: skip


def _incrementing(
    settings: SourceSettings,
    source: sa.FromClause,
    primary_key: tuple[sa.ColumnElement[Any], ...],
    name: str,
) -> sa.ColumnElement[Any]:
    if settings.incrementing is None and len(primary_key) != 1:
        raise ConnectError(
            f"table {name} has no primary key of one column; name incrementing.column.name"
        )
    wanted = settings.incrementing or str(primary_key[0].key)
    return _column(settings, source, wanted, name)


def _timestamp(settings: SourceSettings, source: sa.FromClause, name: str) -> sa.ColumnElement[Any]:
    several = len(settings.timestamps) > 1
    columns = [
        _column(settings, source, each, name, may_be_null=several) for each in settings.timestamps
    ]
    return sa.func.coalesce(*columns) if several else columns[0]


def _column(
    settings: SourceSettings,
    source: sa.FromClause,
    wanted: str,
    name: str,
    *,
    may_be_null: bool = False,
) -> sa.ColumnElement[Any]:
    column = source.c.get(wanted)
    if column is None:
        raise ConnectError(f"table {name} has no column {wanted}")
    can_be_null = isinstance(source, sa.Table) and getattr(column, "nullable", False)
    if settings.refuses_null and can_be_null and not may_be_null:
        raise ConnectError(
            f"column {wanted} of table {name} can be null, and such rows would never be read; "
            "make it NOT NULL, or set validate.non.null=false"
        )
    return column


def _kind(connection: sa.Connection, described: Any) -> TypeEngine[Any]:
    """A column's type out of a driver's description of a result."""
    code = described[1]
    if isinstance(described, psycopg.Column):
        sql = connection.execute(
            sa.text("SELECT format_type(:code, NULL)"), {"code": code}
        ).scalar_one()
        if sql == "numeric":
            return sa.Numeric(described.precision, described.scale)
        known = ischema_names.get(str(sql))
        if known is None:
            return sa.types.NULLTYPE
        zoned = str(sql).endswith("with time zone")
        found: TypeEngine[Any] = known(timezone=True) if zoned else known()
        return found
    if connection.dialect.name in {"mysql", "mariadb"}:
        if code in {FIELD_TYPE.DECIMAL, FIELD_TYPE.NEWDECIMAL}:
            return sa.Numeric(described[4], described[5])
        return _MYSQL_TYPES.get(code, sa.types.NULLTYPE)
    return sa.types.NULLTYPE
