"""Everything that can be broken, by name; each fault says how to undo it."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from types import ModuleType
from typing import Final, Literal

from tests.torture.faults import (
    brokers,
    commits,
    coordinators,
    disk_full,
    duplicate,
    network,
    power,
    restored,
    stores,
    volumes,
)
from tests.torture.faults.scene import Injected, Scene


@dataclass(frozen=True, slots=True)
class Kind:
    """Of each ``scope`` one fault is under way at a time, and beside one of "cell" none at all.
    ``is_minority``: a replicated partition has to go on meanwhile."""

    begin: Callable[[Scene, Random], Injected]
    scope: Literal["broker", "store", "cell"] = "broker"
    is_minority: bool = True


KINDS: Final = {
    "kill-leader": Kind(brokers.kill_leader),
    "kill-follower": Kind(brokers.kill_follower),
    "kill-isr": Kind(brokers.kill_isr, is_minority=False),
    "kill-broker": Kind(brokers.kill_broker),
    "broker-away": Kind(brokers.broker_away),
    "pause-leader": Kind(brokers.pause_leader),
    "pause-follower": Kind(brokers.pause_follower),
    "end-broker": Kind(brokers.end_broker),
    "kill-group-coordinator": Kind(coordinators.kill_group_coordinator),
    "pause-group-coordinator": Kind(coordinators.pause_group_coordinator),
    "kill-transaction-coordinator": Kind(coordinators.kill_transaction_coordinator),
    "pause-transaction-coordinator": Kind(coordinators.pause_transaction_coordinator),
    "duplicate-broker": Kind(duplicate.duplicate_broker),
    "torn-tail": Kind(volumes.torn_tail),
    "lost-index": Kind(volumes.lost_index),
    "bit-flip": Kind(volumes.bit_flip),
    "power-cut": Kind(power.power_cut),
    "power-cut-everywhere": Kind(power.power_cut_everywhere, is_minority=False),
    "disk-full": Kind(disk_full.disk_full, is_minority=False),
    "cut-off": Kind(network.cut_off),
    "cut-one-way": Kind(network.cut_one_way),
    "cut-from-followers": Kind(network.cut_from_followers, is_minority=False),
    "cut-from-postgres": Kind(network.cut_from_postgres),
    "bridge": Kind(network.bridge),
    "slow-network": Kind(network.slow_network),
    "cut-at-commit": Kind(commits.cut_at_commit),
    "restored-database": Kind(restored.restored_database, "cell", is_minority=False),
    "kill-postgres": Kind(stores.kill_postgres, "store"),
    "pause-postgres": Kind(stores.pause_postgres, "store"),
    "kill-valkey": Kind(stores.kill_valkey, "store"),
    "pause-valkey": Kind(stores.pause_valkey, "store"),
}


def needing(module: ModuleType) -> frozenset[str]:
    """The kinds that a module of this folder has."""
    return frozenset(k for k, found in KINDS.items() if found.begin.__module__ == module.__name__)


ON_LINKS: Final = needing(network) | needing(commits)
ON_IMAGES: Final = needing(power)
