"""Whoever sends an ``Idempotency-Key`` first claims it; the others find what was claimed."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction

from streaming.models import IdempotentRequest
from tenants import scope
from tenants.errors import Conflict
from tenants.transactions import limit_waits

KEPT: Final = timedelta(hours=24)
"""How long a key stands for its request."""
KEYS_PER_TENANT_MAX: Final = 100_000
"""Within ``KEPT``. Looked at for one claim in twenty, so the bound is not sharp."""
_LOOKED_AT: Final = 0.05


@dataclass(frozen=True, slots=True)
class RequestState:
    """A request under its key. ``status`` and ``answer`` are None until it is settled."""

    id: int
    is_new: bool
    fingerprint: bytes
    plan: Any
    claimed_at: datetime
    status: int | None
    answer: bytes | None


def claim_request(
    *, tenant_id: str, principal: str, key: str, fingerprint: bytes, plan: Any
) -> RequestState:
    """Claim the key for a new request, or give back the request that has it.

    Raises ``Conflict`` when the tenant has more keys than it may.
    """
    now = datetime.now(UTC)
    with scope.tenant(UUID(tenant_id)):
        limit_waits()
        named = IdempotentRequest.objects.filter(principal=principal, key=key)
        named.filter(created_at__lt=now - KEPT).delete()
        _check_count(now)
        try:
            with transaction.atomic():
                row = IdempotentRequest.objects.create(
                    tenant_id=tenant_id,
                    principal=principal,
                    key=key,
                    fingerprint=fingerprint,
                    plan=plan,
                    created_at=now,
                    claimed_at=now,
                )
        except IntegrityError:
            return state_of(named.get(), is_new=False)
        return state_of(row, is_new=True)


def state_of(row: IdempotentRequest, *, is_new: bool) -> RequestState:
    return RequestState(
        id=row.pk,
        is_new=is_new,
        fingerprint=bytes(row.fingerprint),
        plan=row.plan,
        claimed_at=row.claimed_at,
        status=row.status,
        answer=None if row.answer is None else bytes(row.answer),
    )


def _check_count(now: datetime) -> None:
    if random.random() > _LOOKED_AT:
        return
    recent = IdempotentRequest.objects.filter(created_at__gte=now - KEPT)
    if recent.order_by("created_at")[KEYS_PER_TENANT_MAX : KEYS_PER_TENANT_MAX + 1].exists():
        raise Conflict(
            f"this tenant has used {KEYS_PER_TENANT_MAX} idempotency keys within "
            f"{KEPT.total_seconds() / 3600:.0f} hours, which is the limit; send records without one"
        )
