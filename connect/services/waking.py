"""Telling workers that there may be something to do, within a verb's transaction."""

from django.db import connection

from connect.states import CHANNEL


def wake_workers() -> None:
    """A hint, sent with the commit. Workers look by themselves every second, so it may be lost."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])
