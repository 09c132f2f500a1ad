from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from brokers.metering.refusal_tally import Refusals
from tenants.models import PLATFORM
from tenants.origin import Origin
from tenants.selectors.api_keys import owners_of_keys
from tenants.services.record_refusals import RefusedAct, record_refusals


def log_refusals(refusals: Sequence[Refusals], *, broker_id: int | None = None) -> None:
    """Append what a broker, or the web process, did not allow to the audit logs concerned.

    A failed login with a key that exists is its tenant's to know; with any other, the platform's.
    One transaction per log; when a later one fails, the earlier ones stay.
    """
    detail = {} if broker_id is None else {"broker": broker_id}
    owners = owners_of_keys({each.act.object for each in refusals if _shows_a_key(each)})
    by_chain: defaultdict[UUID, list[RefusedAct]] = defaultdict(list)
    for each in refusals:
        chain = PLATFORM if each.act.tenant_id is None else UUID(each.act.tenant_id)
        if _shows_a_key(each):
            chain = owners.get(each.act.object, PLATFORM)
        by_chain[chain].append(_refused_act(each, detail))
    for chain, refused in by_chain.items():
        record_refusals(tenant_id=chain, refused=refused)


def _shows_a_key(refusals: Refusals) -> bool:
    return refusals.act.tenant_id is None and refusals.act.action == "login.http"


def _refused_act(refusals: Refusals, detail: dict[str, Any]) -> RefusedAct:
    act = refusals.act
    return RefusedAct(
        by=act.by,
        action=act.action,
        object=act.object,
        count=refusals.count,
        at=datetime.fromtimestamp(refusals.at_ms / 1000, UTC),
        came_from=Origin(refusals.source, refusals.request_id),
        detail=detail,
    )
