"""The node's metadata out of PostgreSQL: one snapshot, numbered changes, and hints.

Hints are ``LISTEN`` over a connection of their own on the node's event loop, made anew after it
broke. What is announced while there is none, the node's polling finds.
"""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

import psycopg
from django.db import connections

from brokers.adapters.database_calls import DatabaseCalls
from brokers.kernel.ids import ChangeNumber
from brokers.metadata.records import Change, Snapshot
from brokers.node.ports import MetadataUnavailable
from brokers.selectors import changes, snapshot
from tenants.changes import CHANNEL

ANSWER_SECONDS: Final = 2.0
SNAPSHOT_SECONDS: Final = 30.0
"""A cell of 100,000 partitions takes some seconds to read; nothing is served before it is there."""

CONNECTION_PARAMETERS: Final = (
    "host", "port", "dbname", "user", "password", "sslmode", "sslrootcert", "sslcert", "sslkey",
    "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout",
)  # fmt: skip


class PostgresMetadata:
    """``MetadataSource`` over Django's default database."""

    def __init__(self) -> None:
        self._calls = DatabaseCalls(1, "metadata")
        self._hints: psycopg.AsyncConnection[Any] | None = None

    async def snapshot(self) -> Snapshot:
        return await self._calls.call(SNAPSHOT_SECONDS, snapshot.snapshot)

    async def changes_after(self, number: ChangeNumber, limit: int) -> Sequence[Change]:
        return await self._calls.call(ANSWER_SECONDS, changes.changes_after, number, limit)

    async def wait_for_hint(self, timeout_s: float) -> None:
        try:
            if self._hints is None:
                self._hints = await _listening()
            async for _ in self._hints.notifies(timeout=timeout_s, stop_after=1):
                pass
        except psycopg.Error as error:
            await self._drop_hints()
            reason = " ".join(str(error).split())
            raise MetadataUnavailable(f"PostgreSQL announces nothing: {reason}") from error
        except BaseException:
            await self._drop_hints()
            raise

    async def _drop_hints(self) -> None:
        hints, self._hints = self._hints, None
        if hints is not None:
            await hints.close()

    async def close(self) -> None:
        await self._drop_hints()
        self._calls.close()


async def _listening() -> psycopg.AsyncConnection[Any]:
    given = connections["default"].get_connection_params()
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            connection = await psycopg.AsyncConnection.connect(
                **{name: given[name] for name in CONNECTION_PARAMETERS if name in given},
                autocommit=True,
                connect_timeout=int(ANSWER_SECONDS),
                application_name="headwater-broker",
            )
            await connection.execute(f"LISTEN {CHANNEL}")
    except TimeoutError:
        raise MetadataUnavailable(
            f"PostgreSQL did not take a listener within {ANSWER_SECONDS:g} s"
        ) from None
    return connection
