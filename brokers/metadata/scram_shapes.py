"""What the salts of SCRAM users look like and how often they are hashed, cluster by cluster: what
anybody hears who begins a login, so what is made up for who is not there has to look like it."""

from bisect import bisect, insort
from collections import Counter
from collections.abc import Mapping
from hashlib import sha256
from typing import NamedTuple

from brokers.metadata.records import KeptVerifier, SealedVerifier


class ScramShape(NamedTuple):
    """``salt_style`` is ``base36`` or ``bytes`` (``tenants/sealed_verifiers.py``)."""

    iterations: int
    salt_bytes: int
    salt_style: str


def shape_of(kept: KeptVerifier) -> ScramShape:
    if isinstance(kept, SealedVerifier):
        return ScramShape(kept.iterations, kept.salt_bytes, kept.salt_style)
    return ScramShape(kept.iterations, len(kept.salt), "bytes")


class ScramShapes:
    """How many users of each cluster have which shape, for one mechanism."""

    def __init__(self) -> None:
        self._counts: dict[str, Counter[ScramShape]] = {}
        self._ring: list[tuple[bytes, str]] = []

    def add(self, cluster: str, kept: KeptVerifier) -> None:
        if cluster not in self._counts:
            self._counts[cluster] = Counter()
            insort(self._ring, _place(cluster))
        self._counts[cluster][shape_of(kept)] += 1

    def remove(self, cluster: str, kept: KeptVerifier) -> None:
        counts, shape = self._counts[cluster], shape_of(kept)
        counts[shape] -= 1
        if not counts[shape]:
            del counts[shape]
        if not counts:
            del self._counts[cluster]
            self._ring.remove(_place(cluster))

    def clear(self) -> None:
        self._counts.clear()
        self._ring.clear()

    def of(self, cluster: str) -> Mapping[ScramShape, int]:
        """Those of a cluster that has no users, or is none, are another's, always the same one's as
        long as that has any: nobody can tell by them which clusters there are."""
        counts = self._counts.get(cluster)
        if counts is not None:
            return counts
        if not self._ring:
            return {}
        return self._counts[self._ring[bisect(self._ring, _place(cluster)) % len(self._ring)][1]]


def _place(cluster: str) -> tuple[bytes, str]:
    return sha256(cluster.encode()).digest(), cluster
