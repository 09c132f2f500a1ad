"""Which volumes of a run lie on disks of their own, and what those can do; none without root."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.torture.faults import ON_IMAGES
from tests.torture.layout import PAYLOAD_BYTES_MEAN
from tests.torture.options import Options
from tests.torture.power_disk import PowerDisk
from tests.torture.small_disk import SmallDisk

ROOM_BESIDE_RECORDS: Final = 256 << 20
IN_MEMORY_MAX: Final = 2 << 30
RECORD_OVERHEAD_BYTES: Final = 100
"""Of a record in a batch of few."""


@dataclass(frozen=True, slots=True)
class Disks:
    to_cut: dict[int, PowerDisk] = field(default_factory=dict)
    """By broker: all of them, or none."""
    to_fill: SmallDisk | PowerDisk | None = None
    """Broker 1's."""

    @classmethod
    def of(cls, options: Options, folder: Path) -> "Disks":
        """What the faults need, with room for every record of the run."""
        record = PAYLOAD_BYTES_MEAN + RECORD_OVERHEAD_BYTES
        room = ROOM_BESIDE_RECORDS + int(options.rate * options.minutes * 60 * record)
        volumes = folder / "data" / "volumes"
        if ON_IMAGES & set(options.faults) and PowerDisk.is_possible(folder):
            images = {
                number: PowerDisk(volumes / str(number), folder / "images" / str(number), room)
                for number in range(1, options.brokers + 1)
            }
            return cls(images, images[1])
        can_fill = SmallDisk.is_possible() and room <= IN_MEMORY_MAX
        if "disk-full" in options.faults and can_fill:
            return cls(to_fill=SmallDisk(volumes / "1", room))
        return cls()

    @property
    def all(self) -> list[SmallDisk | PowerDisk]:
        if self.to_cut:
            return list(self.to_cut.values())
        return [] if self.to_fill is None else [self.to_fill]
