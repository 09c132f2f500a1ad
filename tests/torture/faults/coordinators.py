"""The broker that coordinates a group, or a transactional id, killed or stopped."""

from random import Random

from tests.torture.clients.groups import GROUPS
from tests.torture.cluster import CoordinatorKind
from tests.torture.faults import brokers
from tests.torture.faults.scene import Injected, NotNow, Scene


def kill_group_coordinator(scene: Scene, draw: Random) -> Injected:
    number, which = _of_group(scene, draw)
    return brokers.kill(scene, f"broker {number}, {which}", number)


def pause_group_coordinator(scene: Scene, draw: Random) -> Injected:
    number, which = _of_group(scene, draw)
    return brokers.pause(scene, draw, number, which)


def kill_transaction_coordinator(scene: Scene, draw: Random) -> Injected:
    number, which = _of_transactions(scene, draw)
    return brokers.kill(scene, f"broker {number}, {which}", number)


def pause_transaction_coordinator(scene: Scene, draw: Random) -> Injected:
    number, which = _of_transactions(scene, draw)
    return brokers.pause(scene, draw, number, which)


def _of_group(scene: Scene, draw: Random) -> tuple[int, str]:
    return _coordinator(scene, CoordinatorKind.GROUP, draw.choice(list(GROUPS)))


def _of_transactions(scene: Scene, draw: Random) -> tuple[int, str]:
    group = draw.choice([each for each in GROUPS.values() if each.makes])
    name = group.transactional_id(draw.randrange(group.members))
    return _coordinator(scene, CoordinatorKind.TRANSACTION, name)


def _coordinator(scene: Scene, kind: CoordinatorKind, name: str) -> tuple[int, str]:
    number = scene.cluster.coordinator_of(kind, name)
    if number is None:
        raise NotNow(f"nobody knows who coordinates {name}")
    return number, f"which coordinates {name}"
