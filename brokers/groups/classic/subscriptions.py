"""Which topics the members of a generation have subscribed to.

Only groups of protocol type ``consumer`` say it, in the metadata that members hand to their leader:
a version, then a body that every version begins as version 0 does.
"""

from dataclasses import dataclass
from functools import cached_property
from struct import Struct
from typing import Final

from brokers.kernel.errors import ProtocolError
from brokers.wire.coordinator.consumer_protocol_subscription import decode

CONSUMER: Final = "consumer"
"""The protocol type of consumers."""

_VERSION: Final = Struct(">h")


@dataclass(frozen=True)
class Subscriptions:
    """What the members of one generation said; read when it is first asked for."""

    metadata: tuple[bytes, ...]

    @cached_property
    def topics(self) -> frozenset[str] | None:
        """Topics of all members together; None when one of them cannot be read."""
        found: set[str] = set()
        try:
            for metadata in self.metadata:
                found.update(_topics(metadata))
        except ProtocolError:
            return None
        return frozenset(found)


def _topics(metadata: bytes) -> list[str]:
    """Raises ``ProtocolError``. Lengths are checked against the bytes that remain."""
    if len(metadata) < _VERSION.size or _VERSION.unpack_from(metadata)[0] < 0:
        raise ProtocolError(f"a subscription of {len(metadata)} bytes has no version")
    return decode(0, memoryview(metadata), _VERSION.size).topics
