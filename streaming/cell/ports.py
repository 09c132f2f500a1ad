"""TCP ports on this machine: which are taken, and one that is free."""

import random
import socket
from collections.abc import Iterable, Sequence
from typing import Final

from streaming.cell.defaults import LOOPBACK

FREE_PORTS: Final = range(10_000, 20_000)
"""Below what the system gives to outgoing connections: none takes one of these between the moment
in which it is found free and that in which its program listens, nor while its program restarts."""


def taken(host: str, port: int) -> bool:
    """Whether nobody could listen on ``host:port`` now.

    Binds as the servers do (SO_REUSEADDR), so a connection in TIME_WAIT does not count.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def free(
    preferred: int | None = None, avoid: Iterable[int] = (), among: Sequence[int] = FREE_PORTS
) -> int:
    """A loopback port that was free a moment ago: ``preferred`` if it can be had."""
    if preferred is not None and not taken(LOOPBACK, preferred):
        return preferred
    refused = set(avoid)
    while True:
        port = random.choice(among)
        if port not in refused and not taken(LOOPBACK, port):
            return port


def answers(host: str, port: int, timeout_s: float = 0.5) -> bool:
    """Whether something accepts connections on ``host:port``."""
    try:
        with socket.create_connection((host, port), timeout=timeout_s):
            return True
    except OSError:
        return False
