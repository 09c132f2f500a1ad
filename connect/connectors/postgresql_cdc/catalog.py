"""What the database's catalogue says of tables and types."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from connect.connectors.postgresql_cdc.column_types import DatabaseType
from connect.connectors.postgresql_cdc.messages import (
    Relation,
    RelationColumn,
    ReplicaIdentity,
)
from connect.connectors.postgresql_cdc.server import Connection

_TYPES: Final = """
    WITH RECURSIVE known AS (
        SELECT oid FROM pg_type WHERE oid = ANY(%(oids)s::oid[])
        UNION
        SELECT u.oid FROM known k JOIN pg_type t ON t.oid = k.oid
        JOIN pg_type u ON u.oid IN (t.typelem, t.typbasetype)
    )
    SELECT t.oid, t.typtypmod AS modifier, nullif(t.typbasetype, 0) AS base,
           CASE WHEN t.typtype = 'b' AND t.typcategory = 'A' AND t.oid NOT IN (22, 30)
                     AND e.typdelim = ',' THEN t.typelem END AS element,
           CASE WHEN t.typtype = 'e' THEN ARRAY(
               SELECT enumlabel::text FROM pg_enum WHERE enumtypid = t.oid ORDER BY enumsortorder
           ) END AS labels
    FROM known k JOIN pg_type t ON t.oid = k.oid LEFT JOIN pg_type e ON e.oid = t.typelem
    WHERE t.typtype IN ('d', 'e') OR t.typcategory = 'A'
"""
_PRIMARY_KEY: Final = """
    SELECT a.attname AS name FROM pg_index i
    JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY(i.indkey)
    WHERE i.indisprimary AND n.nspname = %s AND c.relname = %s
    ORDER BY array_position(i.indkey, a.attnum)
"""
_TABLES: Final = """
    SELECT n.nspname AS schema, c.relname AS name FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence = 'p'
      AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
    ORDER BY 1, 2
"""
_PUBLISHED: Final = """
    SELECT schemaname AS schema, tablename AS name, to_jsonb(p) -> 'attnames' AS columns,
           to_jsonb(p) ->> 'rowfilter' AS filter
    FROM pg_publication_tables p WHERE pubname = %s ORDER BY 1, 2
"""
_COLUMNS: Final = """
    SELECT c.oid, c.relreplident AS identity, a.attname AS name, a.atttypid AS type,
           a.atttypmod AS modifier,
           coalesce(CASE c.relreplident WHEN 'f' THEN true
               WHEN 'd' THEN a.attnum = ANY(pk.indkey) WHEN 'i' THEN a.attnum = ANY(ri.indkey)
           END, false) AS in_identity
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid
    LEFT JOIN pg_index pk ON pk.indrelid = c.oid AND pk.indisprimary
    LEFT JOIN pg_index ri ON ri.indrelid = c.oid AND ri.indisreplident
    WHERE n.nspname = %s AND c.relname = %s AND a.attnum > 0 AND NOT a.attisdropped
      AND a.attgenerated = ''
    ORDER BY a.attnum
"""


@dataclass(frozen=True, slots=True)
class PublishedTable:
    """``columns`` that are published, None for all; ``filter``: SQL that says which rows are."""

    schema: str
    name: str
    columns: frozenset[str] | None = None
    filter: str | None = None


def types(connection: Connection, oids: Collection[int]) -> dict[int, DatabaseType]:
    """Arrays, enums and domains among those types and what they are made of."""
    return {
        row["oid"]: DatabaseType(
            row["oid"],
            element_oid=row["element"],
            base_oid=row["base"],
            base_modifier=row["modifier"],
            labels=None if row["labels"] is None else tuple(row["labels"]),
        )
        for row in connection.execute(_TYPES, {"oids": list(oids)})
    }


def primary_key(connection: Connection, schema: str, table: str) -> tuple[str, ...]:
    """Its columns' names; none for a table without."""
    return tuple(row["name"] for row in connection.execute(_PRIMARY_KEY, [schema, table]))


def tables(connection: Connection) -> list[tuple[str, str]]:
    """(schema, name) of all that a publication may have; partitions are part of their table."""
    return [(row["schema"], row["name"]) for row in connection.execute(_TABLES)]


def published(connection: Connection, publication: str) -> list[PublishedTable]:
    return [
        PublishedTable(
            row["schema"],
            row["name"],
            None if row["columns"] is None else frozenset(row["columns"]),
            row["filter"],
        )
        for row in connection.execute(_PUBLISHED, [publication])
    ]


def relation(connection: Connection, table: PublishedTable) -> Relation:
    """A table as the stream would describe it now."""
    rows = list(connection.execute(_COLUMNS, [table.schema, table.name]))
    columns = tuple(
        RelationColumn(row["name"], row["type"], row["modifier"], row["in_identity"])
        for row in rows
        if table.columns is None or row["name"] in table.columns
    )
    identity = ReplicaIdentity(rows[0]["identity"]) if rows else ReplicaIdentity.NOTHING
    return Relation(rows[0]["oid"] if rows else 0, table.schema, table.name, identity, columns)
