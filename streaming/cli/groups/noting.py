"""What the command did to groups, for the audit log: brokers leave it to the edge."""

from typing import Any

from tenants.cli.tenant_choice import chosen_tenant, operator
from tenants.services.record_group_change import record_group_change


def note(tenant: str, action: str, group: str, detail: dict[str, Any] | None = None) -> None:
    """``tenant`` by its name. It was done before, so that what fails here is the entry alone."""
    record_group_change(
        tenant_id=chosen_tenant(tenant).id,
        by=operator(),
        action=action,
        group=group.replace("\0", "\N{REPLACEMENT CHARACTER}"),
        detail=detail,
    )
