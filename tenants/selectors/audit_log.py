"""The audit log, for reading and for proof."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from tenants import audit, scope
from tenants.models import AuditChain, AuditEntry

PAGE: Final = 1_000
"""Entries that an export reads in one transaction."""


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries; None does not ask. ``action`` with a ``*`` at its end is a prefix. ``since``
    is inclusive, ``until`` is not."""

    action: str | None = None
    by: str | None = None
    object: str | None = None
    outcome: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def of(self, entries: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        """Those of ``entries`` that it lets through."""
        if self.action is not None and self.action.endswith("*"):
            entries = entries.filter(action__startswith=self.action[:-1])
        elif self.action is not None:
            entries = entries.filter(action=self.action)
        for field in ("by", "object", "outcome"):
            wanted = getattr(self, field)
            if wanted is not None:
                entries = entries.filter(**{field: wanted})
        if self.since is not None:
            entries = entries.filter(at__gte=self.since)
        if self.until is not None:
            entries = entries.filter(at__lt=self.until)
        return entries


ALL: Final = AuditFilter()


@dataclass(frozen=True, slots=True)
class Verification:
    """``first_flaw`` is the sequence number at which the chain stops being true; None when all of
    its ``entries`` are."""

    entries: int
    first_flaw: int | None


def entries_of(
    tenant_id: UUID, *, limit: int = 100, before: int | None = None, wanted: AuditFilter = ALL
) -> list[AuditEntry]:
    """A chain's newest entries first; with ``before``, those of lower sequence numbers."""
    with scope.tenant(tenant_id):
        entries = wanted.of(AuditEntry.objects.order_by("-sequence"))
        if before is not None:
            entries = entries.filter(sequence__lt=before)
        return list(entries[:limit])


def all_entries_of(tenant_id: UUID, wanted: AuditFilter = ALL) -> Iterator[AuditEntry]:
    """A chain from its first entry on, in order; a page per transaction, so that an export of
    years holds none open. What is appended meanwhile is left out."""
    last, end = 0, chain_lengths([tenant_id])[tenant_id]
    while True:
        with scope.tenant(tenant_id):
            entries = AuditEntry.objects.filter(sequence__gt=last, sequence__lte=end)
            page = list(wanted.of(entries).order_by("sequence")[:PAGE])
        yield from page
        if len(page) < PAGE:
            return
        last = page[-1].sequence


def verification_of(tenant_id: UUID) -> Verification:
    """Whether anybody but this service has written in a chain."""
    with scope.tenant(tenant_id):
        chain = AuditChain.objects.filter(tenant_id=tenant_id).first()
        return Verification(0 if chain is None else chain.length, audit.first_flaw(tenant_id))


def first_flaw_of(tenant_id: UUID) -> int | None:
    """The sequence number at which a tenant's chain is broken; None when it is whole."""
    return verification_of(tenant_id).first_flaw


def chain_lengths(tenant_ids: Collection[UUID]) -> dict[UUID, int]:
    """The sequence number of the newest entry of each chain; ``PLATFORM`` names the platform's."""
    with scope.system("open consoles are told what happened"):
        chains = AuditChain.objects.filter(tenant_id__in=tenant_ids)
        known = dict(chains.values_list("tenant_id", "length"))
    return {tenant_id: known.get(tenant_id, 0) for tenant_id in tenant_ids}


def entries_after(tenant_id: UUID, sequence: int, *, limit: int) -> list[AuditEntry]:
    """The oldest entries of a chain above ``sequence``, in order."""
    with scope.system("open consoles are told what happened"):
        entries = AuditEntry.objects.filter(tenant_id=tenant_id, sequence__gt=sequence)
        return list(entries.order_by("sequence")[:limit])
