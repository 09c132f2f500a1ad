"""Exponential back-off with full jitter. Pure: the roll of the dice is an argument.

Source: "Exponential Backoff And Jitter", AWS Architecture Blog, 2015: of the variants tried there,
a delay anywhere between nothing and the exponential bound made the fewest calls.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """``first_ms`` bounds the first delay; the bound doubles up to ``most_ms``."""

    first_ms: int
    most_ms: int = 60_000

    def delay_ms(self, attempt: int, roll: float) -> float:
        """How long to wait after failed attempt number ``attempt`` (from 1); ``roll`` in [0, 1)."""
        # 2**40 ms are 35 years: beyond it only the cost of the power grows.
        bound: int = self.first_ms << min(attempt - 1, 40)
        return roll * min(self.most_ms, bound)
