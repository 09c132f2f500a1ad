"""What one tenant may use at one broker: its part of the tenant's limits, and its clients' quotas.

Pure. Every bucket here is the tenant's or its principals' and clients', never a connection's, so
that connecting anew changes nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from brokers.kernel.ids import TenantId
from brokers.quotas.buckets import Buckets, Shared, Sharers
from brokers.quotas.client_quotas import (
    CONNECTION_CREATION_RATE,
    CONSUMER_BYTE_RATE,
    PRODUCER_BYTE_RATE,
    REQUEST_PERCENTAGE,
    ClientQuotas,
    Quota,
)
from brokers.quotas.leases import CountLease, RateLease
from brokers.quotas.token_bucket import TokenBucket

PRODUCE: Final = "produce_bytes_per_s"
FETCH: Final = "fetch_bytes_per_s"
CONNECTION_RATE: Final = "connections_per_s"
CONNECTIONS: Final = "connections"
GROUPS: Final = "groups"
STORAGE: Final = "storage_bytes"
REQUEST_TIME: Final = "request_time_percent"
MESSAGE_BYTES: Final = "message_bytes"

RATES: Final = {PRODUCE: 1_000, FETCH: 1_000, CONNECTION_RATE: 5_000}
"""Rates that are divided over brokers, and how much may come at once, in milliseconds of the rate:
clients connect in bursts."""
COUNTS: Final = (CONNECTIONS, GROUPS)

MUTATION_BURST_MS: Final = 60_000
"""So much of the tenant's rate of partitions may come and go at once: people create their topics
together. That rate is kept in PostgreSQL and not here."""
CLIENT_MUTATION_BURST_MS: Final = 11_000
"""Of a client's quota of the same, as in Kafka unless configured: ``controller.quota.window.num``
windows of ``controller.quota.window.size.seconds``."""
CLIENT_BURST_MS: Final = 1_000
TIME_BURST_MS: Final = 500
WHOLE: Final = 100
"""Per cent of a broker's time: nobody can use more, so nothing is counted from here on."""

METERS_MAX: Final = 10_000
ANY_NUMBER: Final = 1 << 62


class NamedBucket(NamedTuple):
    """``quota`` is a limit of the tenant or a client quota."""

    quota: str
    bucket: TokenBucket


@dataclass(frozen=True, slots=True, eq=False)
class Meter:
    """What one principal's client is charged with: its own buckets, and the tenant's."""

    tenant: "TenantQuotas"
    produce: tuple[TokenBucket, ...]
    """Bytes of requests."""
    fetch: tuple[TokenBucket, ...]
    """Bytes of record batches."""
    time: tuple[TokenBucket, ...]
    """Milliseconds of the broker's time."""
    holding: tuple[TokenBucket, ...]
    """Those without which a request may not begin."""
    named: tuple[NamedBucket, ...]
    """All of them, by the names of the tenant's limits and of client quotas."""
    version: int
    """Of the tenant's quotas, when this was made."""


def unnamed(buckets: Iterable[NamedBucket]) -> tuple[TokenBucket, ...]:
    """The buckets themselves."""
    return tuple(each.bucket for each in buckets)


def charge(buckets: Iterable[TokenBucket], tokens: float, now_ms: int) -> int:
    """Take from each; milliseconds until all of them have something again."""
    wait_ms = 0
    for bucket in buckets:
        wait_ms = max(wait_ms, bucket.charge(tokens, now_ms))
    return wait_ms


def wait_ms(buckets: Iterable[TokenBucket], now_ms: int) -> int:
    """Milliseconds until all of them have something; 0 now."""
    longest = 0
    for bucket in buckets:
        if bucket.level <= 0:
            longest = max(longest, bucket.wait_ms(now_ms))
    return longest


def available(buckets: Iterable[TokenBucket], most: int, now_ms: int) -> int:
    """What all of them have, ``most`` at most."""
    for bucket in buckets:
        most = min(most, int(bucket.available(now_ms)))
    return most


