"""Connect's schemas as columns' types, for tables and columns that the sink makes. Pure."""

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.types import TypeEngine

from connect.spi.errors import DataError
from connect.spi.schema import (
    DATE_NAME,
    DECIMAL_NAME,
    SCALE,
    TIME_NAME,
    TIMESTAMP_NAME,
    Schema,
    Type,
)

KEY_TEXT_LENGTH: Final = 255
"""MySQL indexes no text without a length; 255 characters of utf8mb4 fit InnoDB's 3072 bytes."""
MYSQL_PRECISION: Final = 65
MYSQL_SCALE_MAX: Final = 30

_PLAIN: Final[dict[Type, TypeEngine[Any]]] = {
    Type.INT8: sa.SmallInteger(),
    Type.INT16: sa.SmallInteger(),
    Type.INT32: sa.Integer(),
    Type.INT64: sa.BigInteger(),
    Type.FLOAT32: sa.REAL().with_variant(mysql.FLOAT(), "mysql", "mariadb"),
    Type.FLOAT64: sa.Double(),
    Type.BOOLEAN: sa.Boolean(),
    Type.STRING: sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb"),
    Type.BYTES: sa.LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb"),
}
_NESTED: Final[TypeEngine[Any]] = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_LOGICAL: Final[dict[str, TypeEngine[Any]]] = {
    DATE_NAME: sa.Date(),
    TIME_NAME: sa.Time().with_variant(mysql.TIME(fsp=3), "mysql", "mariadb"),
    TIMESTAMP_NAME: sa.DateTime().with_variant(mysql.DATETIME(fsp=3), "mysql", "mariadb"),
}


def column_type(name: str, schema: Schema, *, in_key: bool) -> TypeEngine[Any]:
    """
    Raises:
        DataError: no column holds such values.
    """
    if schema.name == DECIMAL_NAME:
        return _decimal(name, schema)
    if schema.name in _LOGICAL:
        return _LOGICAL[schema.name]
    if in_key and schema.type is Type.STRING:
        return sa.Text().with_variant(sa.String(KEY_TEXT_LENGTH), "mysql", "mariadb")
    if in_key and schema.type is Type.BYTES:
        return sa.LargeBinary().with_variant(sa.VARBINARY(KEY_TEXT_LENGTH), "mysql", "mariadb")
    return _PLAIN.get(schema.type, _NESTED)


def _decimal(name: str, schema: Schema) -> TypeEngine[Any]:
    try:
        scale = int(schema.parameters[SCALE])
    except (KeyError, ValueError) as error:
        raise DataError(f"column {name}: its decimal's schema has no scale") from error
    if not 0 <= scale <= MYSQL_SCALE_MAX:
        return sa.Numeric().with_variant(
            mysql.DECIMAL(MYSQL_PRECISION, MYSQL_SCALE_MAX), "mysql", "mariadb"
        )
    # PostgreSQL's NUMERIC without a precision holds any; SQLite has none.
    return sa.Numeric().with_variant(mysql.DECIMAL(MYSQL_PRECISION, scale), "mysql", "mariadb")
