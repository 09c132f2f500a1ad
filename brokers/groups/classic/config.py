"""What an operator may set about classic groups."""

from dataclasses import dataclass

from brokers.kernel.limits import GROUP_MEMBERS_MAX, GROUP_METADATA_BYTES_MAX


@dataclass(frozen=True, slots=True)
class ClassicConfig:
    """Milliseconds, Kafka's names and defaults where it has them."""

    session_timeout_min_ms: int = 6_000
    """``group.min.session.timeout.ms``"""
    session_timeout_max_ms: int = 1_800_000
    """``group.max.session.timeout.ms``"""
    initial_rebalance_delay_ms: int = 3_000
    """``group.initial.rebalance.delay.ms``: an empty group waits so long for more members, and as
    long again while they come."""
    members_max: int = GROUP_MEMBERS_MAX
    """``group.max.size``"""
    metadata_bytes_max: int = GROUP_METADATA_BYTES_MAX
    new_member_timeout_ms: int = 300_000
    """How long a member that never had a generation may wait for one before it is given up. Not
    its session timeout: it does not send heartbeats yet."""
