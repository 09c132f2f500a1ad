"""Whom an internal certificate names: a broker by its id, or the edge.

The names are DNS names of the private-use domain ``internal`` and stand in the certificate as
subject alternative names (RFC 5280 section 4.2.1.6), where OpenSSL looks for them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from brokers.kernel.ids import BrokerId

DOMAIN: Final = "headwater.internal"
"""All names end with it, and an authority can vouch for no other."""

ANY_BROKER: Final = f"broker.{DOMAIN}"
"""What every broker's certificate has beside the name of its own."""

_EDGE: Final = f"edge.{DOMAIN}"
_PREFIX: Final = "broker-"


@dataclass(frozen=True, slots=True)
class Holder:
    """``broker_id`` None: the edge, which is whoever speaks in the name of tenants."""

    broker_id: BrokerId | None

    @property
    def names(self) -> tuple[str, ...]:
        """Its own name first."""
        if self.broker_id is None:
            return (_EDGE,)
        return (broker_name(self.broker_id), ANY_BROKER)

    @property
    def serves(self) -> bool:
        """Whether others connect to it."""
        return self.broker_id is not None

    def __str__(self) -> str:
        return "the edge" if self.broker_id is None else f"broker {self.broker_id}"


EDGE: Final = Holder(None)


def broker_name(broker_id: BrokerId) -> str:
    """What the certificate of that broker, and of no other, is for."""
    return f"{_PREFIX}{broker_id}.{DOMAIN}"


def holder_of(names: Iterable[str]) -> Holder | None:
    """Whose certificate has exactly these names; None for names that we give nobody."""
    found = set(names)
    for name in found:
        number = name.removeprefix(_PREFIX).removesuffix(f".{DOMAIN}")
        is_number = number.isascii() and number.isdigit()
        holder = Holder(BrokerId(int(number))) if is_number else EDGE
        if found == set(holder.names):
            return holder
    return None
