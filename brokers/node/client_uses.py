"""What the clients of each tenant use of their own quotas at this broker, for people to look at.

Buckets count what is taken from them anyway; here they are looked at now and then, in slices that
give way to requests.
"""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from brokers.kernel.ids import TenantId
from brokers.quotas.client_use import ClientUse, Uses
from brokers.quotas.tenant_quotas import TenantQuotas

if TYPE_CHECKING:
    from brokers.node.node import Node

SLICE: Final = 500
"""Buckets at a time: half a millisecond."""


class ClientUses:
    """Belongs to the event loop; one look after the other."""

    def __init__(self, node: "Node") -> None:
        self._node = node
        self._looked_ms = node.clock.monotonic_ms()
        self._found: Mapping[TenantId, tuple[ClientUse, ...]] = {}

    async def look(self) -> Mapping[TenantId, tuple[ClientUse, ...]]:
        """Since the last look; what that found where there is hardly any time between."""
        node = self._node
        now_ms = node.clock.monotonic_ms()
        seconds = (now_ms - self._looked_ms) / 1000
        if seconds >= node.config.figures_interval_s / 2:
            self._looked_ms = now_ms
            self._found = {
                tenant_id: await _look_at(tenant, seconds)
                for tenant_id, tenant in [*node.quotas.tenants.items()]
            }
        return self._found


async def _look_at(tenant: TenantQuotas, seconds: float) -> tuple[ClientUse, ...]:
    uses = Uses(seconds)
    buckets = tenant.shared_buckets()
    for start in range(0, len(buckets), SLICE):
        for sharers, shared in buckets[start : start + SLICE]:
            uses.look_at(sharers, shared)
        await asyncio.sleep(0)
    return uses.most()