class TenantQuotas:
    """``configure`` it before anything else, and again when what it was told has changed."""

    __slots__ = (
        "_buckets", "_client_quotas", "_meters", "_time", "busy_ms", "counts", "is_full",
        "message_bytes", "rates", "storage_bytes", "stored_bytes", "tenant_id", "version",
    )  # fmt: skip

    def __init__(self, tenant_id: TenantId) -> None:
        self.tenant_id = tenant_id
        self.rates: dict[str, RateLease] = {}
        self.counts: dict[str, CountLease] = {}
        self.message_bytes = ANY_NUMBER
        """The largest record batch."""
        self.busy_ms = 0.0
        """What requests have taken of the broker's time, ever."""
        self.is_full = False
        """Whether the tenant stores nearly all that it may store: nothing more is taken then."""
        self.stored_bytes = 0
        """By the newest roll-up; what ``is_full`` goes by."""
        self.storage_bytes = ANY_NUMBER
        """What it may store."""
        self.version = 0
        """Rises when meters that were given out are not right any more."""
        self._client_quotas = ClientQuotas()
        self._buckets = Buckets(CLIENT_BURST_MS)
        self._meters: dict[tuple[str, str], Meter] = {}
        self._time: TokenBucket | None = None

    def configure(
        self,
        limits: Mapping[str, int],
        client_quotas: Iterable[Quota],
        *,
        brokers: int,
        now_ms: int,
    ) -> None:
        """``brokers``: how many the limits are divided over. What is owed stays owed."""
        for name, burst_ms in RATES.items():
            self._configure_rate(name, limits.get(name), burst_ms, brokers, now_ms)
        for name in COUNTS:
            self._configure_count(name, limits.get(name), brokers)
        self.message_bytes = limits.get(MESSAGE_BYTES, ANY_NUMBER)
        self.storage_bytes = limits.get(STORAGE, ANY_NUMBER)
        self._configure_time(limits.get(REQUEST_TIME, WHOLE), now_ms)
        self._client_quotas = ClientQuotas(client_quotas)
        self._meters.clear()
        self.version += 1

    def _configure_rate(
        self, name: str, limit: int | None, burst_ms: int, brokers: int, now_ms: int
    ) -> None:
        lease = self.rates.get(name)
        if limit is None:
            self.rates.pop(name, None)
        elif lease is None:
            self.rates[name] = RateLease.begin(
                limit, brokers=brokers, burst_ms=burst_ms, now_ms=now_ms
            )
        else:
            lease.configure(limit, brokers=brokers, burst_ms=burst_ms, now_ms=now_ms)

    def _configure_count(self, name: str, limit: int | None, brokers: int) -> None:
        lease = self.counts.get(name)
        if limit is None:
            # What is open is counted all the same, for a limit that comes later.
            limit = ANY_NUMBER
        if lease is None:
            self.counts[name] = CountLease.begin(limit, brokers=brokers)
        else:
            lease.configure(limit, brokers=brokers)

    def _configure_time(self, percent: float, now_ms: int) -> None:
        if percent >= WHOLE:
            self._time = None
        elif self._time is None:
            self._time = TokenBucket.full(time_rate(percent), burst_ms=TIME_BURST_MS, now_ms=now_ms)
        else:
            self._time.set_rate(time_rate(percent), now_ms)

    @property
    def tells_clients_apart(self) -> bool:
        """Whether a meter depends on the client id."""
        return self._client_quotas.by_client_id

    def meter(self, user: str, client_id: str, now_ms: int) -> Meter:
        """For requests of that principal (without ``User:``) under that client id."""
        key = user, client_id if self._client_quotas.by_client_id else ""
        meter = self._meters.get(key)
        if meter is None:
            if len(self._meters) >= METERS_MAX:
                self._meters.clear()
            meter = self._meters[key] = self._metered(user, client_id, now_ms)
        return meter

    def _metered(self, user: str, client_id: str, now_ms: int) -> Meter:
        def named(
            quota: str, limit: str, of_tenant: TokenBucket | None, unit: float
        ) -> tuple[NamedBucket, ...]:
            group = self._client_quotas.group(quota, user, client_id)
            found = [] if of_tenant is None else [NamedBucket(limit, of_tenant)]
            if group is not None:
                key = Sharers(quota, group.user, group.client_id)
                bucket = self._buckets.get(key, group.rate * unit, group.entity, now_ms)
                found.append(NamedBucket(quota, bucket))
            return tuple(found)

        produce = named(PRODUCER_BYTE_RATE, PRODUCE, self._bucket(PRODUCE), 1)
        fetch = named(CONSUMER_BYTE_RATE, FETCH, self._bucket(FETCH), 1)
        time = named(REQUEST_PERCENTAGE, REQUEST_TIME, self._time, time_rate(1))
        return Meter(
            self,
            unnamed(produce),
            unnamed(fetch),
            unnamed(time),
            unnamed(produce + time),
            produce + fetch + time,
            self.version,
        )

    def _bucket(self, name: str) -> TokenBucket | None:
        lease = self.rates.get(name)
        return None if lease is None else lease.bucket

    def connection_buckets(self, address: str, now_ms: int) -> tuple[NamedBucket, ...]:
        """What a connection that logs in from ``address`` is charged to."""
        tenant = self._bucket(CONNECTION_RATE)
        buckets = [] if tenant is None else [NamedBucket(CONNECTION_RATE, tenant)]
        found = self._client_quotas.connection_rate(address)
        if found is not None:
            key = Sharers(CONNECTION_CREATION_RATE, address=address)
            bucket = self._buckets.get(key, *found, now_ms)
            buckets.append(NamedBucket(CONNECTION_CREATION_RATE, bucket))
        return tuple(buckets)

    def shared_buckets(self) -> list[tuple[Sharers, Shared]]:
        """Those of its principals, clients and addresses, as far as they are told apart."""
        return [*self._buckets]


def time_rate(percent: float) -> float:
    """Milliseconds of the broker's time per second."""
    return percent * 10
