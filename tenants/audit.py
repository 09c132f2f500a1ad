"""Appending to the audit log, and checking that nobody else wrote in it.

An entry's digest is SHA-256 over its own content and the digest before it, as canonical JSON. The
chain's length and head are kept apart from the entries, so that a missing tail shows as well. What
an entry's content is may grow with releases; its version, which is part of it, tells.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from tenants import origin
from tenants.models import PLATFORM, AuditChain, AuditEntry, Outcome

VERSION: Final = 2
"""1: until entries told source, request id and outcome. 2: those as well, and the version."""

BY_CHARACTERS_MAX: Final = 200
ACTION_CHARACTERS_MAX: Final = 64
OBJECT_CHARACTERS_MAX: Final = 300

listeners: Final[list[Callable[[], None]]] = []
"""Called after the commit of an entry, by the thread that wrote it: they must return at once. They
are for hints, since a process that dies between the commit and the call tells nobody."""


def record(
    *,
    by: str,
    action: str,
    object: str,
    tenant_id: UUID = PLATFORM,
    detail: dict[str, Any] | None = None,
    outcome: Outcome = Outcome.DONE,
    at: datetime | None = None,
) -> None:
    """Append one entry to the tenant's chain, or to the platform's.

    ``action`` is ``noun.verb``; ``at`` is now unless it was earlier. Where it was asked from is
    that of ``tenants/origin.py``. Locks the chain until the transaction ends, so it comes after the
    rows that the verb is about and before the numbered changes.
    """
    chain = _locked_chain(tenant_id)
    came_from = origin.current()
    entry = AuditEntry(
        tenant_id=tenant_id,
        sequence=chain.length + 1,
        at=at or datetime.now(UTC),
        by=by,
        action=action,
        object=object,
        detail=detail or {},
        source=came_from.source,
        request_id=came_from.request_id,
        outcome=outcome,
        version=VERSION,
        previous=chain.head,
    )
    entry.digest = digest(entry)
    entry.save(force_insert=True)
    chain.length = entry.sequence
    chain.head = entry.digest
    chain.save(update_fields=["length", "head"])
    for listener in listeners:
        transaction.on_commit(listener, robust=True)


def fitting(said: str, characters_max: int) -> str:
    """A client's own words, as an entry can hold them."""
    # PostgreSQL takes no NUL in a text, and nobody half of a surrogate pair.
    text = said.encode(errors="replace").decode()
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")[:characters_max]


def _locked_chain(tenant_id: UUID) -> AuditChain:
    chain = AuditChain.objects.select_for_update().filter(tenant_id=tenant_id).first()
    if chain is None:
        AuditChain.objects.bulk_create([AuditChain(tenant_id=tenant_id)], ignore_conflicts=True)
        chain = AuditChain.objects.select_for_update().get(tenant_id=tenant_id)
    return chain


def digest(entry: AuditEntry) -> str:
    """What ``entry.digest`` has to be."""
    content = [
        str(entry.tenant_id),
        entry.sequence,
        entry.at.astimezone(UTC).isoformat(),
        entry.by,
        entry.action,
        entry.object,
        entry.detail,
        entry.previous,
    ]
    if entry.version >= 2:
        content += [entry.version, entry.source, entry.request_id, str(entry.outcome)]
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def first_flaw(tenant_id: UUID = PLATFORM) -> int | None:
    """The sequence number at which the chain stops being true; None when all of it is."""
    sequence, head = 0, ""
    for entry in AuditEntry.objects.filter(tenant_id=tenant_id).order_by("sequence").iterator():
        expected = sequence + 1
        true = entry.sequence == expected and entry.previous == head
        if not true or entry.digest != digest(entry):
            return expected
        sequence, head = entry.sequence, entry.digest
    chain = AuditChain.objects.filter(tenant_id=tenant_id).first()
    kept = (0, "") if chain is None else (chain.length, chain.head)
    return None if kept == (sequence, head) else sequence + 1
