"""What a tenant may send to its live sockets, over all of them: ``fetch_bytes_per_s``."""

import asyncio

from streaming.quotas.budgets import Budgets, process_budgets
from streaming.quotas.tenant_limits import TenantLimits, process_limits


class Egress:
    """The view of one socket. Sockets that wait go one by one: each looks again once it may."""

    __slots__ = ("_budgets", "_limits", "_name", "_tenant_id")

    def __init__(
        self, tenant_id: str, budgets: Budgets | None = None, limits: TenantLimits | None = None
    ) -> None:
        self._tenant_id = tenant_id
        self._name = f"egress:{tenant_id}"
        self._budgets = budgets or process_budgets()
        self._limits = limits or process_limits()

    @property
    def wait_seconds(self) -> float:
        """Until something may be sent; 0 when it may now."""
        return self._budgets.wait_ms(self._name) / 1000

    def spend(self, size: int) -> None:
        """Count what is about to be sent, in bytes."""
        limit = self._limits.known(self._tenant_id).fetch_bytes
        self._budgets.spend(self._name, limit, size)

    async def room(self) -> None:
        """Wait until something may be sent."""
        wait = self.wait_seconds
        while wait > 0:
            await asyncio.sleep(min(wait, 1.0))
            wait = self.wait_seconds
