"""Where a service's own stores are, which ``up`` decides when it first starts."""

import json
from pathlib import Path

from streaming.cell.defaults import LOOPBACK

Address = tuple[str, int]


def postgres(data_dir: Path) -> Address:
    """Raises ``OSError`` before ``up`` has decided."""
    return _at(data_dir, "database_port")


def valkey(data_dir: Path) -> Address:
    """Raises ``OSError`` before ``up`` has decided."""
    return _at(data_dir, "redis_port")


def _at(data_dir: Path, name: str) -> Address:
    record = json.loads((data_dir / "instance.json").read_text())
    return LOOPBACK, record[name]
