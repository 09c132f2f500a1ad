"""The connector's keys, and what they mean to its parts. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from connect.connectors.database_tls import (
    SSL_MODES,
    ClientCertificate,
    certificates,
    client_certificate,
    private_key,
    ssl_mode,
)
from connect.connectors.pem import pem_text
from connect.connectors.postgresql_cdc.column_types import DecimalMode, TimeMode
from connect.spi.config import (
    REQUIRED,
    Config,
    ConfigDef,
    ConfigKey,
    ConfigType,
    Importance,
    Password,
    Width,
    at_least,
    between,
    invalid,
    non_empty,
    one_of,
)
from connect.transforms.linear_regex import compile_regex, regexes

DATABASE: Final = "Database"
REPLICATION: Final = "Replication"
TABLES: Final = "Tables"
EVENTS: Final = "Events"
SLOT_WATCH: Final = "Slot watch"

_TOPIC: Final = re.compile(r"[A-Za-z0-9._-]{1,150}")
_SLOT: Final = re.compile(r"[a-z0-9_]{1,63}")
_T: Final = ConfigType
_HIGH, _MEDIUM, _LOW = Importance.HIGH, Importance.MEDIUM, Importance.LOW


class SnapshotMode(Enum):
    """When the tables are read as a whole before their changes."""

    INITIAL = "initial"
    INITIAL_ONLY = "initial_only"
    NEVER = "never"
    NO_DATA = "no_data"
    WHEN_NEEDED = "when_needed"

    @property
    def reads_tables(self) -> bool:
        return self not in {SnapshotMode.NEVER, SnapshotMode.NO_DATA}


class Autocreate(Enum):
    """Who makes the publication, and of what."""

    FILTERED = "filtered"
    ALL_TABLES = "all_tables"
    DISABLED = "disabled"


def _operations(name: str, value: Any) -> None:
    for each in value:
        one_of("c", "u", "d", "t", "none")(name, each)


def _matching(pattern: re.Pattern[str], told: str) -> Callable[[str, Any], None]:
    def validate(name: str, value: Any) -> None:
        if not pattern.fullmatch(value):
            raise invalid(name, value, told)

    return validate


def _key(  # noqa: PLR0917 (the columns of the table below)
    name: str,
    type_: ConfigType,
    default: Any,
    importance: Importance,
    group: str,
    doc: str,
    **more: Any,
) -> ConfigKey:
    return ConfigKey(name, type_, default, importance, doc, group, width=Width.MEDIUM, **more)


CONFIG: Final = ConfigDef(
    (
        _key("database.hostname", _T.STRING, REQUIRED, _HIGH, DATABASE,
             "The server's name or address.", validator=non_empty, names_target=True),
        _key("database.port", _T.INT, 5432, _HIGH, DATABASE, "The server's port.",
             validator=between(1, 65535), names_target=True),
        _key("database.user", _T.STRING, REQUIRED, _HIGH, DATABASE,
             "Who logs in; needs the attribute REPLICATION, and SELECT on the tables.",
             validator=non_empty),
        _key("database.password", _T.PASSWORD, None, _HIGH, DATABASE, "The user's password."),
        _key("database.dbname", _T.STRING, REQUIRED, _HIGH, DATABASE,
             "The database whose changes are read.", validator=non_empty),
        _key("database.sslmode", _T.STRING, None, _MEDIUM, DATABASE,
             "How the connection is secured; verify-full also checks the server's certificate and "
             "name, and is the default with database.ssl.ca or a certificate, else prefer.",
             validator=one_of(*SSL_MODES), names_target=True),
        _key("database.ssl.ca", _T.STRING, None, _LOW, DATABASE,
             "Certificates, in PEM form, of the authorities that the server's is verified with.",
             validator=certificates, names_target=True),
        _key("database.ssl.certificate", _T.STRING, None, _LOW, DATABASE,
             "The certificate to log in with, in PEM form, and those between it and its authority.",
             validator=certificates, names_target=True),
        _key("database.ssl.key", _T.PASSWORD, None, _LOW, DATABASE,
             "The certificate's private key, in PEM form, without a password.",
             validator=private_key),
        _key("database.connect.timeout.ms", _T.INT, 10_000, _LOW, DATABASE,
             "How long to wait for a connection.", validator=between(100, 60_000)),
        _key("topic.prefix", _T.STRING, REQUIRED, _HIGH, EVENTS,
             "Begins the topics, PREFIX.SCHEMA.TABLE, and names the source in offsets: do not "
             "change it.",
             validator=_matching(_TOPIC, "a topic's name has letters, digits, '.', '_' and '-'")),
        _key("plugin.name", _T.STRING, "pgoutput", _LOW, REPLICATION,
             "The database's output plug-in; pgoutput, which every PostgreSQL has.",
             validator=one_of("pgoutput")),
        _key("slot.name", _T.STRING, "headwater", _MEDIUM, REPLICATION,
             "The replication slot: each connector needs one of its own.",
             validator=_matching(_SLOT, "a slot's name has lower case letters, digits and '_'")),
        _key("slot.drop.on.stop", _T.BOOLEAN, False, _LOW, REPLICATION,
             "Whether the slot is dropped when the task stops, whatever for: for trials only, what "
             "changes meanwhile is lost."),
        _key("publication.name", _T.STRING, "dbz_publication", _LOW, REPLICATION,
             "The publication that says which tables' changes are sent.", validator=non_empty),
        _key("publication.autocreate.mode", _T.STRING, "filtered", _MEDIUM, REPLICATION,
             "filtered: it is made, and kept to the tables that the lists let in; all_tables: it "
             "is made for all tables (a superuser must log in); disabled: it must be there.",
             validator=one_of(*(each.value for each in Autocreate))),
        _key("table.include.list", _T.LIST, (), _HIGH, TABLES,
             "Regular expressions (RE2) of whole names, SCHEMA.TABLE, that are read; empty: all.",
             validator=regexes),
        _key("table.exclude.list", _T.LIST, (), _MEDIUM, TABLES,
             "Regular expressions (RE2) of whole names, SCHEMA.TABLE, that are not.",
             validator=regexes),
        _key("column.exclude.list", _T.LIST, (), _MEDIUM, TABLES,
             "Regular expressions (RE2) of whole names, SCHEMA.TABLE.COLUMN, that are left out.",
             validator=regexes),
        _key("snapshot.mode", _T.STRING, "initial", _HIGH, REPLICATION,
             "initial: read the tables once, then changes; initial_only: then nothing; never, "
             "no_data: changes only; when_needed: as initial, and again when changes were lost.",
             validator=one_of(*(each.value for each in SnapshotMode))),
        _key("snapshot.fetch.size", _T.INT, 2_000, _LOW, REPLICATION,
             "Rows that are handed on at once when tables are read, at most; fewer of wide ones.",
             validator=between(1, 100_000)),
        _key("max.batch.size", _T.INT, 2_048, _LOW, REPLICATION,
             "Changes that are handed on at once, at most.", validator=between(1, 100_000)),
        _key("heartbeat.interval.ms", _T.INT, 10_000, _MEDIUM, REPLICATION,
             "How often to write to the heartbeat topic how far the log was read while nothing of "
             "the tables changes, so that the database need not keep it; 0: never.",
             validator=at_least(0)),
        _key("topic.heartbeat.prefix", _T.STRING, "__debezium-heartbeat", _LOW, REPLICATION,
             "Begins the heartbeat topic's name, which goes on with '.' and topic.prefix.",
             validator=_matching(_TOPIC, "a topic's name has letters, digits, '.', '_' and '-'")),
        _key("decimal.handling.mode", _T.STRING, "precise", _MEDIUM, EVENTS,
             "How numeric becomes: precise (Decimal), double or string.",
             validator=one_of(*(each.value for each in DecimalMode))),
        _key("time.precision.mode", _T.STRING, "adaptive", _MEDIUM, EVENTS,
             "adaptive: as fine as the column; adaptive_time_microseconds: times of day always in "
             "microseconds; connect: Kafka Connect's own types, to the millisecond.",
             validator=one_of(*(each.value for each in TimeMode))),
        _key("tombstones.on.delete", _T.BOOLEAN, True, _MEDIUM, EVENTS,
             "Whether a record without a value follows a delete, so that compaction forgets the "
             "row."),
        _key("skipped.operations", _T.LIST, ("none",), _LOW, EVENTS,
             "Of c, u, d and t those that no records are made of; none: all are.",
             validator=_operations),
        _key("slot.watch.interval.ms", _T.INT, 10_000, _LOW, SLOT_WATCH,
             "How often to ask how much of its log the database keeps for the slot.",
             validator=at_least(100)),
        _key("slot.retained.warn.bytes", _T.LONG, 1 << 30, _MEDIUM, SLOT_WATCH,
             "From how many bytes on the task's log warns; 0: never.", validator=at_least(0)),
        _key("slot.retained.fail.bytes", _T.LONG, 0, _MEDIUM, SLOT_WATCH,
             "From how many bytes on the task fails; 0: never.", validator=at_least(0)),
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Settings:
    """Typed; seconds and bytes. A limit of None is none. Patterns are RE2's, compiled."""

    host: str
    port: int
    user: str
    password: str | None = field(repr=False)
    database: str
    ssl_mode: str
    authorities: str | None
    certificate: ClientCertificate | None
    timeout_seconds: float
    prefix: str
    slot: str
    drops_slot: bool
    publication: str
    autocreate: Autocreate
    include: tuple[Any, ...]
    exclude: tuple[Any, ...]
    exclude_columns: tuple[Any, ...]
    snapshot: SnapshotMode
    fetch_rows: int
    batch_max: int
    heartbeat_seconds: float | None
    heartbeat_topic: str
    decimals: DecimalMode
    times: TimeMode
    tombstones: bool
    skipped: frozenset[str]
    watch_seconds: float
    warn_bytes: int | None
    fail_bytes: int | None

    @classmethod
    def of(cls, config: Config) -> "Settings":
        """Raises ``ConfigError`` for authorities that nothing is verified with, for a certificate
        and a key that do not go together, and for what RE2 does not take."""
        password: Password | None = config["database.password"]
        mode: str | None = config["database.sslmode"]
        authorities: str | None = config["database.ssl.ca"]
        certificate = client_certificate(
            "database.ssl.certificate", config["database.ssl.certificate"],
            "database.ssl.key", config["database.ssl.key"],
        )  # fmt: skip
        choice: Callable[[str], str] = lambda name: str(config[name]).lower()  # noqa: E731
        compiled: Callable[[str], tuple[Any, ...]] = lambda name: tuple(  # noqa: E731
            compile_regex(name, each) for each in config[name]
        )
        return cls(
            host=config["database.hostname"],
            port=config["database.port"],
            user=config["database.user"],
            password=password.secret if password is not None else None,
            database=config["database.dbname"],
            ssl_mode=ssl_mode(
                "database.sslmode", mode.lower() if mode else None, authorities, certificate
            ),
            authorities=pem_text(authorities) if authorities else None,
            certificate=certificate,
            timeout_seconds=config["database.connect.timeout.ms"] / 1000,
            prefix=config["topic.prefix"],
            slot=config["slot.name"],
            drops_slot=config["slot.drop.on.stop"],
            publication=config["publication.name"],
            autocreate=Autocreate(choice("publication.autocreate.mode")),
            include=compiled("table.include.list"),
            exclude=compiled("table.exclude.list"),
            exclude_columns=compiled("column.exclude.list"),
            snapshot=SnapshotMode(choice("snapshot.mode")),
            fetch_rows=config["snapshot.fetch.size"],
            batch_max=config["max.batch.size"],
            heartbeat_seconds=config["heartbeat.interval.ms"] / 1000 or None,
            heartbeat_topic=f"{config['topic.heartbeat.prefix']}.{config['topic.prefix']}",
            decimals=DecimalMode(choice("decimal.handling.mode")),
            times=TimeMode(choice("time.precision.mode")),
            tombstones=config["tombstones.on.delete"],
            skipped=frozenset(each.lower() for each in config["skipped.operations"]),
            watch_seconds=config["slot.watch.interval.ms"] / 1000,
            warn_bytes=config["slot.retained.warn.bytes"] or None,
            fail_bytes=config["slot.retained.fail.bytes"] or None,
        )

    @property
    def where(self) -> str:
        return f"{self.host}:{self.port}/{self.database}"

    def captures(self, schema: str, table: str) -> bool:
        name = f"{schema}.{table}"
        if any(each.fullmatch(name) for each in self.exclude):
            return False
        return not self.include or any(each.fullmatch(name) for each in self.include)

    def excludes_column(self, name: str) -> bool:
        return any(each.fullmatch(name) for each in self.exclude_columns)
