"""By which listener and name a client came in: what it is told leads back by the same.

A tenant may be reached by a host name of its own, its cluster id in front of the brokers'
(``lkc-7f3a2.streams.example``), where the operator's DNS and certificate have ``*.HOST``.
"""

from dataclasses import dataclass
from typing import Final

from brokers.node.config import ListenerName

_CLUSTER_PREFIX: Final = "lkc-"


@dataclass(frozen=True, slots=True)
class Entrance:
    """``cluster`` is the cluster id that stood in front of the name that the client asked for by
    SNI (RFC 6066); None for whoever asked for none, or for the brokers' own."""

    listener: ListenerName
    cluster: str | None = None

    def named(self, host: str) -> str:
        """How the client is to call the broker that is called ``host``."""
        return host if self.cluster is None else f"{self.cluster}.{host}"


def cluster_in(name: str | None, host: str) -> str | None:
    """The cluster id in front of ``host`` in ``name``; None when ``name`` is of another form."""
    label, _, rest = (name or "").lower().partition(".")
    return label if rest == host.lower() and label.startswith(_CLUSTER_PREFIX) else None
