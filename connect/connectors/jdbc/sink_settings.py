"""The sink's keys, and what they mean to its parts. Pure."""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from connect.connectors.jdbc.fold import Fold, InsertMode, PkMode
from connect.connectors.jdbc.settings import CONNECTION, ConnectionSettings, choice, key
from connect.spi.config import Config, ConfigDef, ConfigType, Importance, at_least, between, one_of
from connect.spi.errors import ConfigError

WRITES: Final = "Writes"
MAPPING: Final = "Data Mapping"
DDL: Final = "DDL Support"
RETRIES: Final = "Retries"
_PLACEHOLDER: Final = re.compile(r"\$\{([^}]*)\}")


class OnMissing(Enum):
    """Whether a table or column that is missing is made."""

    FAIL = False
    CREATE = True


def _table_format(name: str, value: Any) -> None:
    unknown = [each for each in _PLACEHOLDER.findall(value) if each != "topic"]
    if unknown or not value.strip():
        raise ConfigError(
            f"Invalid value {value} for configuration {name}: "
            "a table's name in which only ${topic} stands for something"
        )


SINK: Final = CONNECTION + ConfigDef(
    (
        key(
            "insert.mode",
            ConfigType.STRING,
            "insert",
            "insert, upsert (insert, or update the row of that key) or update.",
            WRITES,
            Importance.HIGH,
            validator=one_of("insert", "upsert", "update"),
        ),
        key(
            "batch.size",
            ConfigType.INT,
            3000,
            "How many rows one statement writes at most.",
            WRITES,
            validator=between(1, 20_000),
        ),
        key(
            "delete.enabled",
            ConfigType.BOOLEAN,
            False,
            "A tombstone deletes the row of its key; needs pk.mode=record_key.",
            WRITES,
        ),
        key(
            "table.name.format",
            ConfigType.STRING,
            "${topic}",
            "The table of a topic; SCHEMA.TABLE where a dot is in the format itself.",
            MAPPING,
            validator=_table_format,
        ),
        key(
            "pk.mode",
            ConfigType.STRING,
            "none",
            "What the primary key is: nothing, the record's coordinates in Kafka, or fields of the "
            "record's key or value.",
            MAPPING,
            Importance.HIGH,
            validator=one_of("none", "kafka", "record_key", "record_value"),
        ),
        key(
            "pk.fields",
            ConfigType.LIST,
            (),
            "The primary key's columns. pk.mode=kafka: names for topic, partition and offset.",
            MAPPING,
        ),
        key(
            "fields.whitelist",
            ConfigType.LIST,
            (),
            "Which of the value's fields are written; empty: all.",
            MAPPING,
        ),
        key(
            "auto.create",
            ConfigType.BOOLEAN,
            False,
            "Create a table that is missing, out of the first record's schema.",
            DDL,
        ),
        key(
            "auto.evolve",
            ConfigType.BOOLEAN,
            False,
            "Add columns that are missing; they can be null. Columns are never changed or dropped.",
            DDL,
        ),
        key(
            "max.retries",
            ConfigType.INT,
            10,
            "How often to repeat a batch when the database cannot take it just now.",
            RETRIES,
            validator=at_least(0),
        ),
        key(
            "retry.backoff.ms",
            ConfigType.INT,
            3000,
            "How long to wait before a batch is repeated.",
            RETRIES,
            validator=at_least(0),
        ),
    )
)


@dataclass(frozen=True, slots=True)
class TableFormat:
    """``schema`` and ``table`` with ``${topic}`` in them; a topic's own dots divide nothing."""

    schema: str | None
    table: str

    @classmethod
    def parse(cls, text: str) -> "TableFormat":
        schema, dot, table = text.strip().rpartition(".")
        return cls(schema if dot else None, table)

    def names(self, topic: str) -> tuple[str | None, str]:
        """(schema, table) of ``topic``."""
        schema = self.schema.replace("${topic}", topic) if self.schema is not None else None
        return schema, self.table.replace("${topic}", topic)


@dataclass(frozen=True, slots=True)
class SinkSettings:
    connection: ConnectionSettings
    fold: Fold
    table: TableFormat
    missing_tables: OnMissing
    missing_columns: OnMissing
    batch_rows: int
    retries: int
    backoff_seconds: float

    @classmethod
    def of(cls, config: Config) -> "SinkSettings":
        """Raises ``ConfigError`` for keys that contradict each other."""
        mode = InsertMode(choice(config, "insert.mode"))
        pk_mode = PkMode(choice(config, "pk.mode"))
        if mode is not InsertMode.INSERT and pk_mode is PkMode.NONE:
            raise ConfigError(f"insert.mode={mode.value} needs a primary key: set pk.mode")
        if config["delete.enabled"] and pk_mode is not PkMode.RECORD_KEY:
            raise ConfigError("delete.enabled needs pk.mode=record_key")
        fields = tuple(config["pk.fields"])
        if pk_mode is PkMode.KAFKA and len(fields) not in {0, 3}:
            raise ConfigError("pk.mode=kafka takes three pk.fields: topic, partition, offset")
        return cls(
            connection=ConnectionSettings.of(config),
            fold=Fold(
                mode, pk_mode, fields, frozenset(config["fields.whitelist"]),
                deletes=config["delete.enabled"],
            ),
            table=TableFormat.parse(config["table.name.format"]),
            missing_tables=OnMissing(config["auto.create"]),
            missing_columns=OnMissing(config["auto.evolve"]),
            batch_rows=config["batch.size"],
            retries=config["max.retries"],
            backoff_seconds=config["retry.backoff.ms"] / 1000,
        )  # fmt: skip
