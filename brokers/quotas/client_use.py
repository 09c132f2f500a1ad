"""What principals, clients and addresses use of the quotas that hold for them. Pure.

A quota of a default holds for any number of names, which clients may make up. So of each quota the
few are told of that use most of it, and of all together a bounded number.
"""

from collections.abc import Mapping
from heapq import nlargest
from typing import Final, NamedTuple

from brokers.quotas.buckets import Shared, Sharers
from brokers.quotas.client_quotas import CLIENT_ID, IP, REQUEST_PERCENTAGE, USER, Entity
from brokers.quotas.tenant_quotas import time_rate

TOLD_PER_QUOTA: Final = 5
TOLD_MAX: Final = 200
"""Of one tenant at one broker. Of so many quotas in use at a time who uses most is told first."""

NAME_CHARACTERS_MAX: Final = 255
"""Of what clients call themselves; none that a quota names is longer."""


class ClientUse(NamedTuple):
    """``used`` is in the quota's unit: bytes, logins a second, or per cent of a broker's time."""

    quota: str
    entity: Entity
    """For whom the quota is; None stands for the default."""
    who: Mapping[str, str]
    """Who uses it: names by type of entity."""
    used: float


class _Taken(NamedTuple):
    of_rate: float
    use: ClientUse


class Uses:
    """One look at a tenant's buckets, over the last ``seconds``."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._by_quota: dict[tuple[str, tuple[tuple[str, str | None], ...]], list[_Taken]] = {}

    def look_at(self, sharers: Sharers, shared: Shared) -> None:
        """Each bucket once."""
        taken = shared.bucket.taken_since_look()
        if not taken:
            return
        a_second = taken / self._seconds
        used = a_second / time_rate(1) if sharers.quota == REQUEST_PERCENTAGE else a_second
        use = ClientUse(sharers.quota, shared.entity, _names(sharers), round(used, 3))
        key = sharers.quota, tuple(shared.entity.items())
        most = self._by_quota.setdefault(key, [])
        most.append(_Taken(a_second / shared.bucket.rate, use))
        if len(most) > 2 * TOLD_PER_QUOTA:
            most[:] = nlargest(TOLD_PER_QUOTA, most, key=_share)

    def most(self) -> tuple[ClientUse, ...]:
        """Of each quota who uses most of it, first those that use most of all."""
        ranked = [
            (-rank, taken)
            for each in self._by_quota.values()
            for rank, taken in enumerate(nlargest(TOLD_PER_QUOTA, each, key=_share))
        ]
        told = nlargest(TOLD_MAX, ranked, key=lambda each: (each[0], each[1].of_rate))
        return tuple(taken.use for _rank, taken in told)


def _share(taken: _Taken) -> float:
    return taken.of_rate


def _names(sharers: Sharers) -> dict[str, str]:
    parts = ((USER, sharers.user), (CLIENT_ID, sharers.client_id), (IP, sharers.address))
    # PostgreSQL takes no NUL in a text.
    return {
        kind: name[:NAME_CHARACTERS_MAX].replace("\0", "\N{REPLACEMENT CHARACTER}")
        for kind, name in parts
        if name is not None
    }
