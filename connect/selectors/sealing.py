"""The keys that secrets are sealed with, and what is sealed with each: connectors' secrets and the
verifiers of SCRAM users."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from brokers.models import Broker
from connect.models import Connector
from connect.selectors.workers import live_workers
from tenants import scope
from tenants.key_ring import read_ring, sealing_key
from tenants.models import ScramUser, SealingState
from tenants.sealed_verifiers import keys_of
from tenants.sealing import key_name, key_of


class Use(StrEnum):
    """What a key of the ring is for."""

    OPENS = "opens"
    """A new one: nothing is sealed with it yet."""
    SEALS = "seals"
    FORMER = "former"
    """It opens what was sealed before."""


@dataclass(frozen=True, slots=True)
class KeyInUse:
    name: str
    use: Use
    connectors: int
    """How many have their secrets sealed with it."""
    scram_users: int
    """How many have verifiers sealed with it."""

    @property
    def is_used(self) -> bool:
        return self.connectors > 0 or self.scram_users > 0


@dataclass(frozen=True, slots=True)
class Lost:
    """A connector whose secrets do not open: they were sealed with a key that the ring lacks, or
    are not what was sealed."""

    tenant: str
    connector: str
    key: str


@dataclass(frozen=True, slots=True)
class LostUser:
    """A SCRAM user that has a verifier under a key that the ring lacks."""

    tenant: str
    user: str
    key: str


@dataclass(frozen=True, slots=True)
class Sealing:
    """``keys`` newest first. ``seals`` names the key that seals, which ``keys`` has unless this
    process reads another file than those that seal."""

    seals: str
    keys: tuple[KeyInUse, ...]
    lost: tuple[Lost, ...]
    lost_users: tuple[LostUser, ...]

    @property
    def newest(self) -> KeyInUse:
        return self.keys[0]

    @property
    def former(self) -> tuple[KeyInUse, ...]:
        return tuple(each for each in self.keys if each.use is Use.FORMER)

    @property
    def is_rotating(self) -> bool:
        """Whether a rotation was begun and has not come to its end."""
        return self.newest.use is Use.OPENS or any(each.is_used for each in self.former)


def sealing() -> Sealing:
    """As it is now. Raises ``Unavailable`` when the ring cannot be read."""
    with scope.system("which keys secrets are sealed with"):
        boxes = [
            Lost(tenant, connector, key_of(secrets))
            for tenant, connector, secrets in Connector.objects.exclude(secrets="")
            .order_by("tenant__name", "name")
            .values_list("tenant__name", "name", "secrets")
        ]
        users = [
            LostUser(tenant, user, key)
            for tenant, user, verifiers in ScramUser.objects.order_by(
                "tenant__name", "service_account__name"
            ).values_list("tenant__name", "service_account__name", "verifiers")
            for key in sorted(keys_of(verifiers))
        ]
        state = SealingState.objects.filter(id=1).first()
        ring = read_ring()
    connectors, scram_users = (Counter(each.key for each in found) for found in (boxes, users))
    key = sealing_key(ring, state.key if state else "")
    names = [key_name(each) for each in ring]
    at = None if key is None else ring.index(key)
    keys = tuple(
        KeyInUse(name, _use(index, at), connectors[name], scram_users[name])
        for index, name in enumerate(names)
    )
    seals = names[at] if at is not None else state.key
    return Sealing(
        seals,
        keys,
        tuple(each for each in boxes if each.key not in names),
        tuple(each for each in users if each.key not in names),
    )


def _use(index: int, sealing_at: int | None) -> Use:
    if sealing_at is None or index < sealing_at:
        return Use.OPENS
    return Use.SEALS if index == sealing_at else Use.FORMER


def processes_without(key: str) -> list[str]:
    """Brokers and workers that live and did not have it at their last beat, by name."""
    brokers = [
        f"broker-{each.id}"
        for each in Broker.objects.filter(fenced=False).order_by("id")
        if key not in each.opens
    ]
    return brokers + [each.name for each in live_workers() if key not in each.opens]
