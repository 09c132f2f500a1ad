"""The database's schema: migrated by its owner, used by a role that owns nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote, urlsplit

from django.core.management import call_command
from django.db import connection, connections

from streaming.cell.database_url import database_settings
from streaming.cell.instance import Instance


def migrate(instance: Instance) -> None:
    """Bring the schema up to date as its owner; afterwards this process is the service again.

    The service role's rights are default privileges, given before the tables are made: a migration
    may take some away (the audit log is append-only) and no later migration hands them back.
    """
    service = unquote(urlsplit(instance.database_url).username or "")
    owner = unquote(urlsplit(instance.database_owner_url).username or "")
    with _connected_as_owner(instance):
        if service != owner:
            _grant_default_privileges(service)
        call_command("migrate", interactive=False, verbosity=1)


@contextmanager
def _connected_as_owner(instance: Instance) -> Iterator[None]:
    usual = dict(connection.settings_dict)
    owner = database_settings(instance.database_owner_url)
    del owner["OPTIONS"]
    connections.close_all()
    connection.settings_dict.update(owner)
    try:
        yield
    finally:
        connections.close_all()
        connection.settings_dict.update(usual)


def _grant_default_privileges(service: str) -> None:
    role = connection.ops.quote_name(service)
    with connection.cursor() as cursor:
        for statement in (
            f"GRANT USAGE ON SCHEMA public TO {role}",
            "ALTER DEFAULT PRIVILEGES IN SCHEMA public "
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role}",
        ):
            cursor.execute(statement)
