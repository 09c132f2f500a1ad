from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tenants import scope
from tenants.models import PLATFORM, Outcome
from tenants.origin import Origin
from tenants.services.record_as_told import record_as_told
from tenants.transactions import limit_waits


@dataclass(frozen=True, slots=True)
class RefusedAct:
    """``count`` times the same; ``came_from`` and ``at`` are those of the first."""

    by: str
    action: str
    object: str
    count: int
    at: datetime
    came_from: Origin
    detail: dict[str, Any]


def record_refusals(*, tenant_id: UUID = PLATFORM, refused: Sequence[RefusedAct]) -> None:
    """Append what was not allowed to the tenant's audit log, or to the platform's.

    A call whose outcome is unknown may be made again: then the log says it twice rather than never.
    """
    with scope.system("what was refused goes to the audit log"):
        limit_waits()
        for each in refused:
            record_as_told(
                tenant_id=tenant_id,
                by=each.by,
                action=each.action,
                object=each.object,
                at=each.at,
                came_from=each.came_from,
                detail={**each.detail, "count": each.count},
                outcome=Outcome.REFUSED,
            )
