"""The quotas of every tenant that this broker serves, kept up with the metadata.

What a request is charged is in ``charges.py``; how a tenant's limits are divided over brokers, in
``quota_shares.py``.
"""

import asyncio
from collections.abc import Iterable, Mapping
from math import inf
from typing import TYPE_CHECKING, Final, NamedTuple

from brokers.kernel.ids import TenantId
from brokers.metadata.records import Change, ClientQuotaRecord, Kind
from brokers.node.charges import UNCHARGED, Charges
from brokers.node.quota_shares import QuotaShares
from brokers.node.request_origin import RequestOrigin
from brokers.node.session import Session
from brokers.quotas.leases import CountLease
from brokers.quotas.tenant_quotas import (
    CONNECTIONS,
    STORAGE,
    NamedBucket,
    TenantQuotas,
    charge,
    unnamed,
    wait_ms,
)

if TYPE_CHECKING:
    from brokers.node.node import Node

LOGIN_WAIT_MS_MAX: Final = 5_000
"""Logins that come too fast wait for their turn; those that would wait longer are refused."""

LOOK_AGAIN_MS: Final = 200

FULL: Final = 0.95
"""Of what a tenant may store: it is counted every few seconds only, and the last part is for what
comes in until then."""


class TooMany(NamedTuple):
    """Why a tenant may have no more connections now: which limit, and in words."""

    quota: str
    message: str


class Quotas:
    """Belongs to the event loop."""

    def __init__(self, node: "Node") -> None:
        self._node = node
        self._tenants: dict[TenantId, TenantQuotas] = {}
        self.tenants: Mapping[TenantId, TenantQuotas] = self._tenants
        """Those that have been here, since this broker began."""
        self._full: Mapping[TenantId, int] = {}
        """What those store that store nearly all that they may."""
        self._now_ms = node.clock.monotonic_ms
        self.shares = QuotaShares(node, self._tenants)

    def of(self, tenant_id: TenantId) -> TenantQuotas:
        """The tenant's quotas here, from its first use on."""
        quotas = self._tenants.get(tenant_id)
        if quotas is None:
            quotas = self._tenants[tenant_id] = TenantQuotas(tenant_id)
            self._fill(quotas)
            self._configure(quotas)
        return quotas

    def charges(self, session: Session) -> Charges:
        """What the session's requests are charged to; other brokers' to nobody."""
        if session.peer is not None:
            return UNCHARGED
        return Charges(self.of(session.tenant_id), session.principal, self._now_ms)

    def connections(self, session: Session) -> CountLease | None:
        """What the session's connection counts against; None for another broker's."""
        return None if session.peer is not None else self.of(session.tenant_id).counts[CONNECTIONS]

    async def admit(self, session: Session, address: str, origin: RequestOrigin) -> TooMany | None:
        """Before one more connection logs in: wait for its turn. Says why it may not; it may have
        no place all the same when somebody else takes it meanwhile."""
        if session.peer is not None:
            return None
        tenant = self.of(session.tenant_id)
        named = tenant.connection_buckets(address, self._now_ms())
        buckets = unnamed(named)
        if wait_ms(buckets, self._now_ms()) > LOGIN_WAIT_MS_MAX:
            what = "new connections; reuse them, or connect more slowly"
            return _too_many(tenant, self._longest(named), what)
        wait = charge(buckets, 1, self._now_ms())
        if wait:
            self.exceeded(session, self._longest(named), origin)
        while wait:
            # Anew each time: this broker may be given a larger share of the tenant's rate.
            self.shares.hurry()
            await asyncio.sleep(min(wait, LOOK_AGAIN_MS) / 1000)
            wait = wait_ms(buckets, self._now_ms())
        has_room = await self.shares.has_room(tenant, CONNECTIONS)
        return None if has_room else self.no_room(session)

    def _longest(self, named: Iterable[NamedBucket]) -> str:
        """The quota that has to be waited for longest."""
        now_ms = self._now_ms()
        return max(named, key=lambda each: each.bucket.wait_ms(now_ms)).quota

    def no_room(self, session: Session) -> TooMany:
        tenant = self.of(session.tenant_id)
        limit = tenant.counts[CONNECTIONS].limit
        return _too_many(tenant, CONNECTIONS, f"connections, {limit:.0f} in all; close some")

    def exceeded(self, session: Session, quota: str, origin: RequestOrigin) -> None:
        """The session's login was held back or refused by the quota of that name, if there is
        one."""
        if quota:
            self._node.refusals.over_quota(session, quota, origin)

    def have_stored(self, stored_bytes: Mapping[TenantId, int]) -> None:
        """What each tenant stores, one replica of each partition; nothing for those not named."""
        tenants = self._node.image.tenants
        self._full = {
            tenant_id: stored
            for tenant_id, stored in stored_bytes.items()
            if tenant_id in tenants and stored >= tenants[tenant_id].limits.get(STORAGE, inf) * FULL
        }
        for quotas in self._tenants.values():
            self._fill(quotas)

    def _fill(self, quotas: TenantQuotas) -> None:
        quotas.is_full = quotas.tenant_id in self._full
        quotas.stored_bytes = self._full.get(quotas.tenant_id, 0)

    # Keeping up with the metadata.

    def changed(self, change: Change) -> None:
        match change.kind:
            case Kind.TENANT:
                quotas = self._tenants.get(TenantId(change.key))
                if quotas is not None:
                    self._configure(quotas)
            case Kind.QUOTA if change.payload is not None:
                record = ClientQuotaRecord.from_json(change.key, change.payload)
                quotas = self._tenants.get(record.tenant_id)
                if quotas is not None:
                    self._configure(quotas)
            case Kind.QUOTA | Kind.BROKER:
                self.begin_anew()  # Whose quota is gone, the change does not say.

    def begin_anew(self) -> None:
        """The image is another."""
        for quotas in self._tenants.values():
            self._configure(quotas)

    def _configure(self, quotas: TenantQuotas) -> None:
        image = self._node.image
        tenant = image.tenants.get(quotas.tenant_id)
        records = image.client_quotas.get(quotas.tenant_id, {}).values()
        quotas.configure(
            {} if tenant is None else tenant.limits,
            [(record.entity, record.values) for record in records],
            brokers=len(image.live_brokers()),
            now_ms=self._now_ms(),
        )


def _too_many(quotas: TenantQuotas, quota: str, what: str) -> TooMany:
    return TooMany(quota, f"tenant {quotas.tenant_id} has too many {what}")
