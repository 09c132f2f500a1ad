from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from brokers.metering.refusal_tally import Act, Refusals
from brokers.node.authentication.unknown_login import NOT_SHOWN, shown
from tenants.models import PLATFORM
from tenants.origin import Origin
from tenants.selectors.api_keys import owners_of_keys
from tenants.selectors.users import login_exists
from tenants.services.record_refusals import RefusedAct, record_refusals


def log_refusals(
    refusals: Sequence[Refusals], *, broker_id: int | None = None, worker: str | None = None
) -> None:
    """Append what a broker, the connect worker of that name, or the web process did not allow to
    the audit logs concerned.

    A failed login with a key that exists is its tenant's to know; with any other, the platform's.
    A name that nobody has is only written down where it cannot be a secret or a password.
    One transaction per log; when a later one fails, the earlier ones stay.
    """
    told = {"broker": broker_id, "worker": worker}
    detail = {name: value for name, value in told.items() if value is not None}
    owners = owners_of_keys({each.act.object for each in refusals if _shows_a_key(each)})
    by_chain: defaultdict[UUID, list[RefusedAct]] = defaultdict(list)
    for each in refusals:
        chain = PLATFORM if each.act.tenant_id is None else UUID(each.act.tenant_id)
        if _shows_a_key(each):
            chain = owners.get(each.act.object, PLATFORM)
        by_chain[chain].append(_refused_act(each, detail, is_known=chain != PLATFORM))
    for chain, refused in by_chain.items():
        record_refusals(tenant_id=chain, refused=refused)


def _shows_a_key(refusals: Refusals) -> bool:
    return refusals.act.tenant_id is None and refusals.act.action == "login.http"


def _named(act: Act, *, is_known: bool) -> str:
    if act.action == "login.password":
        return act.object if login_exists(act.object) else NOT_SHOWN
    if act.action == "login.http" and not is_known:
        return shown(act.object)
    return act.object


def _refused_act(refusals: Refusals, detail: dict[str, Any], *, is_known: bool) -> RefusedAct:
    act = refusals.act
    return RefusedAct(
        by=act.by,
        action=act.action,
        object=_named(act, is_known=is_known),
        count=refusals.count,
        at=datetime.fromtimestamp(refusals.at_ms / 1000, UTC),
        came_from=Origin(refusals.source, refusals.request_id),
        detail=detail,
    )
