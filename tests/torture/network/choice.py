"""By what links are cut: by the best that this machine lets us, unless one is demanded."""

from collections.abc import Mapping
from typing import Final

from tests.torture.network.namespace_network import NamespaceNetwork
from tests.torture.network.network import Way
from tests.torture.network.relay_network import RelayNetwork

NETWORKS: Final[Mapping[Way, type[NamespaceNetwork] | type[RelayNetwork]]] = {
    "namespaces": NamespaceNetwork,
    "relays": RelayNetwork,
}
"""The best first."""


class LinksImpossible(Exception):
    """They cannot be cut as demanded here."""


def way(demanded: Way | None) -> Way | None:
    """None when links cannot be cut at all. Raises ``LinksImpossible``."""
    if demanded is not None:
        if (reason := NETWORKS[demanded].why_not()) is not None:
            raise LinksImpossible(f"links cannot be cut by {demanded}: {reason}")
        return demanded
    return next((each for each, network in NETWORKS.items() if network.why_not() is None), None)
