"""The source's keys, and what they mean to its parts. Pure."""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from connect.connectors.jdbc.settings import CONNECTION, ConnectionSettings, choice, key
from connect.spi.config import (
    REQUIRED,
    SET_BY_THE_CONNECTOR,
    Config,
    ConfigDef,
    ConfigType,
    Importance,
    at_least,
    between,
    non_empty,
    one_of,
    shown_when,
)
from connect.spi.errors import ConfigError
from connect.transforms.linear_regex import compile_regex, regexes

MODE: Final = "Mode"
TABLES: Final = "Tables"
CONNECTOR: Final = "Connector"
_NAME: Final = re.compile(r"[\w.$-]+")


class Mode(Enum):
    BULK = "bulk"
    INCREMENTING = "incrementing"
    TIMESTAMP = "timestamp"
    BOTH = "timestamp+incrementing"


class NumericMapping(Enum):
    NONE = "none"
    PRECISION_ONLY = "precision_only"
    BEST_FIT = "best_fit"
    EAGER_DOUBLE = "best_fit_eager_double"


class LateCommits(Enum):
    """What is done about rows that become visible behind others which came later."""

    WAIT = "wait"
    IGNORE = "ignore"


SOURCE: Final = CONNECTION + ConfigDef(
    (
        key(
            "mode",
            ConfigType.STRING,
            REQUIRED,
            "bulk reads everything each time; incrementing reads rows with a greater id, timestamp "
            "rows that were changed since, timestamp+incrementing both.",
            MODE,
            Importance.HIGH,
            validator=one_of(*(mode.value for mode in Mode)),
        ),
        key(
            "incrementing.column.name",
            ConfigType.STRING,
            "",
            "The column whose values only rise; empty: the primary key.",
            MODE,
            recommender=shown_when("mode", "incrementing", "timestamp+incrementing"),
        ),
        key(
            "timestamp.column.name",
            ConfigType.LIST,
            (),
            "Columns with the time of a row's last change; the first that is not null counts.",
            MODE,
            recommender=shown_when("mode", "timestamp", "timestamp+incrementing"),
        ),
        key(
            "timestamp.initial",
            ConfigType.LONG,
            None,
            "Milliseconds since 1970 from which on rows are read at first; -1: from now on.",
            MODE,
            Importance.LOW,
            validator=at_least(-1),
        ),
        key(
            "timestamp.delay.interval.ms",
            ConfigType.LONG,
            0,
            "How long a row's time must have passed before it is read, for transactions that end "
            "later than they wrote.",
            MODE,
            validator=at_least(0),
        ),
        key(
            "late.commits",
            ConfigType.STRING,
            "wait",
            "PostgreSQL: wait reads no further than where no transaction that is still open can "
            "add a row; ignore does not look.",
            MODE,
            validator=one_of("wait", "ignore"),
        ),
        key(
            "validate.non.null",
            ConfigType.BOOLEAN,
            True,
            "Refuse tables whose incrementing or timestamp columns can be null: such rows are "
            "never read.",
            MODE,
            Importance.LOW,
        ),
        key(
            "query",
            ConfigType.STRING,
            "",
            "A SELECT to read instead of tables.",
            TABLES,
        ),
        key(
            "table.include.list",
            ConfigType.LIST,
            (),
            "Regular expressions (RE2) of tables, TABLE or SCHEMA.TABLE; empty: all.",
            TABLES,
            Importance.HIGH,
            validator=regexes,
        ),
        key(
            "table.exclude.list",
            ConfigType.LIST,
            (),
            "Regular expressions (RE2) of tables that are left out.",
            TABLES,
            validator=regexes,
        ),
        key(
            "schema.pattern",
            ConfigType.STRING,
            "",
            "The schema whose tables are read; empty: the connection's own.",
            TABLES,
            Importance.LOW,
        ),
        key(
            "table.types",
            ConfigType.LIST,
            ("TABLE",),
            "TABLE, VIEW or both.",
            TABLES,
            Importance.LOW,
        ),
        key(
            "table.slices",
            ConfigType.INT,
            1,
            "Into how many parts a table is divided, by ranges of its incrementing column, so that "
            "several tasks read it. Another number begins at the start again.",
            TABLES,
            validator=between(1, 64),
        ),
        key(
            "table.poll.interval.ms",
            ConfigType.LONG,
            60_000,
            "How often to look for new tables and changed columns.",
            CONNECTOR,
            validator=at_least(100),
        ),
        key(
            "poll.interval.ms",
            ConfigType.INT,
            5_000,
            "How often to look for new rows once all have been read.",
            CONNECTOR,
            Importance.HIGH,
            validator=at_least(1),
        ),
        key(
            "batch.max.rows",
            ConfigType.INT,
            1_000,
            "How many rows are handed on at a time at most; fewer of wide ones.",
            CONNECTOR,
            validator=between(1, 100_000),
        ),
        key(
            "numeric.mapping",
            ConfigType.STRING,
            "none",
            "What NUMERIC becomes: a decimal, or an integer or float where it fits.",
            CONNECTOR,
            validator=one_of(*(mapping.value for mapping in NumericMapping)),
        ),
        key(
            "topic.prefix",
            ConfigType.STRING,
            REQUIRED,
            "A table's topic is this and its name; a query's is this.",
            CONNECTOR,
            Importance.HIGH,
            validator=non_empty,
        ),
        key(
            "task.count",
            ConfigType.INT,
            1,
            "How many tasks share the tables; set by the connector.",
            CONNECTOR,
            Importance.LOW,
            validator=at_least(1),
            recommender=SET_BY_THE_CONNECTOR,
        ),
    )
)


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """Milliseconds where a name says so, else seconds. Patterns are RE2's, compiled."""

    connection: ConnectionSettings
    mode: Mode
    incrementing: str | None
    timestamps: tuple[str, ...]
    initial_ms: int | None
    delay_ms: int
    late_commits: LateCommits
    refuses_null: bool
    query: str | None
    include: tuple[Any, ...]
    exclude: tuple[Any, ...]
    schema: str | None
    kinds: frozenset[str]
    slices: int
    tables_seconds: float
    poll_seconds: float
    batch_rows: int
    numbers: NumericMapping
    prefix: str
    tasks: int
    exactly_once: bool

    @classmethod
    def of(cls, config: Config) -> "SourceSettings":
        """Raises ``ConfigError`` for keys that contradict each other."""
        mode = Mode(choice(config, "mode"))
        timestamps = tuple(name for name in config["timestamp.column.name"] if name)
        if mode in {Mode.TIMESTAMP, Mode.BOTH} and not timestamps:
            raise ConfigError(f"mode={mode.value} needs timestamp.column.name")
        query = config["query"].strip().rstrip(";") or None
        incrementing = config["incrementing.column.name"] or None
        if query and (config["table.include.list"] or config["table.exclude.list"]):
            raise ConfigError("query and table.include.list or .exclude.list exclude each other")
        if query and mode in {Mode.INCREMENTING, Mode.BOTH} and not incrementing:
            raise ConfigError("a query's incrementing.column.name must be named")
        if config["table.slices"] > 1 and mode in {Mode.BULK, Mode.TIMESTAMP}:
            raise ConfigError(f"table.slices needs an incrementing column; mode={mode.value}")
        kinds = frozenset(each.upper() for each in config["table.types"])
        if not kinds or kinds - {"TABLE", "VIEW"}:
            raise ConfigError("table.types are TABLE and VIEW")
        exactly_once = str(config.get("exactly.once.support")).lower() == "required"
        if exactly_once and mode is Mode.BULK:
            raise ConfigError("mode=bulk reads everything again after a failure: not exactly-once")
        return cls(
            connection=ConnectionSettings.of(config),
            mode=mode,
            incrementing=incrementing,
            timestamps=timestamps,
            initial_ms=config["timestamp.initial"],
            delay_ms=config["timestamp.delay.interval.ms"],
            late_commits=LateCommits(choice(config, "late.commits")),
            refuses_null=config["validate.non.null"],
            query=query,
            include=_compiled(config, "table.include.list"),
            exclude=_compiled(config, "table.exclude.list"),
            schema=config["schema.pattern"] or connection_schema(config),
            kinds=kinds,
            slices=config["table.slices"],
            tables_seconds=config["table.poll.interval.ms"] / 1000,
            poll_seconds=config["poll.interval.ms"] / 1000,
            batch_rows=config["batch.max.rows"],
            numbers=NumericMapping(choice(config, "numeric.mapping")),
            prefix=config["topic.prefix"],
            tasks=config["task.count"],
            exactly_once=exactly_once,
        )

    def includes(self, schema: str | None, table: str) -> bool:
        names = [table] if schema is None else [table, f"{schema}.{table}"]
        wanted = not self.include or _any(self.include, names)
        return wanted and not _any(self.exclude, names)

    @property
    def units(self) -> int | None:
        """How many parts there are for tasks to share; None when that depends on the database."""
        if self.query:
            return self.slices
        if self.include and all(_NAME.fullmatch(each.pattern) for each in self.include):
            return len(self.include) * self.slices
        return None


def connection_schema(config: Config) -> str | None:
    return ConnectionSettings.of(config).url.options.get("schema")


def _compiled(config: Config, name: str) -> tuple[Any, ...]:
    return tuple(compile_regex(name, each) for each in config[name])


def _any(patterns: tuple[Any, ...], names: list[str]) -> bool:
    return any(pattern.fullmatch(name) for pattern in patterns for name in names)
