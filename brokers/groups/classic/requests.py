"""What members ask. Fields are the wire's; the handler fills in what a version lacks."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from brokers.groups.classic.member import Protocol

ID_REQUIRED_SINCE = 4
"""JoinGroup version from which a member must come back with the id that it was issued (KIP-394)."""

SKIP_ASSIGNMENT_SINCE = 9
"""JoinGroup version from which a leader can be told that it is one, but need not assign."""


@dataclass(frozen=True, slots=True)
class JoinRequest:
    member_id: str
    """Empty for whoever has none yet."""
    instance_id: str | None
    new_member_id: str
    """The id to give when one is needed; made by ``name_member``."""
    client_id: str
    client_host: str
    session_timeout_ms: int
    rebalance_timeout_ms: int
    """Below 0 in version 0, which has none: its session timeout counts instead."""
    protocol_type: str
    protocols: tuple[Protocol, ...]
    version: int

    @property
    def patience_ms(self) -> int:
        """The rebalance timeout that counts."""
        if self.rebalance_timeout_ms < 0:
            return self.session_timeout_ms
        return self.rebalance_timeout_ms


@dataclass(frozen=True, slots=True)
class SyncRequest:
    member_id: str
    instance_id: str | None
    generation: int
    protocol_type: str | None = None
    """None before version 5: not checked."""
    protocol_name: str | None = None
    assignments: Mapping[str, bytes] = field(default_factory=dict)
    """By member id; only the leader's count."""


@dataclass(frozen=True, slots=True)
class HeartbeatRequest:
    member_id: str
    instance_id: str | None
    """None before version 3, of static members too."""
    generation: int


@dataclass(frozen=True, slots=True)
class Departure:
    """One member that leaves, or that an administrator removes by its instance id alone."""

    member_id: str
    instance_id: str | None = None
