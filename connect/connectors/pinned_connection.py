"""A connection to a host, at whichever of its addresses answers: those that the egress has checked
and no others.
"""

import socket
from typing import Final

from connect.spi.egress import Egress

ADDRESSES_MAX: Final = 4
"""Tried of one name: more would keep whoever waits from hearing that the host is away."""


def connected(
    egress: Egress, host: str, port: int, seconds: float, passed_over: int = 0
) -> socket.socket:
    """In the resolver's order, but beginning behind as many of them as are ``passed_over``, which
    come last then: an address may take connections and do no more.

    Args:
        seconds: for one address.

    Raises:
        OSError: no address answers; what the last one did.
        EgressRefused: one of them is not allowed.
        RetriableError: there is none now.
    """
    found = egress.resolve(host, port)
    start = passed_over % len(found)
    refused: OSError | None = None
    for ip, checked_port in [*found[start:], *found[:start]][:ADDRESSES_MAX]:
        try:
            return socket.create_connection((ip, checked_port), seconds)
        except OSError as error:
            refused = error
    assert refused is not None
    raise refused
