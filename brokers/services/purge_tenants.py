from datetime import UTC, datetime
from typing import Final

from django.db.models.functions import Now

from brokers.models import PartitionMutations, TenantUse, Topic
from brokers.published import topic_change
from brokers.services.control_state import share_control_state
from tenants import audit, changes, scope
from tenants.changes import NewChange
from tenants.models import (
    Acl,
    ApiKey,
    ClientQuota,
    Invitation,
    Membership,
    ScramUser,
    ServiceAccount,
    SocketTicket,
    Tenant,
    TenantLimit,
)
from tenants.published import (
    credential_change,
    no_acl_change,
    no_client_quota_change,
    no_member_change,
    no_scram_user_change,
    tenant_change,
)
from tenants.transactions import limit_waits

NAME_OF_PURGED: Final = "purged-{}"
"""With the tenant's cluster id: its name is free for another."""


def purge_tenants() -> int:
    """Purge the tenants whose grace has passed; how many there were.

    Keys, service accounts, members, invitations and tickets go; topics become tombstones, as when
    each is deleted, by which brokers delete the data; that the tenant is purged has coordinators
    forget its groups and transactions. Its row, its audit log and what it used stay. In a halted
    cell nothing is purged.
    """
    purged = 0
    while _purge_one():
        purged += 1
    return purged


def _purge_one() -> bool:
    """One tenant per transaction, so that no writer waits long behind it."""
    with scope.system("purge a tenant whose grace has passed"):
        limit_waits()
        if share_control_state().halted_at is not None:
            return False
        tenant = (
            Tenant.objects.select_for_update(no_key=True, skip_locked=True)
            .filter(delete_after__lt=Now(), purged_at__isnull=True)
            .order_by("delete_after")
            .first()
        )
        if tenant is None:
            return False
        told = [
            *_without_topics(tenant),
            *_without_keys(tenant),
            *_without_acls(tenant),
            *_without_limits(tenant),
            *_without_people(tenant),
        ]
        name, tenant.name = tenant.name, NAME_OF_PURGED.format(tenant.cluster_id)
        tenant.purged_at = datetime.now(UTC)
        tenant.save(update_fields=["name", "purged_at"])
        audit.record(tenant_id=tenant.id, by="system", action="tenant.purge", object=name)
        changes.publish([*told, tenant_change(tenant)])
    return True


def _without_topics(tenant: Tenant) -> list[NewChange]:
    rows = Topic.objects.select_for_update().filter(tenant_id=tenant.id, deleted_at__isnull=True)
    topics = list(rows)
    for topic in topics:
        topic.deleted_at = datetime.now(UTC)
    Topic.objects.bulk_update(topics, ["deleted_at"])
    return [topic_change(topic) for topic in topics]


def _without_keys(tenant: Tenant) -> list[NewChange]:
    keys = list(ApiKey.objects.select_related("service_account").filter(tenant_id=tenant.id))
    for key in keys:
        key.revoked_at = key.revoked_at or datetime.now(UTC)
    told = [credential_change(key) for key in keys]
    users = ScramUser.objects.filter(tenant_id=tenant.id)
    told += [no_scram_user_change(user) for user in users]
    users.delete()
    SocketTicket.objects.filter(tenant_id=tenant.id).delete()
    ApiKey.objects.filter(tenant_id=tenant.id).delete()
    ServiceAccount.objects.filter(tenant_id=tenant.id).delete()
    return told


def _without_acls(tenant: Tenant) -> list[NewChange]:
    acls = Acl.objects.filter(tenant_id=tenant.id)
    told = [no_acl_change(acl) for acl in acls]
    acls.delete()
    return told


def _without_limits(tenant: Tenant) -> list[NewChange]:
    quotas = ClientQuota.objects.filter(tenant_id=tenant.id)
    told = [no_client_quota_change(quota) for quota in quotas]
    quotas.delete()
    TenantUse.objects.filter(tenant_id=tenant.id).delete()
    TenantLimit.objects.filter(tenant_id=tenant.id).delete()
    PartitionMutations.objects.filter(tenant_id=tenant.id).delete()
    return told


def _without_people(tenant: Tenant) -> list[NewChange]:
    members = list(Membership.objects.filter(tenant_id=tenant.id))
    told = [no_member_change(member) for member in members]
    Membership.objects.filter(tenant_id=tenant.id).delete()
    Invitation.objects.filter(tenant_id=tenant.id).delete()
    return told
