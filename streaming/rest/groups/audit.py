"""What was done to groups, for the audit log."""

import logging
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async
from django.db import Error as DatabaseError

from streaming.access.caller import TenantAccess
from streaming.postgresql.turns import out_of_turn
from tenants.services.record_group_change import record_group_change

logger = logging.getLogger(__name__)


async def note(
    access: TenantAccess, action: str, group: str, detail: dict[str, Any] | None = None
) -> None:
    """Record it. The brokers have done it already, so an absent database fails no request."""
    record = database_sync_to_async(record_group_change)
    try:
        with out_of_turn():
            await record(
                tenant_id=UUID(access.tenant_id),
                by=access.principal,
                action=action,
                group=group.replace("\0", "\N{REPLACEMENT CHARACTER}"),
                detail=detail,
            )
    except DatabaseError:
        logger.exception("%s of %s by %s is not in the audit log", action, group, access.principal)
