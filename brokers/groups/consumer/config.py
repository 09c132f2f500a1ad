"""What an operator may set about KIP-848 groups."""

from dataclasses import dataclass

from brokers.kernel.limits import GROUP_MEMBERS_MAX


@dataclass(frozen=True, slots=True)
class ConsumerGroupConfig:
    """Milliseconds, Kafka's names and defaults where it has them."""

    session_timeout_ms: int = 45_000
    """``group.consumer.session.timeout.ms``: the coordinator's to say, not the member's."""
    heartbeat_interval_ms: int = 5_000
    """``group.consumer.heartbeat.interval.ms``"""
    members_max: int = GROUP_MEMBERS_MAX
    """``group.consumer.max.size``"""
    assignment_pause_ms_per_member: int = 1
    """Between two targets: 1,000 members that join at once would else have a target computed for
    all of them a thousand times. Kafka's ``group.consumer.assignment.interval.ms`` is one number
    for small groups too."""
    regex_refresh_interval_ms: int = 10_000
    """Between two searches of all topics for those that a group's regular expressions match,
    while topics come and go."""
