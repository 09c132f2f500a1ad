from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tenants import scope
from tenants.models import Outcome
from tenants.origin import Origin
from tenants.services.record_as_told import record_as_told
from tenants.transactions import limit_waits


@dataclass(frozen=True, slots=True)
class Deed:
    """What was done to something that has no row, as a consumer group; where and when."""

    by: str
    action: str
    object: str
    at: datetime
    came_from: Origin
    detail: dict[str, Any]


def record_deeds(*, tenant_id: UUID, deeds: Sequence[Deed]) -> None:
    """Append what was done already to the tenant's audit log.

    A call whose outcome is unknown may be made again: then the log says it twice rather than never.
    """
    with scope.system("what brokers did for clients goes to the audit log"):
        limit_waits()
        for each in deeds:
            record_as_told(
                tenant_id=tenant_id,
                by=each.by,
                action=each.action,
                object=each.object,
                at=each.at,
                came_from=each.came_from,
                detail=each.detail,
                outcome=Outcome.DONE,
            )
