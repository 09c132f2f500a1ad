"""What is to break and when: drawn from a seed before anything runs, so a run can be asked again.

A mix of one to three kinds lasts 20 to 30 seconds; a quarter of the mixes is calm, so that the
service is not on its knees all the time and has something to lose.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

MIX_S: Final = (20.0, 30.0)
BETWEEN_FAULTS_S: Final = (3.0, 8.0)
KINDS_PER_MIX_MAX: Final = 3
CALM_SHARE: Final = 0.25
OTHERS: Final = 4
"""Half of all kinds find that it is not now; others then have the moment."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A fault ``at`` seconds into the run. ``seed`` draws its details, whatever others drew;
    ``others`` are tried in turn while it is not possible."""

    at: float
    kind: str
    seed: str
    others: tuple[str, ...] = ()


def plan(seed: int, seconds: float, kinds: Sequence[str]) -> list[Planned]:
    """The first mix is never calm: even a short run breaks something."""
    draw = random.Random(seed)
    planned: list[Planned] = []
    begin = 0.0
    while kinds and begin < seconds:
        end = begin + draw.uniform(*MIX_S)
        is_calm = begin > 0 and draw.random() < CALM_SHARE
        mix = draw.sample(kinds, min(len(kinds), draw.randint(1, KINDS_PER_MIX_MAX)))
        at = begin
        while not is_calm and at < min(end, seconds):
            kind, others = draw.choice(mix), draw.sample(kinds, min(len(kinds), OTHERS))
            planned.append(Planned(at, kind, f"{seed}/{len(planned)}", tuple(others)))
            at += draw.uniform(*BETWEEN_FAULTS_S)
        begin = end
    return planned
