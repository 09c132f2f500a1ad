"""Samples as figures."""

import math


def spread(samples: list[float]) -> dict[str, float]:
    """Nearest rank; with fewer than 100 samples p99 is the longest."""
    ordered = sorted(samples)
    return {
        "samples": len(ordered),
        "p50": round(_rank(ordered, 0.5), 3),
        "p90": round(_rank(ordered, 0.9), 3),
        "p99": round(_rank(ordered, 0.99), 3),
        "longest": round(ordered[-1], 3),
    }


def _rank(ordered: list[float], share: float) -> float:
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
