"""The source as it is described, and what is checked before it begins."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any, ClassVar, Final

from connect.connectors.postgresql_cdc import publications, slots
from connect.connectors.postgresql_cdc.envelope import VERSION
from connect.connectors.postgresql_cdc.position import stored_position
from connect.connectors.postgresql_cdc.server import Connection, Server, told
from connect.connectors.postgresql_cdc.settings import CONFIG, Autocreate, Settings
from connect.connectors.postgresql_cdc.source import PostgresqlCdcTask
from connect.spi.config import Config, ConfigDef
from connect.spi.connector import ConfigFault, SourceConnector
from connect.spi.egress import Egress, Target
from connect.spi.task import SourceTask

OLDEST: Final = 13
_SERVER: Final = """
    SELECT current_setting('wal_level') AS wal_level, pg_is_in_recovery() AS is_standby,
           r.rolsuper AS is_super,
           r.rolsuper OR r.rolreplication OR EXISTS (
               SELECT 1 FROM pg_roles g WHERE g.rolname = 'rds_replication'
               AND pg_has_role(r.oid, g.oid, 'member')
           ) AS may_replicate,
           has_database_privilege(current_database(), 'CREATE') AS may_create,
           current_setting('max_replication_slots')::int AS slots,
           (SELECT count(*) FROM pg_replication_slots) AS slots_used
    FROM pg_roles r WHERE r.rolname = current_user
"""
_RIGHTS: Final = """
    SELECT pg_has_role(c.relowner, 'usage') AS owns, has_table_privilege(c.oid, 'SELECT') AS reads
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = %s AND c.relname = %s
"""


class PostgresqlCdcConnector(SourceConnector):
    name: ClassVar[str] = "postgresql-cdc"
    aliases: ClassVar[tuple[str, ...]] = ("io.debezium.connector.postgresql.PostgresConnector",)
    version: ClassVar[str] = VERSION
    title: ClassVar[str] = "PostgreSQL changes (CDC)"
    doc: ClassVar[str] = (
        "Reads the tables of a PostgreSQL database, then every change of them in the order of the "
        "commits, by logical replication; records have Debezium's envelope."
    )
    config: ClassVar[ConfigDef] = CONFIG
    task: ClassVar[type[SourceTask]] = PostgresqlCdcTask
    exactly_once: ClassVar[bool] = True

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        Settings.of(config)

    def targets(self) -> Sequence[Target]:
        settings = Settings.of(self.configured)
        return [Target(settings.host, settings.port)]

    def check_target(self, egress: Egress) -> Sequence[ConfigFault]:
        """Everything that the database lacks, with what to do about it."""
        settings = Settings.of(self.configured)
        with (
            closing(Server(settings, egress).connect()) as connection,
            told(f"checking {settings.where}"),
        ):
            row = connection.execute(_SERVER).fetchone()
            assert row is not None
            faults = _server_faults(row, connection.info.server_version, settings)
            if slots.look(connection, settings) is None and row["slots_used"] >= row["slots"]:
                faults.append(ConfigFault(
                    "slot.name",
                    f"all {row['slots']} replication slots are taken; drop one that nobody uses, "
                    "or raise max_replication_slots and restart the server",
                ))  # fmt: skip
            return faults + _publication_faults(connection, row, settings)

    def topics(self) -> tuple[Sequence[str], Sequence[str]]:
        settings = Settings.of(self.configured)
        return [f"{settings.prefix}.*", settings.heartbeat_topic], []

    def alter_offsets(
        self, changes: Sequence[tuple[Mapping[str, Any], Mapping[str, Any] | None]]
    ) -> None:
        for _partition, offset in changes:
            stored_position(offset)


def _server_faults(row: dict[str, Any], version: int, settings: Settings) -> list[ConfigFault]:
    faults = []
    if version < OLDEST * 10_000:
        faults.append(ConfigFault(
            "database.hostname",
            f"PostgreSQL {version // 10_000} is too old; {OLDEST} is the oldest that is read",
        ))  # fmt: skip
    if row["is_standby"]:
        faults.append(ConfigFault(
            "database.hostname", "the server is a standby; name the primary"
        ))  # fmt: skip
    if row["wal_level"] != "logical":
        faults.append(ConfigFault(
            "database.hostname",
            f"wal_level is {row['wal_level']}; set wal_level=logical in postgresql.conf and "
            "restart the server",
        ))  # fmt: skip
    if not row["may_replicate"]:
        faults.append(ConfigFault(
            "database.user",
            f'{settings.user} may not replicate: ALTER ROLE "{settings.user}" REPLICATION',
        ))  # fmt: skip
    return faults


def _publication_faults(
    connection: Connection, row: dict[str, Any], settings: Settings
) -> list[ConfigFault]:
    is_there = publications.exists(connection, settings.publication)
    match settings.autocreate:
        case Autocreate.DISABLED if not is_there:
            return [ConfigFault("publication.name", publications.missing(settings))]
        case Autocreate.ALL_TABLES if not is_there and not row["is_super"]:
            return [ConfigFault(
                "publication.autocreate.mode",
                "only a superuser may publish all tables; use filtered, or create the publication",
            )]  # fmt: skip
        case Autocreate.FILTERED if not is_there and not row["may_create"]:
            return [ConfigFault(
                "publication.autocreate.mode",
                f'{settings.user} may not create a publication: GRANT CREATE ON DATABASE '
                f'"{settings.database}" TO "{settings.user}", or create it and set disabled',
            )]  # fmt: skip
    return _table_faults(connection, settings, is_there=is_there)


def _table_faults(
    connection: Connection, settings: Settings, *, is_there: bool
) -> list[ConfigFault]:
    wanted = publications.wanted(connection, settings)
    if not wanted:
        return [ConfigFault("table.include.list", publications.no_tables(settings))]
    faults = []
    makes = settings.autocreate is Autocreate.FILTERED and not is_there
    for schema, table in wanted:
        rights = connection.execute(_RIGHTS, [schema, table]).fetchone()
        if rights is None:
            continue
        name = f"{schema}.{table}"
        if makes and not rights["owns"]:
            faults.append(ConfigFault(
                "publication.autocreate.mode",
                f"{settings.user} does not own {name}, and only its owner may publish it; create "
                "the publication as the owner and set disabled",
            ))  # fmt: skip
        if settings.snapshot.reads_tables and not rights["reads"]:
            faults.append(ConfigFault(
                "database.user",
                f'{settings.user} may not read {name}: GRANT SELECT ON {name} TO '
                f'"{settings.user}"',
            ))  # fmt: skip
    return faults
