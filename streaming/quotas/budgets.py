"""The budgets of this web process: requests and bytes by tenant, and how many sockets each has.

Views run in threads and sockets on the event loop, so a lock guards what are a few additions.
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Final

from streaming.quotas.budget import Budget, Verdict
from streaming.quotas.shares import Shares

BUDGETS_MAX: Final = 50_000
IDLE_DEMAND: Final = 0.01
"""Units a second; below it a budget is not spoken of, and is dropped once it is full."""
SOCKETS: Final = "sockets:"


def monotonic_ms() -> int:
    return time.monotonic_ns() // 1_000_000


class Budgets:
    """Budgets by name, each made when it is first asked for."""

    def __init__(self, clock: Callable[[], int] = monotonic_ms) -> None:
        self._clock = clock
        self._lock = Lock()
        self._budgets: dict[str, Budget] = {}
        self._sockets: Counter[str] = Counter()
        self._shares = Shares()
        self._demands: Mapping[str, float] = {}

    # --- what is asked for ------------------------------------------------------------------------

    def ask(self, name: str, limit: float) -> Verdict:
        """Take one unit if there is one; ``limit`` is of the whole service, a second."""
        with self._lock:
            now = self._clock()
            return self._budget(name, limit, now).ask(now)

    def spend(self, name: str, limit: float, units: float) -> None:
        """Take what was used already."""
        with self._lock:
            now = self._clock()
            self._budget(name, limit, now).spend(units, now)

    def wait_ms(self, name: str) -> int:
        """Until more may be used; 0 when it may now."""
        with self._lock:
            budget = self._budgets.get(name)
            return 0 if budget is None else budget.wait_ms(self._clock())

    def open_socket(self, tenant_id: str) -> None:
        with self._lock:
            self._sockets[tenant_id] += 1

    def close_socket(self, tenant_id: str) -> None:
        with self._lock:
            self._sockets[tenant_id] -= 1
            if not self._sockets[tenant_id]:
                del self._sockets[tenant_id]

    def sockets(self, tenant_id: str) -> int:
        """The tenant's open sockets here and, as they have last said, at the other processes."""
        with self._lock:
            elsewhere = self._shares.elsewhere(SOCKETS + tenant_id)
            return self._sockets[tenant_id] + round(elsewhere)

    def demand(self, name: str) -> float:
        """Units a second that are asked for, here and, as they have last said, elsewhere."""
        with self._lock:
            return self._demands.get(name, 0.0) + self._shares.elsewhere(name)

    # --- what the web processes tell each other ---------------------------------------------------

    def demands(self) -> dict[str, float]:
        """What this process has been asked for since it last said so; other shares follow."""
        with self._lock:
            now = self._clock()
            demands = {}
            for name, budget in list(self._budgets.items()):
                demand = min(budget.demand(now), budget.limit)
                if demand >= IDLE_DEMAND:
                    demands[name] = demand
                elif budget.wait_ms(now) == 0:
                    # Used next, it is as full as it would have become by then.
                    del self._budgets[name]
            self._demands = demands
            self._settle(now)
            return demands | {SOCKETS + name: float(n) for name, n in self._sockets.items()}

    def heard(self, peer: str, demands: Mapping[str, float]) -> None:
        """Another process has said what it is asked for."""
        with self._lock:
            self._shares.heard(peer, demands, self._clock())

    def reconnected(self) -> None:
        """The others can be heard again."""
        with self._lock:
            self._shares.reconnected(self._clock())

    def forget_silent(self) -> None:
        """To be called only while others could be heard."""
        with self._lock:
            self._shares.forget_silent(self._clock())

    def _settle(self, now: int) -> None:
        for name, budget in self._budgets.items():
            budget.set_share(self._share(name, budget.limit), now)

    def _budget(self, name: str, limit: float, now: int) -> Budget:
        budget = self._budgets.get(name)
        if budget is None:
            if len(self._budgets) >= BUDGETS_MAX:
                del self._budgets[next(iter(self._budgets))]
            budget = self._budgets[name] = Budget(self._share(name, limit), now)
            budget.limit = limit
        elif budget.limit != limit:
            budget.limit = limit
            budget.set_share(self._share(name, limit), now)
        return budget

    def _share(self, name: str, limit: float) -> float:
        return self._shares.share(name, limit, min(self._demands.get(name, 0.0), limit))


_process = Budgets()


def process_budgets() -> Budgets:
    """Those of this process."""
    return _process
