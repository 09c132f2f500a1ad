from collections.abc import Callable, Sequence
from uuid import UUID

from brokers.acl_words import binding_of, entry_of
from brokers.authorization.acl import AclBinding, AclFilter
from brokers.kernel.errors import ErrorCode
from brokers.node.ports import Actor, Refused
from tenants.acls import AclEntry, check_entry
from tenants.errors import Conflict, Invalid
from tenants.services.create_acls import create_acls
from tenants.services.delete_acls import delete_acls


def create_bindings(*, actor: Actor, bindings: Sequence[AclBinding]) -> list[Refused | None]:
    """Make those that may be, together; why not for each of the others.

    Refused: INVALID_REQUEST for what no list may say, POLICY_VIOLATION when the tenant would have
    too many.
    """
    entries = [entry_of(each) for each in bindings]
    outcomes = [_fault(entry) for entry in entries]
    valid = [entry for entry, fault in zip(entries, outcomes, strict=True) if fault is None]
    try:
        create_acls(tenant_id=UUID(actor.tenant_id), entries=valid, by=actor.principal)
    except Conflict as conflict:
        too_many = Refused(
            ErrorCode.POLICY_VIOLATION, conflict.message, quota=conflict.extra.get("limit", "")
        )
        return [fault or too_many for fault in outcomes]
    return outcomes


def _fault(entry: AclEntry) -> Refused | None:
    try:
        check_entry(entry)
    except Invalid as invalid:
        return Refused(ErrorCode.INVALID_REQUEST, invalid.message)
    return None


def delete_bindings(*, actor: Actor, filters: Sequence[AclFilter]) -> list[list[AclBinding]]:
    """End what the filters match; per filter what that was."""
    found = delete_acls(
        tenant_id=UUID(actor.tenant_id),
        filters=[_matcher(each) for each in filters],
        by=actor.principal,
    )
    return [[binding_of(row.entry) for row in rows] for rows in found]


def _matcher(wanted: AclFilter) -> Callable[[AclEntry], bool]:
    return lambda entry: wanted.matches(binding_of(entry))
