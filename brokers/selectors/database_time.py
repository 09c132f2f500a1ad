"""PostgreSQL's clock: the one by which rows of several brokers are put in order."""

from datetime import datetime

from django.db import connection


def database_time() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        (now,) = cursor.fetchone()
    assert isinstance(now, datetime)
    return now
