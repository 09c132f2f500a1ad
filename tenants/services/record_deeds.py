from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tenants import audit, origin, scope
from tenants.origin import Origin
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

    Texts are cut to what an entry holds: they are a client's own words. A call whose outcome is
    unknown may be made again: then the log says it twice rather than never.
    """
    with scope.system("what brokers did for clients goes to the audit log"):
        limit_waits()
        for each in deeds:
            with origin.acting(each.came_from):
                audit.record(
                    tenant_id=tenant_id,
                    by=audit.fitting(each.by, audit.BY_CHARACTERS_MAX),
                    action=audit.fitting(each.action, audit.ACTION_CHARACTERS_MAX),
                    object=audit.fitting(each.object, audit.OBJECT_CHARACTERS_MAX),
                    detail=each.detail,
                    at=each.at,
                )
