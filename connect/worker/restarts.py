"""When what failed is started again. Pure."""

from typing import Final

FIRST_S: Final = 1.0
LONGEST_S: Final = 60.0
"""A target that was away for hours and is back is written to within a minute; and one start a
minute, of a second or two of processor time, is what a task may cost that cannot run."""
HEALTHY_S: Final = 600.0
"""What ran that long had recovered: a failure after it is a first one."""


def failures_now(before: int, ran_s: float) -> int:
    """How many failures there have been one after the other, with one after ``ran_s`` seconds."""
    return 1 if ran_s >= HEALTHY_S else before + 1


def delay_s(failures: int) -> float:
    """Seconds from the latest of ``failures`` (from 1) to the next start: doubling, to a limit."""
    doublings = min(failures - 1, 60)
    return float(min(LONGEST_S, FIRST_S * 2**doublings))
