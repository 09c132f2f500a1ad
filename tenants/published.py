"""Tenants, keys, ACLs and members as others hear of them: the payloads of their numbered changes.

The shapes are those of ``brokers/metadata/records.py``, which this floor cannot import; a test
holds the two together.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tenants.changes import NewChange
from tenants.models import Acl, ApiKey, ClientQuota, Membership, ScramUser, Tenant
from tenants.selectors.quotas import applied_limits, applied_limits_of


def tenant_change(tenant: Tenant) -> NewChange:
    """Needs a scope that sees the tenant's limits."""
    return _tenant_change(tenant, applied_limits(tenant))


def tenant_changes(tenants: Sequence[Tenant]) -> list[NewChange]:
    """Of many at once. Needs a scope that sees all of them."""
    limits = applied_limits_of(tenants)
    return [_tenant_change(tenant, limits[tenant.id]) for tenant in tenants]


def _tenant_change(tenant: Tenant, limits: Mapping[str, int]) -> NewChange:
    payload = {
        "id": str(tenant.id),
        "name": tenant.name,
        "cluster_id": tenant.cluster_id,
        "auto_create_topics": tenant.auto_create_topics,
        "default_partition_count": tenant.default_partition_count,
        "active": tenant.active,
        "limits": dict(limits),
        "purged": tenant.purged_at is not None,
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
        "restriction": key.restriction,
        "scram_user": None,
        **key.verifiers,
    }
    return NewChange("credential", key.key_id, payload)


def client_quota_change(quota: ClientQuota) -> NewChange:
    payload = {
        "tenant_id": str(quota.tenant_id),
        "entity": dict(quota.entity),
        "values": dict(quota.values),
    }
    return NewChange("quota", str(quota.id), payload)


def no_client_quota_change(quota: ClientQuota) -> NewChange:
    """Nothing is said of the entity any more."""
    return NewChange("quota", str(quota.id), None)


def scram_user_change(user: ScramUser) -> NewChange:
    """A SCRAM user, for the log: which keeps it for good, so it has no verifiers, and who reads it
    takes them from the row (``scram_user_credential``)."""
    return _scram_user_change(user, {})


def scram_user_credential(user: ScramUser) -> NewChange:
    """A SCRAM user as brokers know it: a credential that logs in by SCRAM only, with its verifiers
    as they are sealed. Not for the log."""
    return _scram_user_change(user, user.verifiers)


def _scram_user_change(user: ScramUser, verifiers: Mapping[str, Any]) -> NewChange:
    payload = {
        "key_id": user.login_name,
        "tenant_id": str(user.tenant_id),
        "principal": f"User:{user.service_account.name}",
        "administrator": False,
        "expires_at_ms": None,
        "restriction": None,
        "scram_user": user.service_account.name,
        "plain_verifier": None,
        "scram_sha_256": verifiers.get("scram_sha_256"),
        "scram_sha_512": verifiers.get("scram_sha_512"),
    }
    return NewChange("credential", user.login_name, payload)


def no_scram_user_change(user: ScramUser) -> NewChange:
    """A SCRAM user that is gone."""
    return NewChange("credential", user.login_name, None)


def acl_change(acl: Acl) -> NewChange:
    """A binding that is in force."""
    payload = {"id": str(acl.id), "tenant_id": str(acl.tenant_id), **acl.entry._asdict()}
    return NewChange("acl", str(acl.id), payload)


def no_acl_change(acl: Acl) -> NewChange:
    """A binding that ends."""
    return NewChange("acl", str(acl.id), None)


def member_change(membership: Membership) -> NewChange:
    """For web processes, which look at their open sockets again; brokers know no people."""
    return NewChange("member", _member_key(membership), {"role": membership.role})


def no_member_change(membership: Membership) -> NewChange:
    """A membership that ends."""
    return NewChange("member", _member_key(membership), None)


def _member_key(membership: Membership) -> str:
    return f"{membership.tenant_id}/{membership.user_id}"
