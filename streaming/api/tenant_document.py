"""A tenant as the management API shows it."""

from typing import Any

from streaming.api.management_view import rfc3339
from tenants.models import Tenant


def tenant_document(tenant: Tenant) -> dict[str, Any]:
    return {
        "name": tenant.name,
        "cluster_id": tenant.cluster_id,
        "active": tenant.active,
        "standing": tenant.standing.value,
        "delete_after": rfc3339(tenant.delete_after),
        "auto_create_topics": tenant.auto_create_topics,
        "default_partition_count": tenant.default_partition_count,
        "plan": tenant.plan,
        "created_at": rfc3339(tenant.created_at),
    }
