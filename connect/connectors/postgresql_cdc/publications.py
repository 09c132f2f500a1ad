"""The publication: which tables' changes the database sends."""

from typing import Final

from psycopg import sql

from connect.connectors.postgresql_cdc import catalog
from connect.connectors.postgresql_cdc.server import Connection, told
from connect.connectors.postgresql_cdc.settings import Autocreate, Settings
from connect.spi.errors import ConfigError

_BY_ROOT: Final = sql.SQL("WITH (publish_via_partition_root = true)")


def exists(connection: Connection, name: str) -> bool:
    query = "SELECT 1 FROM pg_publication WHERE pubname = %s"
    return connection.execute(query, [name]).fetchone() is not None


def ensure(connection: Connection, settings: Settings) -> None:
    """Make it, or keep it to the tables that are captured, as ``publication.autocreate.mode`` says.

    Raises:
        ConfigError: there is none, or nothing for it.
        ConnectError: the database does not let us.
    """
    name = sql.Identifier(settings.publication)
    with told(f"making the publication {settings.publication}"):
        is_there = exists(connection, settings.publication)
        match settings.autocreate:
            case Autocreate.DISABLED:
                if not is_there:
                    raise ConfigError(missing(settings))
            case Autocreate.ALL_TABLES:
                if not is_there:
                    create = sql.SQL("CREATE PUBLICATION {} FOR ALL TABLES {}")
                    connection.execute(create.format(name, _BY_ROOT))
            case Autocreate.FILTERED:
                _filtered(connection, settings, name, is_there=is_there)


def wanted(connection: Connection, settings: Settings) -> list[tuple[str, str]]:
    """Tables that the lists let in."""
    return [each for each in catalog.tables(connection) if settings.captures(*each)]


def missing(settings: Settings) -> str:
    return (
        f"publication.name: there is no publication {settings.publication}; create it (CREATE "
        f'PUBLICATION "{settings.publication}" FOR TABLE ...), or set '
        "publication.autocreate.mode=filtered"
    )


def _filtered(
    connection: Connection, settings: Settings, name: sql.Identifier, *, is_there: bool
) -> None:
    tables = wanted(connection, settings)
    if not tables:
        raise ConfigError(no_tables(settings))
    listed = sql.SQL(", ").join(sql.Identifier(*each) for each in tables)
    if not is_there:
        create = sql.SQL("CREATE PUBLICATION {} FOR TABLE {} {}")
        connection.execute(create.format(name, listed, _BY_ROOT))
        return
    has = {(each.schema, each.name) for each in catalog.published(connection, settings.publication)}
    if has != set(tables):
        connection.execute(sql.SQL("ALTER PUBLICATION {} SET TABLE {}").format(name, listed))


def no_tables(settings: Settings) -> str:
    return (
        f"table.include.list: no table of {settings.where} is let in by it (names are "
        "SCHEMA.TABLE, and expressions must match them whole)"
    )
