"""What a fault finds when it comes, and what it leaves to be undone."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from tests.torture.cluster import Cluster, Replicas
from tests.torture.layout import Place, places
from tests.torture.live import LiveView
from tests.torture.network.network import Network
from tests.torture.power_disk import PowerDisk
from tests.torture.small_disk import SmallDisk


class NotNow(Exception):
    """There is nothing of the kind to break at the moment, or in this service at all."""


@dataclass(slots=True)
class Injected:
    """A fault under way. ``undo`` returns what it found wrong with how the service took it."""

    target: str
    brokers: frozenset[int] = frozenset()
    lasts_s: float = 0.0
    undo: Callable[[], str | None] = lambda: None
    is_over: Callable[[], bool] = lambda: False
    """Whether it is over before its time."""
    began: float = field(default_factory=time.monotonic)


@dataclass(slots=True)
class Scene:
    """The service and what is known of it. ``partitions`` is as of just before the fault."""

    cluster: Cluster
    live: LiveView
    small_disk: SmallDisk | PowerDisk | None = None
    """One that can be filled."""
    power_disks: dict[int, PowerDisk] = field(default_factory=dict)
    """By broker."""
    network: Network | None = None
    partitions: dict[Place, Replicas] = field(default_factory=dict)
    rotten: set[int] = field(default_factory=set)
    """Brokers whose closed files were damaged: never more than a minority's."""

    def draw_partition(self, draw: Random) -> tuple[Place, Replicas, int]:
        """A partition of a promised topic that has a leader, and that leader."""
        led = [
            (place, found, found.leader)
            for place in places("all")
            if (found := self.partitions.get(place)) is not None and found.leader is not None
        ]
        if not led:
            raise NotNow("no partition has a leader")
        return draw.choice(led)

    def draw_follower(self, draw: Random) -> tuple[Place, int]:
        place, found, leader = self.draw_partition(draw)
        followers = [each for each in found.isr if each != leader]
        if not followers:
            raise NotNow(f"{place} has no follower in its ISR")
        return place, draw.choice(followers)

    def draw_broker(self, draw: Random) -> int:
        return draw.choice([each.id for each in self.cluster.brokers()])

    def send(self, number: int, sent: signal.Signals) -> int:
        """Send a signal to a broker's process; its id."""
        pid = self.cluster.broker(number).pid
        if pid is None:
            raise NotNow(f"broker {number} does not run")
        os.kill(pid, sent)
        return pid
