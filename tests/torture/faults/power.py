"""Power cuts: a broker, or all of them at one instant, go on with what had reached their disks."""

import signal
from contextlib import ExitStack
from random import Random
from typing import Final

from tests.torture.faults.held_volume import HeldVolume
from tests.torture.faults.scene import Injected, NotNow, Scene

OFF_S: Final = (0.0, 5.0)


def power_cut(scene: Scene, draw: Random) -> Injected:
    return _cut(scene, draw, [scene.draw_broker(draw)])


def power_cut_everywhere(scene: Scene, draw: Random) -> Injected:
    return _cut(scene, draw, [each.id for each in scene.cluster.brokers() if each.pid])


def _cut(scene: Scene, draw: Random, numbers: list[int]) -> Injected:
    disks = scene.power_disks
    if not disks:
        raise NotNow("no volume is on an image of its own")
    with ExitStack() as undo:
        for number in numbers:
            scene.send(number, signal.SIGKILL)
        injected = Injected("", frozenset(numbers))
        # Held by the lock that lies on the old image, which the new start must not get either.
        for number in numbers:
            undo.callback(HeldVolume(disks[number].folder).release)
        gone = sum(disks[number].cut() for number in numbers)
        for number in numbers:
            undo.callback(disks[number].forget_before)
        kept = undo.pop_all()
    injected.target = f"brokers {numbers}, {gone:,} bytes of records gone"
    injected.lasts_s = draw.uniform(*OFF_S)
    injected.undo = kept.close
    return injected
