from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from connect.models import Connector
from connect.sealing import sealed_anew
from tenants import audit, scope
from tenants.sealing import VERSION, SealBroken, key_name
from tenants.services.sealing_ring import ring_to_seal_with
from tenants.transactions import limit_waits

BATCH: Final = 100
"""Connectors whose rows are locked at once, for some milliseconds."""


@dataclass(frozen=True, slots=True)
class Resealed:
    """``broken`` has (tenant, connector) of those whose secrets do not open; they stay as they
    are."""

    count: int
    broken: tuple[tuple[str, str], ...]


def reseal_connectors(*, by: str) -> Resealed:
    """Seal anew what is sealed with another key than the one that seals now, of all tenants.

    A transaction and an audit entry for each ``BATCH``: a crash leaves some under the one key and
    some under the other, and the next call does the rest. Raises ``Unavailable``.
    """
    count, broken = 0, dict[UUID, tuple[str, str]]()
    while True:
        batch = _reseal_batch(by, broken.keys())
        if batch is None:
            return Resealed(count, tuple(sorted(broken.values())))
        count += batch.count
        broken |= batch.broken


@dataclass(frozen=True, slots=True)
class _Batch:
    count: int
    broken: dict[UUID, tuple[str, str]]


def _reseal_batch(by: str, leave: Collection[UUID]) -> _Batch | None:
    """None when there is nothing left to do."""
    with scope.system("secrets are sealed with another key"):
        limit_waits()
        ring = ring_to_seal_with()
        name = key_name(ring[0])
        found = list(
            Connector.objects.select_for_update(of=("self",))
            .select_related("tenant")
            .exclude(secrets="")
            .exclude(secrets__startswith=f"{VERSION}.{name}.")
            .exclude(id__in=leave)
            .order_by("id")[:BATCH]
        )
        if not found:
            return None
        broken = {}
        for connector in found:
            try:
                sealed = sealed_anew(connector.secrets, connector.id, ring)
            except SealBroken:
                broken[connector.id] = (connector.tenant.name, connector.name)
                continue
            # Not `save`: nothing that a tenant sees has changed.
            Connector.objects.filter(id=connector.id).update(secrets=sealed)
        count = len(found) - len(broken)
        if count:
            detail = {"connectors": count}
            audit.record(by=by, action="sealing_key.reseal", object=name, detail=detail)
        return _Batch(count, broken)
