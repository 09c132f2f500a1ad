"""The way out: a connector reaches only addresses that were checked, and reaches those very ones.

A port; what is behind it decides what is allowed. A name is resolved once and the address it gave
is connected to, so that it cannot be another by then (DNS rebinding).
"""

import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import httpx


@dataclass(frozen=True, slots=True)
class Target:
    """What a connector will connect to. ``host`` is a name or an address."""

    host: str
    port: int


class Address(NamedTuple):
    """A checked one; ``ip`` as text."""

    ip: str
    port: int


class Egress(Protocol):
    def resolve(self, host: str, port: int) -> Sequence[Address]:
        """At least one. Raises ``EgressRefused`` when any address of the host is not allowed, and
        ``RetriableError`` when it has none now."""
        ...

    def http_transport(self, ssl_context: ssl.SSLContext | None = None) -> httpx.BaseTransport:
        """A transport that does so for each connection, redirects included; TLS verifies the
        host's name."""
        ...
