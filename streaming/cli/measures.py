"""What ``perf`` reports: rates, and percentiles of a bounded sample of latencies."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

SAMPLES_MAX = 500_000
"""Latencies kept by one run: about 20 MB. Past this every n-th record is measured."""

PERCENTILES = (50.0, 95.0, 99.0, 99.9)


@dataclass(frozen=True, slots=True)
class Measurement:
    """One run. ``size`` is keys and values in bytes; ``latencies_ms`` empty: not measured."""

    records: int
    size: int
    seconds: float
    failed: int = 0
    latencies_ms: Sequence[float] = ()

    def to_json(self) -> dict[str, Any]:
        """The stable form: rates per second, MB of 1,000,000 bytes, milliseconds."""
        seconds = max(self.seconds, 1e-9)
        document: dict[str, Any] = {
            "records": self.records,
            "failed": self.failed,
            "bytes": self.size,
            "seconds": round(self.seconds, 3),
            "records_per_second": round(self.records / seconds, 1),
            "mb_per_second": round(self.size / seconds / 1e6, 3),
        }
        if self.latencies_ms:
            document["latency_ms"] = latency_percentiles(self.latencies_ms)
        return document


def latency_percentiles(latencies_ms: Sequence[float]) -> dict[str, float]:
    """``p50`` to ``p99.9`` and ``max`` by nearest rank, in milliseconds. Needs at least one."""
    ordered = sorted(latencies_ms)
    ranks = {f"p{percent:g}": percentile(ordered, percent) for percent in PERCENTILES}
    return {name: round(value, 3) for name, value in (ranks | {"max": ordered[-1]}).items()}


def percentile(ordered: Sequence[float], percent: float) -> float:
    """The smallest value that at least ``percent`` per cent of ``ordered`` do not exceed."""
    # Integers: 99.9 % of 1000 must be 999, whatever a float product says.
    rank = -(-len(ordered) * round(percent * 10) // 1000)
    return ordered[max(rank, 1) - 1]


def sampling_interval(records: int) -> int:
    """Measure every how many-th record so that at most ``SAMPLES_MAX`` latencies are kept."""
    return max(1, -(-records // SAMPLES_MAX))
