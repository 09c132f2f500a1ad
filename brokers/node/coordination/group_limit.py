"""How many groups a tenant may have: counted where they are kept, one share of the limit a broker.

A group that exists is never refused. Coordinators of new groups ask here first; groups that come
with a partition whose leader was lost count at once, whatever the limit.
"""

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Final

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import TenantId
from brokers.kernel.limits import NAME_CHARACTERS_MAX
from brokers.node.coordination.internal_topics import qualified, tenant_of
from brokers.node.request_origin import RequestOrigin
from brokers.quotas.tenant_quotas import ANY_NUMBER, GROUPS

if TYPE_CHECKING:
    from brokers.node.node import Node
    from brokers.node.session import Session

RECOUNT_SECONDS: Final = 2.0


def is_new(node: "Node", tenant_id: TenantId, group_id: str) -> bool:
    """Whether a group of that name would begin here, and it may be that it must not.

    Raises ``Refusal`` NOT_COORDINATOR. A coordinator that is not loaded knows no group yet; it
    refuses whoever asks.
    """
    name = qualified(tenant_id, group_id)
    shard = node.groups.shard_for(name)
    if not shard.is_active or shard.machine.knows(name):
        return False
    is_limited = node.quotas.of(tenant_id).counts[GROUPS].limit < ANY_NUMBER
    return is_limited or len(group_id) > NAME_CHARACTERS_MAX


async def admit(
    node: "Node", session: "Session", group_id: str, origin: RequestOrigin | None = None
) -> None:
    """Before a group may begin; ``origin`` where the request under way is not the task's. Raises
    ``Refusal`` POLICY_VIOLATION, INVALID_GROUP_ID for a name that is too long, or
    NOT_COORDINATOR."""
    tenant_id = session.tenant_id
    if not is_new(node, tenant_id, group_id):
        return
    if len(group_id) > NAME_CHARACTERS_MAX:
        raise Refusal(
            ErrorCode.INVALID_GROUP_ID,
            f"a group's name has at most {NAME_CHARACTERS_MAX} characters",
        )
    tenant = node.quotas.of(tenant_id)
    lease = tenant.counts[GROUPS]
    # Counted already, and those that have begun since: they are in no record yet.
    lease.count = max(lease.count, _counted(node)[tenant_id])
    if not await node.quotas.shares.has_room(tenant, GROUPS):
        node.refusals.over_quota(session, GROUPS, origin)
        raise Refusal(
            ErrorCode.POLICY_VIOLATION,
            f"the tenant has {lease.limit:.0f} consumer groups, as many as it may have; delete "
            "one, or ask for a higher limit",
            quota=GROUPS,
        )
    lease.count += 1


async def recount(node: "Node") -> None:
    """Tell shares of the limit what is there, until cancelled."""
    while True:
        await asyncio.sleep(RECOUNT_SECONDS)
        counted = _counted(node)
        for tenant_id in counted:
            node.quotas.of(tenant_id)
        for tenant_id, tenant in node.quotas.tenants.items():
            tenant.counts[GROUPS].count = counted[tenant_id]


def _counted(node: "Node") -> Counter[TenantId]:
    return Counter(
        tenant_of(name)
        for shard in node.groups
        if shard.is_active
        for name in shard.machine.group_ids()
    )
