"""Brokers that are killed, stopped, ended, or kept away."""

import contextlib
import os
import signal
from random import Random
from typing import Final

from tests.torture.faults.held_volume import HeldVolume
from tests.torture.faults.scene import Injected, Scene

PAUSE_S: Final = (1.0, 20.0)
AWAY_S: Final = (2.0, 15.0)


def kill_leader(scene: Scene, draw: Random) -> Injected:
    place, _, leader = scene.draw_partition(draw)
    return kill(scene, f"broker {leader}, which leads {place}", leader)


def kill_follower(scene: Scene, draw: Random) -> Injected:
    place, follower = scene.draw_follower(draw)
    return kill(scene, f"broker {follower}, which follows {place}", follower)


def kill_isr(scene: Scene, draw: Random) -> Injected:
    place, found, _ = scene.draw_partition(draw)
    return kill(scene, f"brokers {sorted(found.isr)}, the ISR of {place}", *found.isr)


def kill_broker(scene: Scene, draw: Random) -> Injected:
    """Any broker: the process that is killed is the Celery worker itself."""
    number = scene.draw_broker(draw)
    return kill(scene, f"broker {number}", number)


def broker_away(scene: Scene, draw: Random) -> Injected:
    """Killed, and not let back for a while: its volume is in use."""
    _, _, leader = scene.draw_partition(draw)
    lasts = draw.uniform(*AWAY_S)
    volume = scene.cluster.broker(leader).volume
    injected = kill(scene, f"broker {leader} for {lasts:.1f} s", leader)
    injected.undo = HeldVolume(volume).release
    injected.lasts_s = lasts
    return injected


def pause_leader(scene: Scene, draw: Random) -> Injected:
    place, _, leader = scene.draw_partition(draw)
    return pause(scene, draw, leader, f"which leads {place}")


def pause_follower(scene: Scene, draw: Random) -> Injected:
    place, follower = scene.draw_follower(draw)
    return pause(scene, draw, follower, f"which follows {place}")


def end_broker(scene: Scene, draw: Random) -> Injected:
    """SIGTERM: an orderly stop, and another start by the supervisor."""
    number = scene.draw_broker(draw)
    scene.send(number, signal.SIGTERM)
    return Injected(f"broker {number}", frozenset({number}))


def kill(scene: Scene, target: str, *numbers: int) -> Injected:
    for number in numbers:
        scene.send(number, signal.SIGKILL)
    return Injected(target, frozenset(numbers))


def pause(scene: Scene, draw: Random, number: int, which: str) -> Injected:
    lasts = draw.uniform(*PAUSE_S)
    pid = scene.send(number, signal.SIGSTOP)

    def resume() -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)

    target = f"broker {number}, {which}, for {lasts:.1f} s"
    return Injected(target, frozenset({number}), lasts, resume)
