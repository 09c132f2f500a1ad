"""How many live sockets there may be, so that one tenant's cannot crowd out another's."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from streaming.access.caller import TenantAccess
from streaming.access.refusals import over_quota_of
from streaming.quotas.budgets import Budgets, process_budgets

SOCKETS_MAX: Final = 4_000
"""Of one web process; a socket at rest costs some 50 KiB."""
SOCKETS_UNAUTHENTICATED_MAX: Final = 200
"""Upgraded sockets that have yet to say who they are; each may take ``AUTH_SECONDS``."""


class TooManySockets(Exception):
    """A limit of this module is reached; the message names it."""


class Admission:
    """Counts the sockets of one web process; each tenant's are counted over all of them."""

    def __init__(self, budgets: Budgets) -> None:
        self._budgets = budgets
        self._open = 0
        self._unauthenticated = 0

    @contextmanager
    def admit_unauthenticated(self) -> Iterator[None]:
        """Count a socket that has yet to say who it is. Raises ``TooManySockets``."""
        if self._unauthenticated >= SOCKETS_UNAUTHENTICATED_MAX:
            raise TooManySockets(
                f"there are {SOCKETS_UNAUTHENTICATED_MAX} live sockets already that have not said "
                "whose they are, which is the limit"
            )
        self._unauthenticated += 1
        try:
            yield
        finally:
            self._unauthenticated -= 1

    @contextmanager
    def admit(self, access: TenantAccess, limit: int) -> Iterator[None]:
        """Count a tenant's socket while it is open; it may have ``limit``, over all processes.

        Raises ``TooManySockets``.
        """
        tenant_id = access.tenant_id
        if self._budgets.sockets(tenant_id) >= limit:
            over_quota_of(access, "websockets")
            raise TooManySockets(
                f"tenant {access.tenant} has as many live sockets as it may: its limit websockets "
                f"is {limit}; close some, or have the limit raised"
            )
        if self._open >= SOCKETS_MAX:
            raise TooManySockets(f"the service has {SOCKETS_MAX} live sockets, which is its limit")
        self._budgets.open_socket(tenant_id)
        self._open += 1
        try:
            yield
        finally:
            self._budgets.close_socket(tenant_id)
            self._open -= 1


_admission = Admission(process_budgets())


def process_admission() -> Admission:
    """That of this process, for sockets of every kind."""
    return _admission
