"""The machine's clocks behind the ``Clock`` protocol."""

from time import monotonic_ns, time_ns


class SystemClock:
    def now_ms(self) -> int:
        """Wall clock, Unix epoch, milliseconds. May jump."""
        return time_ns() // 1_000_000

    def monotonic_ms(self) -> int:
        """Milliseconds since some fixed moment of this boot."""
        return monotonic_ns() // 1_000_000
