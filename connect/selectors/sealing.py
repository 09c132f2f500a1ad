"""The keys that connectors' secrets are sealed with, and what is sealed with each."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from connect.models import Connector
from connect.selectors.workers import live_workers
from tenants import scope
from tenants.key_ring import read_ring, sealing_key
from tenants.models import SealingState
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


@dataclass(frozen=True, slots=True)
class Lost:
    """A connector whose secrets do not open: they were sealed with a key that the ring lacks, or
    are not what was sealed."""

    tenant: str
    connector: str
    key: str


@dataclass(frozen=True, slots=True)
class Sealing:
    """``keys`` newest first. ``seals`` names the key that seals, which ``keys`` has unless this
    process reads another file than those that seal."""

    seals: str
    keys: tuple[KeyInUse, ...]
    lost: tuple[Lost, ...]

    @property
    def newest(self) -> KeyInUse:
        return self.keys[0]

    @property
    def former(self) -> tuple[KeyInUse, ...]:
        return tuple(each for each in self.keys if each.use is Use.FORMER)

    @property
    def is_rotating(self) -> bool:
        """Whether a rotation was begun and has not come to its end."""
        return self.newest.use is Use.OPENS or any(each.connectors for each in self.former)


def sealing() -> Sealing:
    """As it is now. Raises ``Unavailable`` when the ring cannot be read."""
    with scope.system("which keys connectors' secrets are sealed with"):
        boxes = [
            Lost(tenant, connector, key_of(secrets))
            for tenant, connector, secrets in Connector.objects.exclude(secrets="")
            .order_by("tenant__name", "name")
            .values_list("tenant__name", "name", "secrets")
        ]
        state = SealingState.objects.filter(id=1).first()
        ring = read_ring()
    count = Counter(each.key for each in boxes)
    key = sealing_key(ring, state.key if state else "")
    names = [key_name(each) for each in ring]
    at = None if key is None else ring.index(key)
    keys = tuple(KeyInUse(name, _use(index, at), count[name]) for index, name in enumerate(names))
    seals = names[at] if at is not None else state.key
    return Sealing(seals, keys, tuple(each for each in boxes if each.key not in names))


def _use(index: int, sealing_at: int | None) -> Use:
    if sealing_at is None or index < sealing_at:
        return Use.OPENS
    return Use.SEALS if index == sealing_at else Use.FORMER


def workers_without(key: str) -> list[str]:
    """Workers that live and did not have it at their last beat, by name."""
    return [each.name for each in live_workers() if key not in each.opens]
