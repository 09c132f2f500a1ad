"""What ``status`` tells of Connect: which workers are alive, and how connectors and tasks are."""

from collections.abc import Mapping
from typing import Any

from streaming.cell.connect_rows import ConnectRows


def document(rows: ConnectRows) -> dict[str, Any]:
    """``workers``: the names of those that are alive. ``connectors`` and ``tasks``: how many there
    are of each state, over all tenants."""
    return {
        "workers": rows.alive(),
        "connectors": dict(rows.connectors),
        "tasks": dict(rows.tasks),
    }


def lines(found: dict[str, Any]) -> list[str]:
    """``document``'s answer for people."""
    return [
        f"Connect workers    {', '.join(found['workers']) or 'none'} alive",
        f"Connectors         {_counted(found['connectors'])}",
        f"Their tasks        {_counted(found['tasks'])}",
    ]


def _counted(states: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {state}" for state, count in states.items()) or "none"
