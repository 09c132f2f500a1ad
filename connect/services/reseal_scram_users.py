from dataclasses import dataclass
from typing import Final
from uuid import UUID

from tenants import audit, changes, scope
from tenants.models import ScramUser
from tenants.published import scram_user_change
from tenants.sealed_verifiers import keys_of, sealed_anew
from tenants.sealing import SealBroken, key_name
from tenants.services.sealing_ring import ring_to_seal_with
from tenants.transactions import limit_waits

BATCH: Final = 100
"""Users whose rows are locked at once, for some milliseconds."""


@dataclass(frozen=True, slots=True)
class ResealedUsers:
    """``broken`` has (tenant, user) of those whose verifiers do not open; they stay as they are."""

    count: int
    broken: tuple[tuple[str, str], ...]


def reseal_scram_users(*, by: str) -> ResealedUsers:
    """Seal anew, of all tenants' SCRAM users, what is not under the key that seals now, and what is
    in clear; brokers are told of each.

    A transaction and an audit entry for each ``BATCH``: a crash leaves some under the one key and
    some under the other, and the next call does the rest. Raises ``Unavailable``.
    """
    count, broken, last = 0, list[tuple[str, str]](), None
    while True:
        batch = _reseal_batch(by, last)
        count += batch.count
        broken += batch.broken
        last = batch.last
        if last is None:
            return ResealedUsers(count, tuple(sorted(broken)))


@dataclass(frozen=True, slots=True)
class _Batch:
    """``last`` is the last row that was looked at, None when there are no more."""

    count: int
    broken: list[tuple[str, str]]
    last: UUID | None


def _reseal_batch(by: str, after: UUID | None) -> _Batch:
    with scope.system("verifiers are sealed with another key"):
        limit_waits()
        ring = ring_to_seal_with()
        name = key_name(ring[0])
        users = ScramUser.objects.select_for_update(of=("self",))
        if after is not None:
            users = users.filter(pk__gt=after)
        found = list(users.select_related("service_account", "tenant").order_by("pk")[:BATCH])
        told, broken = [], []
        for user in found:
            if keys_of(user.verifiers) == {name}:
                continue
            try:
                user.verifiers = sealed_anew(
                    user.verifiers, ring, tenant_id=user.tenant_id, user=user.service_account.name
                )
            except SealBroken:
                broken.append((user.tenant.name, user.service_account.name))
                continue
            user.save(update_fields=["verifiers"])
            told.append(scram_user_change(user))
        if told:
            detail = {"scram_users": len(told)}
            audit.record(by=by, action="sealing_key.reseal", object=name, detail=detail)
            changes.publish(told)
        return _Batch(len(told), broken, found[-1].pk if len(found) == BATCH else None)
