"""Which of a tenant's client quotas holds for a principal and a client id, and who shares it. Pure.

Facts: Apache Kafka, "Quotas: client groups" and ``ClientQuotaCallback`` (KIP-55, KIP-257).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

USER: Final = "user"
CLIENT_ID: Final = "client-id"
IP: Final = "ip"

PRODUCER_BYTE_RATE: Final = "producer_byte_rate"
CONSUMER_BYTE_RATE: Final = "consumer_byte_rate"
REQUEST_PERCENTAGE: Final = "request_percentage"
CONTROLLER_MUTATION_RATE: Final = "controller_mutation_rate"
CONNECTION_CREATION_RATE: Final = "connection_creation_rate"

Name = str | None
"""None: the default entity."""
Entity = Mapping[str, Name]
Quota = tuple[Entity, Mapping[str, float]]
"""For whom, and what by Kafka's names."""
_Key = tuple[bool, Name, bool, Name]
"""Whether a user is part of it, and which; whether a client id is, and which."""


@dataclass(frozen=True, slots=True)
class Group:
    """Whoever shares one bucket, its rate, and for whom that quota is. A part is None where all of
    them share it."""

    user: str | None
    client_id: str | None
    rate: float
    entity: Entity


class ClientQuotas:
    """One tenant's. Principals are named without ``User:``, as Kafka's quotas name them."""

    __slots__ = ("_addresses", "_values", "by_client_id")

    def __init__(self, quotas: Iterable[Quota] = ()) -> None:
        self._values: dict[_Key, Mapping[str, float]] = {}
        self._addresses: dict[Name, Mapping[str, float]] = {}
        self.by_client_id = False
        """Whether any of them tells clients apart by their ids."""
        for entity, values in quotas:
            if IP in entity:
                self._addresses[entity[IP]] = values
                continue
            self._values[_key(entity)] = values
            self.by_client_id = self.by_client_id or CLIENT_ID in entity

    def __bool__(self) -> bool:
        return bool(self._values or self._addresses)

    def group(self, quota: str, user: str, client_id: str) -> Group | None:
        """By the most specific quota of that name; None where there is none.

        In this order: user and client, user and any client, user; any user and client, any user and
        any client, any user; client, any client. With a default, each name has a bucket of its own.
        """
        for has_user, named_user, has_client, named_client in (
            (True, user, True, client_id),
            (True, user, True, None),
            (True, user, False, None),
            (True, None, True, client_id),
            (True, None, True, None),
            (True, None, False, None),
            (False, None, True, client_id),
            (False, None, True, None),
        ):
            values = self._values.get((has_user, named_user, has_client, named_client))
            rate = None if values is None else values.get(quota)
            if rate is not None:
                entity = {USER: named_user} if has_user else {}
                if has_client:
                    entity[CLIENT_ID] = named_client
                return Group(
                    user if has_user else None, client_id if has_client else None, rate, entity
                )
        return None

    def connection_rate(self, address: str) -> tuple[float, Entity] | None:
        """New connections per second from that address (KIP-612), and for whom that quota is."""
        for name in (address, None):
            rate = self._addresses.get(name, {}).get(CONNECTION_CREATION_RATE)
            if rate is not None:
                return rate, {IP: name}
        return None


def _key(entity: Entity) -> _Key:
    return USER in entity, entity.get(USER), CLIENT_ID in entity, entity.get(CLIENT_ID)
