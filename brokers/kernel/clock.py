"""The clock as an argument.

Nothing below ``node`` reads a clock; it is handed ``now_ms``. ``node`` and ``client`` read
this protocol, so that simulation can own time.
"""

from typing import NamedTuple, Protocol


class Clock(Protocol):
    def now_ms(self) -> int:
        """Wall clock, Unix epoch, milliseconds. May jump."""
        ...

    def monotonic_ms(self) -> int:
        """Milliseconds that never go back; no relation to any date."""
        ...


class Instant(NamedTuple):
    """One reading of both, for machines whose timers need the one and whose records the other."""

    monotonic_ms: int
    wall_ms: int
