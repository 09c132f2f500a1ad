"""Whether two samples of times come from one distribution. Pure.

Mann and Whitney's test: how often a time of the one is above one of the other. It asks for no form
of the distributions, and a few times that were very long change nothing.
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

APART: Final = 4.5
"""Standard deviations. As in dudect: what is one in 150,000 by chance is found in none of the few
hundred comparisons of a run."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """``z`` in standard deviations of what chance gives, above 0 where the first sample is longer;
    ``above``, from 0 to 1, how often one of the first is longer than one of the second, a half for
    no difference; ``shift``, in the samples' unit, between the medians."""

    z: float
    above: float
    shift: float

    @property
    def apart(self) -> bool:
        """Whether they can be told apart."""
        return abs(self.z) >= APART

    @property
    def guesses(self) -> float:
        """About how many pairs somebody has to time to be right 99 times of 100, by their mean
        rank; infinite where there is no difference."""
        edge = abs(self.above - 0.5)
        return math.inf if not edge else (2.326 / (edge * math.sqrt(6))) ** 2


def compare(first: Sequence[float], second: Sequence[float]) -> Comparison:
    """Raises ``ValueError`` for samples that are too small to say anything."""
    many, others = len(first), len(second)
    if min(many, others) < 20:
        raise ValueError(f"20 times of each are needed, not {many} and {others}")
    ranked = sorted([(time, 0) for time in first] + [(time, 1) for time in second])
    rank_sum, ties, before = 0.0, 0, 0
    for _, same in groupby(ranked, key=lambda each: each[0]):
        tied = [which for _, which in same]
        rank_sum += tied.count(0) * (before + (len(tied) + 1) / 2)
        ties += len(tied) ** 3 - len(tied)
        before += len(tied)
    wins = rank_sum - many * (many + 1) / 2
    total = many + others
    variance = many * others / 12 * (total + 1 - ties / (total * (total - 1)))
    z = (wins - many * others / 2) / math.sqrt(variance) if variance else 0.0
    shift = statistics.median(first) - statistics.median(second)
    return Comparison(z, wins / (many * others), shift)
