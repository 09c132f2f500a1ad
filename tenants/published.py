"""Tenants, keys and members as others hear of them: the payloads of their numbered changes.

The shapes are those of ``brokers/metadata/records.py``, which this floor cannot import; a test
holds the two together.
"""

from tenants.changes import NewChange
from tenants.models import ApiKey, Membership, Tenant


def tenant_change(tenant: Tenant) -> NewChange:
    payload = {
        "id": str(tenant.id),
        "name": tenant.name,
        "cluster_id": tenant.cluster_id,
        "auto_create_topics": tenant.auto_create_topics,
        "default_partition_count": tenant.default_partition_count,
        "active": tenant.active,
    }
    return NewChange("tenant", str(tenant.id), payload)


def credential_change(key: ApiKey) -> NewChange:
    """A key that may log in, or its absence once it was revoked."""
    if key.revoked_at is not None:
        return NewChange("credential", key.key_id, None)
    expires = key.expires_at
    payload = {
        "key_id": key.key_id,
        "tenant_id": str(key.tenant_id),
        "principal": key.principal,
        "administrator": key.administrator,
        "expires_at_ms": None if expires is None else int(expires.timestamp() * 1000),
        **key.verifiers,
    }
    return NewChange("credential", key.key_id, payload)


def member_change(membership: Membership) -> NewChange:
    """For web processes, which look at their open sockets again; brokers know no people."""
    return NewChange("member", _member_key(membership), {"role": membership.role})


def no_member_change(membership: Membership) -> NewChange:
    """A membership that ends."""
    return NewChange("member", _member_key(membership), None)


def _member_key(membership: Membership) -> str:
    return f"{membership.tenant_id}/{membership.user_id}"
