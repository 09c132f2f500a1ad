from datetime import datetime
from typing import Any
from uuid import UUID

from tenants import audit, origin
from tenants.models import Outcome
from tenants.origin import Origin


def record_as_told(
    *,
    tenant_id: UUID,
    by: str,
    action: str,
    object: str,
    at: datetime,
    came_from: Origin,
    detail: dict[str, Any],
    outcome: Outcome,
) -> None:
    """Append what was done or refused elsewhere, in the caller's transaction. Texts are a client's
    own words, and are cut to what an entry holds."""
    with origin.acting(came_from):
        audit.record(
            tenant_id=tenant_id,
            by=audit.fitting(by, audit.BY_CHARACTERS_MAX),
            action=audit.fitting(action, audit.ACTION_CHARACTERS_MAX),
            object=audit.fitting(object, audit.OBJECT_CHARACTERS_MAX),
            detail=detail,
            outcome=outcome,
            at=at,
        )
