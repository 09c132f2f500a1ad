"""What a tenant may send to its live sockets, over all of them: ``fetch_bytes_per_s``."""

import asyncio

from streaming.access.caller import TenantAccess
from streaming.access.refusals import held_back
from streaming.quotas.budgets import Budgets, process_budgets
from streaming.quotas.tenant_limits import TenantLimits, process_limits


class Egress:
    """The view of one socket. Sockets that wait go one by one: each looks again once it may."""

    __slots__ = ("_access", "_budgets", "_limits", "_name")

    def __init__(
        self,
        access: TenantAccess,
        budgets: Budgets | None = None,
        limits: TenantLimits | None = None,
    ) -> None:
        self._access = access
        self._name = f"egress:{access.tenant_id}"
        self._budgets = budgets or process_budgets()
        self._limits = limits or process_limits()

    @property
    def wait_seconds(self) -> float:
        """Until something may be sent; 0 when it may now."""
        return self._budgets.wait_ms(self._name) / 1000

    def spend(self, size: int) -> None:
        """Count what is about to be sent, in bytes."""
        limit = self._limits.known(self._access.tenant_id).fetch_bytes
        self._budgets.spend(self._name, limit, size)

    async def room(self) -> None:
        """Wait until something may be sent."""
        wait = self.wait_seconds
        if wait > 0:
            held_back(self._access, "fetch_bytes_per_s")
        while wait > 0:
            await asyncio.sleep(min(wait, 1.0))
            wait = self.wait_seconds
