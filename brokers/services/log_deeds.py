from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from brokers.kernel.ids import BrokerId
from brokers.metering.refusal_tally import Refusals
from tenants.origin import Origin
from tenants.services.record_deeds import Deed, record_deeds


def log_deeds(deeds: Sequence[Refusals], *, broker_id: BrokerId) -> None:
    """Append what clients had a broker do, by itself and without a verb, to their tenants' logs.

    The deed is done, so the entry comes after it. One transaction per log; when a later one fails,
    the earlier ones stay.
    """
    by_chain: defaultdict[UUID, list[Deed]] = defaultdict(list)
    for each in deeds:
        assert each.act.tenant_id is not None, "whoever did it has logged in"
        by_chain[UUID(each.act.tenant_id)].append(_deed(each, broker_id))
    for chain, done in by_chain.items():
        record_deeds(tenant_id=chain, deeds=done)


def _deed(counted: Refusals, broker_id: BrokerId) -> Deed:
    act, moves = counted.act, counted.moves
    moved = {} if moves is None else moves.document()
    return Deed(
        by=act.by,
        action=act.action,
        object=act.object,
        at=datetime.fromtimestamp(counted.at_ms / 1000, UTC),
        came_from=Origin(counted.source, counted.request_id),
        detail={"broker": broker_id, "count": counted.count, **moved},
    )
