"""A volume on which there is no room for another byte."""

from random import Random
from typing import Final

from tests.torture.faults.scene import Injected, NotNow, Scene

LASTS_S: Final = (3.0, 15.0)


def disk_full(scene: Scene, draw: Random) -> Injected:
    disk = scene.small_disk
    if disk is None:
        raise NotNow("no volume is on a disk of its own")
    lasts = draw.uniform(*LASTS_S)
    number = int(disk.folder.name)
    disk.fill()
    return Injected(f"broker {number} for {lasts:.1f} s", lasts_s=lasts, undo=disk.empty)
