"""How many live sockets there may be, so that one tenant's cannot crowd out another's."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

SOCKETS_MAX: Final = 4_000
"""Of one web process; a socket at rest costs some 50 KiB."""
SOCKETS_PER_TENANT_MAX: Final = 2_000
SOCKETS_UNAUTHENTICATED_MAX: Final = 200
"""Upgraded sockets that have yet to say who they are; each may take ``AUTH_SECONDS``."""

UNAUTHENTICATED: Final = ""


class TooManySockets(Exception):
    """A limit of this module is reached; the message names it."""


class Admission:
    """Counts sockets by tenant id; ``UNAUTHENTICATED`` counts those without one."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()

    @contextmanager
    def admit(self, tenant_id: str) -> Iterator[None]:
        """Count a socket while it is open. Raises ``TooManySockets``."""
        limit = SOCKETS_PER_TENANT_MAX if tenant_id else SOCKETS_UNAUTHENTICATED_MAX
        if self._open[tenant_id] >= limit:
            what = "this tenant has" if tenant_id else "there are"
            raise TooManySockets(f"{what} {limit} live sockets already, which is the limit")
        if self._open.total() >= SOCKETS_MAX:
            raise TooManySockets(f"the service has {SOCKETS_MAX} live sockets, which is its limit")
        self._open[tenant_id] += 1
        try:
            yield
        finally:
            self._open[tenant_id] -= 1
            if not self._open[tenant_id]:
                del self._open[tenant_id]
