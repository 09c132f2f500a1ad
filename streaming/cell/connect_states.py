"""What ``status`` tells of Connect: which workers are alive, and how connectors and tasks are.

Read by SQL over one connection of the service role, for ``status`` does without Django.
"""

from typing import Any

import psycopg

from streaming.cell.connect_findings import LEASE_S

_WORKERS = """
    SELECT name FROM connect_connectworker
    WHERE NOT stopped AND beat_at > clock_timestamp() - make_interval(secs => %s) ORDER BY name
"""
_CONNECTORS = "SELECT state, count(*) FROM connect_connector GROUP BY state ORDER BY state"
_TASKS = """
    SELECT state, count(*) FROM connect_connectortask
    WHERE NOT retired GROUP BY state ORDER BY state
"""


def read_states(url: str) -> dict[str, Any] | None:
    """``workers``: the names of those that are alive. ``connectors`` and ``tasks``: how many there
    are of each state, over all tenants. None while the database does not answer or has no tables
    of Connect, or not for this role yet."""
    try:
        with psycopg.connect(url, connect_timeout=3) as connection:
            connection.execute("SELECT set_config('headwater.scope', 'system', true)")
            workers = connection.execute(_WORKERS, (LEASE_S,)).fetchall()
            connectors = connection.execute(_CONNECTORS).fetchall()
            tasks = connection.execute(_TASKS).fetchall()
    except psycopg.Error:  # `status` tells the rest whatever the database says.
        return None
    return {
        "workers": [name for (name,) in workers],
        "connectors": dict(connectors),
        "tasks": dict(tasks),
    }


def lines(found: dict[str, Any]) -> list[str]:
    """``read_states``' document for people."""
    return [
        f"Connect workers    {', '.join(found['workers']) or 'none'} alive",
        f"Connectors         {_counted(found['connectors'])}",
        f"Their tasks        {_counted(found['tasks'])}",
    ]


def _counted(states: dict[str, int]) -> str:
    return ", ".join(f"{count} {state}" for state, count in states.items()) or "none"
