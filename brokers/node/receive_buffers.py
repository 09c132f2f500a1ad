"""Memory for frames that have not arrived whole.

Most frames are read and answered inside one shared buffer. What does not fit in one read moves to a
buffer of its own, drawn from here, so that what a tenant's unfinished frames hold is bounded.
"""

from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from brokers.kernel.ids import TenantId
from brokers.kernel.limits import KIB, MIB, RECEIVE_BYTES_PER_TENANT_MAX, RECEIVE_CHUNK_BYTES

_KEPT_BYTES_MAX = 8 * MIB
_SMALLEST = 4 * KIB


@dataclass(slots=True)
class _Account:
    lent_bytes: int = 0
    overdrawn: int = 0
    """Bytes beyond the budget, lent to one connection so that somebody can always finish."""
    waiting: deque[Callable[[], bool]] = field(default_factory=deque)


class ReceiveBuffers:
    """Buffers of power-of-two sizes; some are kept for the next frame. One event loop only.

    A buffer is a ``memoryview``; its identity is its owner's to keep track of. ``tenant`` None is
    everybody who has not logged in.
    """

    __slots__ = ("_accounts", "_kept", "_kept_bytes", "shared")

    def __init__(self) -> None:
        self.shared = memoryview(bytearray(RECEIVE_CHUNK_BYTES))
        """Scratch for one read; its content is gone once control returns to the event loop."""
        self._kept: dict[int, list[memoryview]] = defaultdict(list)
        self._kept_bytes = 0
        self._accounts: dict[TenantId | None, _Account] = defaultdict(_Account)

    def take(self, least: int, tenant: TenantId | None) -> memoryview:
        """A buffer of at least ``least`` bytes, whatever the budget says: for bytes already
        here."""
        size = _size_for(least)
        self._accounts[tenant].lent_bytes += size
        return self._new(size)

    def take_within_budget(
        self, least: int, whole: int, tenant: TenantId | None, when_free: Callable[[], bool]
    ) -> memoryview | None:
        """The same for bytes still to come; None past the budget, and ``when_free`` is called
        later.

        One connection of a tenant may overdraw, and gets the ``whole`` frame's size at once:
        unfinished frames would else wait for each other. ``when_free`` says whether it still cares.
        """
        size = _size_for(least)
        account = self._accounts[tenant]
        if account.lent_bytes + size > RECEIVE_BYTES_PER_TENANT_MAX:
            if account.overdrawn:
                account.waiting.append(when_free)
                return None
            size = account.overdrawn = _size_for(whole)
        account.lent_bytes += size
        return self._new(size)

    def _new(self, size: int) -> memoryview:
        kept = self._kept[size]
        if kept:
            self._kept_bytes -= size
            return kept.pop()
        return memoryview(bytearray(size))

    def give_back(self, buffer: memoryview, tenant: TenantId | None) -> None:
        """Return what ``take`` gave, under the same tenant."""
        size = len(buffer)
        account = self._accounts[tenant]
        account.lent_bytes -= size
        if account.lent_bytes <= RECEIVE_BYTES_PER_TENANT_MAX or account.overdrawn == size:
            account.overdrawn = 0
        if self._kept_bytes + size <= _KEPT_BYTES_MAX:
            self._kept[size].append(buffer)
            self._kept_bytes += size
        while account.waiting:
            if account.waiting.popleft()():
                return
        if account.lent_bytes == 0:
            self._accounts.pop(tenant, None)

    def lent_bytes(self, tenant: TenantId | None) -> int:
        """What the tenant's unfinished frames hold now."""
        account = self._accounts.get(tenant)
        return 0 if account is None else account.lent_bytes


def _size_for(least: int) -> int:
    return max(_SMALLEST, 1 << (least - 1).bit_length())
