"""What the requests of one connection are charged to: the buckets of its tenant, principal and
client (``quotas/tenant_quotas.py``).

Each ``charge_…`` takes what was used, whether it is there or not, and says for how many
milliseconds there is nothing left: so long the connection is muted, as its client is told
(KIP-219).
"""

from collections.abc import Callable
from struct import Struct
from typing import Final

from brokers.kernel.ids import TenantId
from brokers.quotas.tenant_quotas import TenantQuotas, available, charge, wait_ms
from brokers.wire.registry import ApiKey

_length_at = Struct(">h").unpack_from
_LENGTH_AT: Final = 8
_CLIENT_ID_AT: Final = 10
_CLIENT_ID_BYTES_MAX: Final = 1_024
"""More than any name that a quota can be for: those of clients are kept, ten thousand of a tenant,
and may have 32 KiB."""
USER_PREFIX: Final = "User:"


class Charges:
    """``monotonic_ms`` tells the time."""

    __slots__ = ("_meter", "_monotonic_ms", "_tenant", "_user")

    def __init__(
        self, tenant: TenantQuotas, principal: str, monotonic_ms: Callable[[], int]
    ) -> None:
        self._tenant = tenant
        self._user = principal.removeprefix(USER_PREFIX)
        self._monotonic_ms = monotonic_ms
        self._meter = tenant.meter(self._user, "", monotonic_ms())

    @property
    def message_bytes(self) -> int:
        """The largest record batch that the tenant may produce."""
        return self._tenant.message_bytes

    @property
    def is_full(self) -> bool:
        """Whether the tenant stores so much that nothing more is taken."""
        return self._tenant.is_full

    @property
    def stored(self) -> str:
        """What a tenant that ``is_full`` stores, beside its limit."""
        tenant = self._tenant
        return f"{tenant.stored_bytes} bytes of its limit storage_bytes, {tenant.storage_bytes}"

    def identify(self, frame: memoryview) -> None:
        """The next charges are for this request, whoever its client says to be."""
        tenant = self._tenant
        if self._meter.version != tenant.version or tenant.tells_clients_apart:
            self._meter = tenant.meter(self._user, _client_id(frame), self._monotonic_ms())

    def charge_produce(self, byte_count: int) -> int:
        return charge(self._meter.produce, byte_count, self._monotonic_ms())

    def charge_fetch(self, byte_count: int) -> int:
        return charge(self._meter.fetch, byte_count, self._monotonic_ms())

    def charge_time(self, spent_ms: float) -> int:
        """Of the broker's event loop."""
        self._tenant.busy_ms += spent_ms
        buckets = self._meter.time
        return charge(buckets, spent_ms, self._monotonic_ms()) if buckets else 0

    def fetch_wait_ms(self) -> int:
        """Before anything may be fetched again."""
        return wait_ms(self._meter.fetch, self._monotonic_ms())

    def fetch_bytes(self, most: int) -> int:
        """What one fetch may return, ``most`` at most."""
        return available(self._meter.fetch, most, self._monotonic_ms())

    @property
    def are_short(self) -> bool:
        """Whether something may have to wait that has not begun; cheap, and sure of a no."""
        for bucket in self._meter.holding:  # noqa: SIM110 (half the cost of a generator)
            if bucket.level <= 0:
                return True
        return False

    def wait_ms(self, api_key: int) -> int:
        """Before a request to that API may begin. Without this, whoever connects anew or has many
        connections could go on; a fetch begins, and returns nothing."""
        now_ms, meter = self._monotonic_ms(), self._meter
        wait = wait_ms(meter.time, now_ms)
        if api_key == ApiKey.PRODUCE:
            wait = max(wait, wait_ms(meter.produce, now_ms))
        return wait

    @property
    def held_by(self) -> str:
        """The quota for which a connection that was muted waits longest; empty when for none."""
        now_ms, held_by, longest_ms = self._monotonic_ms(), "", 0
        for name, bucket in self._meter.named:
            wait = bucket.wait_ms(now_ms)
            if wait > longest_ms:
                held_by, longest_ms = name, wait
        return held_by

    def longest_wait_ms(self) -> int:
        """Until a connection that was muted may go on."""
        now_ms, meter = self._monotonic_ms(), self._meter
        return max(
            wait_ms(meter.time, now_ms),
            wait_ms(meter.produce, now_ms),
            wait_ms(meter.fetch, now_ms),
        )


def _client_id(frame: memoryview) -> str:
    """The request header's; nothing where it cannot be read, which is found elsewhere."""
    if len(frame) < _CLIENT_ID_AT:
        return ""
    (length,) = _length_at(frame, _LENGTH_AT)
    end = _CLIENT_ID_AT + min(max(length, 0), _CLIENT_ID_BYTES_MAX)
    return bytes(frame[_CLIENT_ID_AT:end]).decode(errors="replace")


def _nobody() -> TenantQuotas:
    quotas = TenantQuotas(TenantId(""))
    quotas.configure({}, (), brokers=1, now_ms=0)
    return quotas


UNCHARGED: Final = Charges(_nobody(), "", lambda: 0)
"""Before login, and for other brokers."""
