"""Databases with SQL as sources and sinks, through SQLAlchemy.

PostgreSQL (psycopg), MySQL and MariaDB (PyMySQL) and SQLite. ``settings`` and ``url`` read the
configuration, ``database`` opens connections, ``faults`` says whose trouble an error is; the source
reads ``tables`` by ``queries`` from a ``position``, no further than ``commit_order`` allows; the
sink folds records into ``rows`` and writes them by one of two writers.

Not here: SQL put together out of identifiers as text (the dialect quotes them), and connections to
an address that the egress has not returned.
"""
