"""Quotas of a tenant's principals and clients: what there may be. Pure.

Facts: Apache Kafka, ``QuotaConfig`` and ``ClientQuotaControlManager`` (KIP-546, KIP-599,
KIP-612).
"""

from collections.abc import Mapping
from ipaddress import ip_address
from math import isfinite
from typing import Final

from tenants.errors import Invalid

Entity = Mapping[str, str | None]
"""Type to name, e.g. ``{"user": "billing", "client-id": None}``; None stands for the default."""

USER: Final = "user"
CLIENT_ID: Final = "client-id"
IP: Final = "ip"

BYTE_RATES: Final = frozenset({"producer_byte_rate", "consumer_byte_rate"})
"""Whole bytes per second."""
KEYS: Final = BYTE_RATES | {"request_percentage", "controller_mutation_rate"}
IP_KEYS: Final = frozenset({"connection_creation_rate"})

NAME_CHARACTERS_MAX: Final = 255
ROWS_PER_TENANT_MAX: Final = 1_000
"""Each broker keeps all of them in memory."""


def check_entity(entity: Entity) -> None:
    """Raises ``Invalid`` for an entity that no quota can be for."""
    if not entity:
        raise Invalid("a quota needs an entity: a user, a client-id, both, or an ip")
    for kind, name in entity.items():
        if kind not in {USER, CLIENT_ID, IP}:
            raise Invalid(f"{kind!r} is no type of entity; use user, client-id or ip")
        if name is not None and not 0 < len(name) <= NAME_CHARACTERS_MAX:
            raise Invalid(f"the name of a {kind} has 1 to {NAME_CHARACTERS_MAX} characters")
    if IP in entity:
        if len(entity) > 1:
            raise Invalid("a quota for an ip cannot be for a user or a client-id as well")
        _check_address(entity[IP])


def _check_address(address: str | None) -> None:
    if address is None:
        return
    try:
        ip_address(address)
    except ValueError:
        raise Invalid(f"{address!r} is no IP address") from None


def check_values(entity: Entity, values: Mapping[str, float | None]) -> None:
    """``values``: None removes one. Raises ``Invalid``."""
    known = IP_KEYS if IP in entity else KEYS
    for key, value in values.items():
        if key not in known:
            raise Invalid(
                f"{key!r} is no quota of such an entity; use one of {', '.join(sorted(known))}"
            )
        if value is None:
            continue
        if not isfinite(value) or value <= 0:
            raise Invalid(f"{key} is {value:g}; it must be above 0")
        if key in BYTE_RATES | IP_KEYS and value != int(value):
            raise Invalid(f"{key} is {value:g}; it must be a whole number")
