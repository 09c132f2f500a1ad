"""How a tenant's limits are divided over the brokers that serve it, twice a second.

The broker that a tenant's hash chooses keeps the book (``quotas/shares.py``); every other one asks
it for a share of what its clients use here. When it cannot be reached, the last share stays in
force. A broker that begins to keep books first listens for what the others hold.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from brokers.client.peer_connection import PeerUnreachable
from brokers.kernel.ids import BrokerId, TenantId
from brokers.node.peer_requests import PeerRequests
from brokers.quotas.shares import Book, Report, owner_of
from brokers.quotas.tenant_quotas import ANY_NUMBER, TenantQuotas
from brokers.wire.messages.quota_shares_request import QuotaReport, QuotaSharesRequest
from brokers.wire.registry import ApiKey

if TYPE_CHECKING:
    from brokers.node.node import Node

INTERVAL_SECONDS: Final = 0.5
HURRY_SECONDS: Final = 0.2
"""The least time between two rounds, when somebody waits."""

SETTLE_MS: Final = 3_000
"""After the set of brokers changed: by then whoever holds a share has said so to its new owner."""

ROOM_TRIES: Final = 5
"""An interval apart: by then every broker has been told anew what it may have."""

ANSWER_SECONDS: Final = 1.0
UNCHANGED: Final = -1.0
VERSION: Final = 0


class Line(NamedTuple):
    """One report, and whose."""

    tenant_id: TenantId
    limit: str
    report: Report


class QuotaShares:
    """Belongs to the event loop."""

    def __init__(self, node: "Node", tenants: Mapping[TenantId, TenantQuotas]) -> None:
        self._node = node
        self._tenants = tenants
        self._peers = PeerRequests(node)
        self._books: dict[tuple[TenantId, str], Book] = {}
        self._brokers: frozenset[BrokerId] = frozenset()
        self._settled_ms = 0
        self._hurry = asyncio.Event()
        self._asking = asyncio.Lock()

    async def work(self) -> None:
        """Report and be told, until cancelled."""
        try:
            while True:
                await self._round([*self._tenants.values()])
                await asyncio.sleep(HURRY_SECONDS)
                try:
                    async with asyncio.timeout(INTERVAL_SECONDS - HURRY_SECONDS):
                        await self._hurry.wait()
                except TimeoutError:
                    continue
                finally:
                    self._hurry.clear()
        finally:
            self._peers.close()

    def hurry(self) -> None:
        """Somebody waits: do not let the interval pass."""
        self._hurry.set()

    async def has_room(self, tenant: TenantQuotas, name: str) -> bool:
        """Whether the tenant may have one more here of what is counted. Where there is none, this
        waits while another broker may give something up."""
        lease = tenant.counts[name]
        for _ in range(ROOM_TRIES):
            if lease.has_room:
                return True
            await self._round([tenant])
            if lease.has_room or len(self._brokers) == 1:
                break
            await asyncio.sleep(INTERVAL_SECONDS)
        return lease.has_room

    async def _round(self, tenants: Sequence[TenantQuotas]) -> None:
        # Two questions under way would each tell what the other's answer changes.
        async with self._asking:
            by_owner: dict[BrokerId, list[Line]] = {}
            brokers = self._live()
            for tenant in tenants:
                lines = self._lines(tenant)
                owner = owner_of(tenant.tenant_id, brokers)
                if lines and owner is not None:
                    by_owner.setdefault(owner, []).extend(lines)
            await asyncio.gather(*(self._ask(owner, lines) for owner, lines in by_owner.items()))

    def _lines(self, tenant: TenantQuotas) -> list[Line]:
        now_ms = self._node.clock.monotonic_ms()
        rates = [
            Line(tenant.tenant_id, name, lease.report(now_ms))
            for name, lease in tenant.rates.items()
            if not lease.is_at_rest
        ]
        counts = [
            Line(tenant.tenant_id, name, lease.report())
            for name, lease in tenant.counts.items()
            if not lease.is_at_rest and lease.limit < ANY_NUMBER
        ]
        return rates + counts

    async def _ask(self, owner: BrokerId, lines: Sequence[Line]) -> None:
        node = self._node
        if owner == node.broker_id:
            self._told(lines, self.shares(owner, lines))
            return
        request = QuotaSharesRequest(
            [
                QuotaReport(
                    line.tenant_id,
                    line.limit,
                    line.report.in_force,
                    line.report.wanted,
                    line.report.held,
                )
                for line in lines
            ]
        )
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                answer = await self._peers.ask(
                    node.image.brokers[owner], ApiKey.QUOTA_SHARES, VERSION, request
                )
        except (PeerUnreachable, TimeoutError):
            return
        self._told(lines, [each.share for each in answer.shares])

    def _told(self, lines: Sequence[Line], shares: Sequence[float]) -> None:
        now_ms = self._node.clock.monotonic_ms()
        for line, share in zip(lines, shares, strict=False):
            tenant = self._tenants.get(line.tenant_id)
            if tenant is None or share < 0:
                continue
            if line.limit in tenant.rates:
                tenant.rates[line.limit].grant(share, now_ms)
            elif line.limit in tenant.counts:
                tenant.counts[line.limit].grant(share)

    # Keeping books.

    def shares(self, broker: BrokerId, lines: Sequence[Line]) -> list[float]:
        """What ``broker`` keeps to from now on, line by line; ``UNCHANGED`` for what there is no
        limit of, or where somebody else keeps the book."""
        brokers = self._live()
        has_settled = self._node.clock.monotonic_ms() >= self._settled_ms
        return [self._share(broker, line, brokers, has_settled) for line in lines]

    def _share(
        self, broker: BrokerId, line: Line, brokers: frozenset[BrokerId], has_settled: bool
    ) -> float:
        node = self._node
        tenant = node.image.tenants.get(line.tenant_id)
        limit = None if tenant is None else tenant.limits.get(line.limit)
        is_owner = owner_of(line.tenant_id, brokers) == node.broker_id
        if limit is None or not is_owner or broker not in brokers:
            return UNCHANGED
        book = self._books.get((line.tenant_id, line.limit))
        if book is None:
            book = self._books[line.tenant_id, line.limit] = Book()
        return book.share(
            broker, line.report, limit=limit, brokers=brokers, all_have_reported=has_settled
        )

    def _live(self) -> frozenset[BrokerId]:
        node = self._node
        brokers = frozenset(broker.id for broker in node.image.live_brokers())
        if brokers != self._brokers:
            self._brokers = brokers
            settles_ms = SETTLE_MS if len(brokers) > 1 else 0
            self._settled_ms = node.clock.monotonic_ms() + settles_ms
            self._books.clear()
        return brokers
