"""What a broker process has cost: CPU seconds and resident memory, read from ``/proc``."""

import os
from dataclasses import dataclass
from pathlib import Path

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cost:
    cpu_seconds: float
    resident_mib: float
    resident_peak_mib: float

    def since(self, earlier: "Cost") -> float:
        """CPU seconds spent after ``earlier`` was read."""
        return self.cpu_seconds - earlier.cpu_seconds


def read_cost(pids: list[int]) -> Cost:
    """The sum over ``pids``, their threads included, their children not."""
    ticks = 0
    resident = peak = 0.0
    for pid in pids:
        stat = Path(f"/proc/{pid}/stat").read_text()
        fields = stat.rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])  # utime, stime: fields 14 and 15 of proc(5)
        status = dict(
            line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines()
        )
        resident += int(status["VmRSS"].split()[0]) / 1024
        peak += int(status["VmHWM"].split()[0]) / 1024
    return Cost(ticks / _TICKS_PER_SECOND, resident, peak)
