"""Groups of tenants that were purged go, with all that they have committed.

Told by the tenant's own record, never by its absence: metadata that is missing deletes nothing.
Transactional ids expire by themselves a week after their last use, as everybody's do.
"""

import asyncio
import logging
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from brokers.groups.shard import GroupShard
from brokers.kernel.errors import Refusal
from brokers.kernel.ids import TenantId
from brokers.node.coordination.internal_topics import qualifier
from brokers.node.coordination.shard import Shard

if TYPE_CHECKING:
    from brokers.node.node import Node

log = logging.getLogger(__name__)

LOOK_SECONDS: Final = 2.0

Done = WeakKeyDictionary[Shard[GroupShard], set[TenantId]]
"""By shard, the tenants of which nothing was left: nobody can log in to make anything more."""


async def forget_purged(node: "Node") -> None:
    """Look for groups of purged tenants among those that are kept here, until cancelled."""
    done: Done = WeakKeyDictionary()
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        purged = [tenant.id for tenant in node.image.tenants.values() if tenant.purged]
        for shard in node.groups:
            forgotten = done.setdefault(shard, set())
            for tenant_id in purged:
                if tenant_id in forgotten:
                    continue
                try:
                    if await _forget(shard, tenant_id) == 0:
                        forgotten.add(tenant_id)
                except Refusal as refusal:
                    log.info("groups of purged tenant %s wait: %s", tenant_id, refusal)


async def _forget(shard: Shard[GroupShard], tenant_id: TenantId) -> int:
    """Delete the tenant's groups; how many there were. One with members goes once they are gone."""
    prefix = qualifier(tenant_id)
    groups = await shard.ask(lambda machine, token, now: machine.list_groups(prefix, token))
    for group in groups:
        await _delete(shard, group.group_id)
    return len(groups)


async def _delete(shard: Shard[GroupShard], group_id: str) -> None:
    await shard.ask(lambda machine, token, now: machine.delete_group(group_id, token, now))
