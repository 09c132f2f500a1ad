"""The limits of tenants as this web process knows them.

Looked up when a caller is, and then kept for a moment, so that what an operator has changed holds
within seconds and no record waits for the database. While it is away the last known limits stay.
"""

import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Final
from uuid import UUID

from django.db import InterfaceError, OperationalError

from tenants import scope
from tenants.models import Tenant
from tenants.selectors.quotas import applied_limits

logger = logging.getLogger(__name__)

FRESH_SECONDS: Final = 2
TENANTS_MAX: Final = 10_000


@dataclass(frozen=True, slots=True)
class EdgeLimits:
    """``rest_requests`` and ``fetch_bytes`` are a second's; ``websockets`` are open at a time."""

    rest_requests: float
    fetch_bytes: float
    websockets: int


UNKNOWN: Final = EdgeLimits(rest_requests=100, fetch_bytes=5_000_000, websockets=100)
"""Of a tenant that was never looked up, because the database was away from the start."""


class TenantLimits:
    """Thread-safe."""

    def __init__(
        self,
        look_up: Callable[[str], EdgeLimits],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._look_up = look_up
        self._monotonic = monotonic
        self._lock = Lock()
        self._known: OrderedDict[str, tuple[float, EdgeLimits]] = OrderedDict()

    def known(self, tenant_id: str) -> EdgeLimits:
        """As last looked up; asks nobody."""
        entry = self._known.get(tenant_id)
        return UNKNOWN if entry is None else entry[1]

    def refreshed(self, tenant_id: str) -> EdgeLimits:
        """As they were within ``FRESH_SECONDS``; may ask the database."""
        entry = self._known.get(tenant_id)
        if entry is not None and self._monotonic() - entry[0] < FRESH_SECONDS:
            return entry[1]
        return self.renewed(tenant_id)

    def renewed(self, tenant_id: str) -> EdgeLimits:
        """As they are now; asks the database."""
        now = self._monotonic()
        try:
            limits = self._look_up(tenant_id)
        except (OperationalError, InterfaceError) as error:
            limits = self.known(tenant_id)
            logger.warning("limits of tenant %s stay as they were known: %s", tenant_id, error)
        with self._lock:
            self._known[tenant_id] = (now, limits)
            self._known.move_to_end(tenant_id)
            if len(self._known) > TENANTS_MAX:
                self._known.popitem(last=False)
        return limits


def _look_up(tenant_id: str) -> EdgeLimits:
    with scope.tenant(UUID(tenant_id)):
        tenant = Tenant.objects.filter(id=tenant_id).first()
        limits = {} if tenant is None else applied_limits(tenant)
    return EdgeLimits(
        rest_requests=limits.get("rest_requests_per_s", UNKNOWN.rest_requests),
        fetch_bytes=limits.get("fetch_bytes_per_s", UNKNOWN.fetch_bytes),
        websockets=limits.get("websockets", UNKNOWN.websockets),
    )


_process = TenantLimits(_look_up)


def process_limits() -> TenantLimits:
    """Those known to this process."""
    return _process
