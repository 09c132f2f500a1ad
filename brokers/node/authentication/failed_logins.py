"""How often logins fail, and what follows from it for whoever comes from there.

A key that failed too often from one address is not looked at from that address for a while: others
log in with it from wherever they are, and with other keys from there too, so nobody can lock out
somebody else. An address from which logins fail in floods gets no more of the broker's work than
it takes to judge what it shows; what is right is let in all the same.
"""

from typing import Final

from brokers.kernel.addresses import network_of
from brokers.quotas.failures import Failures

KEPT_MAX: Final = 20_000
"""Of each kind; the one that failed longest ago is forgotten."""

KEY_FAILURES_PER_SECOND: Final = 0.1
KEY_BURST_MS: Final = 100_000
"""Ten tries of a key from one address, then one each ten seconds: secrets have 256 random bits, but
a SCRAM user's password is whatever its owner chose."""

ADDRESS_FAILURES_PER_SECOND: Final = 2.0
ADDRESS_BURST_MS: Final = 60_000
"""A deployment that was rolled out with a wrong secret restarts some tens of programs at once."""

WAITING_PER_ADDRESS_MAX: Final = 50
"""Failed logins that wait for their answer; those beyond are answered at once, and hold nothing."""


class FailedLogins:
    """``address`` is an IP address as text; times are milliseconds of a monotonic clock."""

    def __init__(self) -> None:
        self._by_key: Failures[tuple[str, str]] = Failures(
            KEY_FAILURES_PER_SECOND, burst_ms=KEY_BURST_MS, kept_max=KEPT_MAX
        )
        self._by_address: Failures[str] = Failures(
            ADDRESS_FAILURES_PER_SECOND, burst_ms=ADDRESS_BURST_MS, kept_max=KEPT_MAX
        )
        self._waiting: dict[str, int] = {}

    def locks_out(self, address: str, key_id: str, now_ms: int) -> bool:
        """Whether the key is not to be looked at from there now."""
        return self._by_key.wait_ms((network_of(address), key_id), now_ms) > 0

    def is_flooded_by(self, address: str, now_ms: int) -> bool:
        """Whether logins fail so often from there that nothing is looked up or logged for it."""
        return self._by_address.wait_ms(network_of(address), now_ms) > 0

    def failed(self, address: str, key_id: str, now_ms: int) -> None:
        """A login from there with that key was refused."""
        network = network_of(address)
        self._by_key.note((network, key_id), now_ms)
        self._by_address.note(network, now_ms)

    def begin_waiting(self, address: str) -> bool:
        """Whether one more answer may be delayed; ``end_waiting`` must follow if so."""
        network = network_of(address)
        if self._waiting.get(network, 0) >= WAITING_PER_ADDRESS_MAX:
            return False
        self._waiting[network] = self._waiting.get(network, 0) + 1
        return True

    def end_waiting(self, address: str) -> None:
        network = network_of(address)
        self._waiting[network] -= 1
        if not self._waiting[network]:
            del self._waiting[network]
