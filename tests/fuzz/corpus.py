"""What is damaged next: honest input, and what went somewhere new when it was damaged before.

Where an execution ended stands for how far it came: the line that found the fault, or how much was
read without one. An input that ended where none had is kept and damaged further. That costs a
look-up; counting every line, as atheris does, would cost ten times the decoding.
"""

import random
from collections.abc import Iterable

from tests.fuzz.batches import Place
from tests.fuzz.damage import damaged, swollen
from tests.fuzz.target import Target

KEPT_MAX = 4_000
"""Inputs of a target that are kept; later ones take an earlier one's place."""
PER_SEED = 64
"""Executions with one input before the next; a decoder's code is warm that long."""
SEALED_OF_4 = 3
GROWTH_MAX = 4_096
"""All others are cut there: where a length is wrong, long input shows nothing that short does
not."""


class Corpus:
    """Of one target. The same ``rng`` and the same outcomes give the same batches."""

    def __init__(self, target: Target, rng: random.Random) -> None:
        self._target = target
        self._rng = rng
        self._kept: list[bytes] = []
        self._seen: set[Place] = set()
        self._batches = 0

    def batch(self) -> list[bytes]:
        """Inputs for one target's turn, never none."""
        self._batches += 1
        target, rng = self._target, self._rng
        if self._batches % target.swollen_every == 0:
            size = min(target.size_max, 1 << rng.randrange(12, 17))
            return [swollen(rng.choice(target.honest), rng, size, target.chosen_by)]
        data, other = self._pick(), self._pick()
        made = damaged(data, PER_SEED, rng, other, pieces=target.pieces, spared=target.chosen_by)
        made = [data[:GROWTH_MAX] for data in made]
        seal = target.seal
        if seal is not None and rng.randrange(4) < SEALED_OF_4:
            made = [seal(data) for data in made]
        return made

    def learn(self, batch: Iterable[bytes], places: Iterable[Place]) -> None:
        """Keep what ended where nothing had."""
        seen = self._seen
        for data, place in zip(batch, places, strict=True):
            if place not in seen:
                seen.add(place)
                self._keep(data)

    @property
    def places(self) -> int:
        """Distinct ends that were reached."""
        return len(self._seen)

    def _keep(self, data: bytes) -> None:
        if len(self._kept) < KEPT_MAX:
            self._kept.append(data)
        else:
            self._kept[self._rng.randrange(KEPT_MAX)] = data

    def _pick(self) -> bytes:
        """Honest input as often as kept."""
        if self._kept and self._rng.getrandbits(1):
            return self._rng.choice(self._kept)
        return self._rng.choice(self._target.honest)
