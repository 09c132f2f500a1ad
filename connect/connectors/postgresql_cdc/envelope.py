"""Debezium's envelope: what a change's value looks like. Pure.

Source: Debezium's manual, PostgreSQL connector, "Data change events"; names and types are its own.
"""

from dataclasses import replace
from typing import Any, Final

from connect.spi.schema import (
    INT64,
    OPTIONAL_INT64,
    OPTIONAL_STRING,
    STRING,
    Field,
    Schema,
    struct,
)

VERSION: Final = "1.0.0"
"""Of the connector; ``source.version`` tells it."""

CREATE: Final = "c"
UPDATE: Final = "u"
DELETE: Final = "d"
TRUNCATE: Final = "t"
READ: Final = "r"

_SNAPSHOT: Final = Schema(
    STRING.type,
    optional=True,
    default="false",
    name="io.debezium.data.Enum",
    version=1,
    parameters={"allowed": "true,last,false"},
)
SOURCE_SCHEMA: Final = struct(
    Field("version", STRING),
    Field("connector", STRING),
    Field("name", STRING),
    Field("ts_ms", INT64),
    Field("snapshot", _SNAPSHOT),
    Field("db", STRING),
    Field("sequence", OPTIONAL_STRING),
    Field("schema", STRING),
    Field("table", STRING),
    Field("txId", OPTIONAL_INT64),
    Field("lsn", OPTIONAL_INT64),
    name="io.debezium.connector.postgresql.Source",
)
HEARTBEAT_KEY: Final = struct(
    Field("serverName", STRING), name="io.debezium.connector.common.ServerNameKey"
)
HEARTBEAT_VALUE: Final = struct(
    Field("ts_ms", INT64), name="io.debezium.connector.common.Heartbeat"
)


def envelope_schema(name: str, row: Schema) -> Schema:
    """``row`` is the optional struct of a row's values."""
    return replace(
        struct(
            Field("before", row),
            Field("after", row),
            Field("source", SOURCE_SCHEMA),
            Field("op", STRING),
            Field("ts_ms", OPTIONAL_INT64),
            name=name,
        ),
        version=1,
    )


def source_base(prefix: str, database: str) -> dict[str, Any]:
    """What is the same for all changes; the others follow."""
    return {"version": VERSION, "connector": "postgresql", "name": prefix, "db": database}
