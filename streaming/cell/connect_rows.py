"""What the database says of Connect's workers, connectors and tasks, over all tenants.

Read by SQL over one connection of the service role, for ``status`` and ``doctor`` do without
Django.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import psycopg

LEASE_S = 3.5
"""As ``connect.worker.liveness`` has it; by then the others have taken its tasks."""

_WORKERS = """
    SELECT name, extract(epoch FROM clock_timestamp() - beat_at)::float
    FROM connect_connectworker WHERE NOT stopped
"""
_CONNECTORS = "SELECT state, count(*) FROM connect_connector GROUP BY state ORDER BY state"
_TASKS = """
    SELECT state, count(*) FROM connect_connectortask
    WHERE NOT retired GROUP BY state ORDER BY state
"""


@dataclass(frozen=True, slots=True)
class ConnectRows:
    """``silent_s`` has, for each worker that did not end in order, the seconds since its last sign
    of life, by PostgreSQL's clock. ``connectors`` and ``tasks``: how many there are of each state
    that some are in."""

    silent_s: Mapping[str, float]
    connectors: Mapping[str, int]
    tasks: Mapping[str, int]

    def alive(self) -> list[str]:
        return sorted(name for name, silent in self.silent_s.items() if silent < LEASE_S)


def read_rows(url: str) -> ConnectRows | None:
    """None while the database does not answer or has no tables of Connect, or not for this role
    yet: who asks tells the rest whatever the database says."""
    try:
        with psycopg.connect(url, connect_timeout=3) as connection:
            connection.execute("SELECT set_config('headwater.scope', 'system', true)")
            return ConnectRows(
                silent_s=dict(connection.execute(_WORKERS).fetchall()),
                connectors=dict(connection.execute(_CONNECTORS).fetchall()),
                tasks=dict(connection.execute(_TASKS).fetchall()),
            )
    except psycopg.Error:
        return None
