"""Whose trouble an error of a database is: the record's, the moment's, or the configuration's.

It decides what the runtime does: a record's trouble is bisected down to that record, the moment's
is tried again, the configuration's fails the task. Sources: PostgreSQL's appendix A (SQLSTATE),
MariaDB's list of error codes, SQLite's result codes.
"""

import re
import sqlite3
import ssl
from typing import Final

import psycopg
import pymysql
import sqlalchemy.exc

from connect.spi.errors import ConnectError, DataError, RetriableError

_PG_MOMENT: Final = frozenset(
    {"40001", "40P01", "55P03", "57014", "57P01", "57P02", "57P03", "57P05", "25P03"}
)
_PG_MOMENT_CLASSES: Final = ("08", "53", "58")
_PG_RECORD_CLASSES: Final = ("22", "23", "44")
_PG_CHANGED: Final = frozenset({"42703", "42P01", "0A000"})
"""Undefined column or table; "cached plan must not change result type"."""

_MYSQL_MOMENT: Final = frozenset(
    {1040, 1053, 1158, 1159, 1160, 1161, 1203, 1205, 1213, 1226, 1290, 1317, 1637, 1927, 1969}
    | {2002, 2003, 2006, 2013, 2055, 4031}
)
_MYSQL_RECORD: Final = frozenset(
    {1048, 1062, 1169, 1216, 1217, 1264, 1265, 1292, 1364, 1366, 1406, 1411, 1416, 1451, 1452}
    | {1586, 1690, 3140, 3819, 4025, 4078}
)
_MYSQL_CHANGED: Final = frozenset({1054, 1146, 1412})
_REFUSED_LOGIN: Final = re.compile(
    r"authentication failed|no pg_hba\.conf entry|does not exist|no password supplied"
    r"|not permitted to log in|certificate|server does not support SSL"
    r"|alert (unknown ca|decrypt error)",
    re.IGNORECASE,
)


class TableChanged(RetriableError):
    """A table is not as it was when it was looked at; look again and repeat."""


def translated(error: Exception, doing: str) -> ConnectError:
    """What ``error`` means, in one sentence that begins with ``doing``.

    Statements and their values are left out: they would carry rows into logs.
    """
    if isinstance(error, ConnectError):
        return error
    original = error.orig if isinstance(error, sqlalchemy.exc.DBAPIError) else error
    said = " ".join(str(original).split())[:500]
    return _kind(original)(f"{doing}: {said}")


def _kind(error: BaseException | None) -> type[ConnectError]:
    if isinstance(error, psycopg.Error):
        return _postgresql(error)
    if isinstance(error, pymysql.err.Error):
        return _mysql(error)
    if isinstance(error, sqlite3.Error):
        return _sqlite(error)
    if isinstance(error, OSError):
        return RetriableError
    if isinstance(error, TypeError | ValueError | OverflowError | ArithmeticError):
        return DataError
    return ConnectError


def _postgresql(error: psycopg.Error) -> type[ConnectError]:
    state = error.sqlstate
    if state is None:
        if isinstance(error, psycopg.DataError | psycopg.ProgrammingError):
            return DataError
        lasting = _REFUSED_LOGIN.search(str(error)) is not None
        return ConnectError if lasting else RetriableError
    if state in _PG_CHANGED:
        return TableChanged
    if state in _PG_MOMENT or state.startswith(_PG_MOMENT_CLASSES):
        return RetriableError
    return DataError if state.startswith(_PG_RECORD_CLASSES) else ConnectError


def _mysql(error: pymysql.err.Error) -> type[ConnectError]:
    code = error.args[0] if error.args and isinstance(error.args[0], int) else 0
    if isinstance(getattr(error, "original_exception", None), ssl.SSLCertVerificationError):
        # The driver has it as a server that cannot be reached.
        return ConnectError
    if code in _MYSQL_CHANGED:
        return TableChanged
    if code in _MYSQL_MOMENT or (code == 0 and isinstance(error, pymysql.err.InterfaceError)):
        return RetriableError
    if code in _MYSQL_RECORD or isinstance(error, pymysql.err.DataError):
        return DataError
    return ConnectError


def _sqlite(error: sqlite3.Error) -> type[ConnectError]:
    code = getattr(error, "sqlite_errorcode", None)
    primary = code & 0xFF if isinstance(code, int) else None
    if primary in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_INTERRUPT}:
        return RetriableError
    if primary == sqlite3.SQLITE_SCHEMA or re.search(r"no (such|column)|has no column", str(error)):
        return TableChanged
    if isinstance(error, sqlite3.IntegrityError | sqlite3.DataError):
        return DataError
    if primary in {sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_CONSTRAINT}:
        return DataError
    # What the driver could not bind never reached SQLite and has no code.
    unbound = code is None and isinstance(error, sqlite3.InterfaceError | sqlite3.ProgrammingError)
    return DataError if unbound else ConnectError
