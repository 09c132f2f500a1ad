"""What members ask. Fields are the wire's, None where it says "unchanged"."""

from collections.abc import Callable
from dataclasses import dataclass

from brokers.groups.assignors.specification import Partitions


def any_topic(_name: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class HeartbeatRequest:
    """ConsumerGroupHeartbeat."""

    member_id: str
    """Empty in version 0 of whoever has none yet."""
    member_epoch: int
    """0 to join or rejoin, -1 to leave, -2 when a static member leaves for now."""
    client_id: str = ""
    client_host: str = ""
    new_member_id: str = ""
    """For a member that comes without one; version 1 must bring its own (KIP-1082)."""
    instance_id: str | None = None
    rack_id: str | None = None
    rebalance_timeout_ms: int = -1
    """-1: unchanged."""
    topic_names: frozenset[str] | None = None
    topic_regex: str | None = None
    """Empty to have none any more."""
    assignor: str | None = None
    owned: Partitions | None = None
    """What the member still reads from."""
    needs_own_id: bool = False
    """Whether the request's version has members make their ids (1 and later)."""
    may_describe: Callable[[str], bool] = any_topic
    """Which topics whoever asks may know of: a regular expression finds no others."""

    @property
    def is_full(self) -> bool:
        """The member says everything, so it is told everything."""
        return self.member_epoch == 0 or (
            self.rebalance_timeout_ms != -1
            and self.topic_names is not None
            and self.owned is not None
        )
