from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tenants import audit, changes, scope
from tenants.acl_presets import NONE, Preset
from tenants.changes import NewChange
from tenants.errors import ApplicationError, NotFound
from tenants.kept_tenants import begin_change
from tenants.models import ScramUser, ServiceAccount
from tenants.published import no_scram_user_change, scram_user_change
from tenants.sealed_verifiers import sealed_verifier
from tenants.services.create_service_account import create_service_account
from tenants.services.sealing_ring import ring_to_seal_with


@dataclass(frozen=True, slots=True)
class ScramChange:
    """``verifiers``: by mechanism (``scram_sha_256``, ``scram_sha_512``) what is kept of the
    password, as JSON (``tenants/verifiers.py``), or None to remove it."""

    name: str
    verifiers: Mapping[str, dict[str, Any] | None]


def alter_scram_users(
    *, tenant_id: UUID, by: str, wanted: Sequence[ScramChange]
) -> list[ApplicationError | None]:
    """Set and remove passwords of service accounts, each user's wholly or not at all.

    An account that is absent is made, without any rights. Per user, in order, why it was not done:
    ``NotFound`` for a password to remove that is not there, ``Invalid`` for a name that no service
    account may have, ``Conflict`` for an account that there may not be. Raises ``Unavailable``
    when a password is to be set and this process does not find the key that seals.
    """
    outcomes: list[ApplicationError | None] = []
    told: list[NewChange] = []
    with scope.tenant(tenant_id):
        begin_change(tenant_id)
        sets = any(kept is not None for each in wanted for kept in each.verifiers.values())
        ring = ring_to_seal_with() if sets else ()
        for each in wanted:
            try:
                told.append(_altered(tenant_id, by, each, ring))
            except ApplicationError as error:
                outcomes.append(error)
            else:
                outcomes.append(None)
        if told:
            changes.publish(told)
    return outcomes


def _altered(tenant_id: UUID, by: str, wanted: ScramChange, ring: Sequence[bytes]) -> NewChange:
    users = ScramUser.objects.select_for_update(of=("self",))
    user = users.filter(service_account__name=wanted.name).first()
    for mechanism, verifier in wanted.verifiers.items():
        if verifier is None and (user is None or mechanism not in user.verifiers):
            raise NotFound(f"there is no such credential of user {wanted.name!r}", name=wanted.name)
    if user is None:
        account = _account(tenant_id, by, wanted.name)
        user = ScramUser(service_account=account, tenant_id=tenant_id, created_by=by, verifiers={})
    for mechanism, verifier in wanted.verifiers.items():
        if verifier is None:
            del user.verifiers[mechanism]
        else:
            user.verifiers[mechanism] = sealed_verifier(
                verifier, ring, tenant_id=tenant_id, user=wanted.name, mechanism=mechanism
            )
    change = scram_user_change(user) if user.verifiers else no_scram_user_change(user)
    if user.verifiers:
        user.save()
    else:
        user.delete()
    audit.record(
        tenant_id=tenant_id,
        by=by,
        action="scram_user.alter",
        object=wanted.name,
        detail={
            "set": sorted(name for name, value in wanted.verifiers.items() if value is not None),
            "removed": sorted(name for name, value in wanted.verifiers.items() if value is None),
        },
    )
    return change


def _account(tenant_id: UUID, by: str, name: str) -> ServiceAccount:
    account = ServiceAccount.objects.filter(name=name).first()
    if account is not None:
        return account
    return create_service_account(tenant_id=tenant_id, name=name, by=by, preset=Preset(NONE))
