"""One process's fuzzing: turns of all targets until the executions or the time are over."""

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.fuzz.batches import Bench, Find, Memory
from tests.fuzz.corpus import Corpus
from tests.fuzz.target import Target

FINDS_MAX = 100
TURNS = 16
"""Batches between two looks at the clock."""

Journal = Callable[[str, Sequence[bytes]], None]
"""Told of each batch before it runs: what is left of it when the process dies of it."""


@dataclass(slots=True)
class Outcome:
    """Executions and CPU seconds by target, what was found in which, and what was repeated."""

    executions: Counter[str] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)
    places: Counter[str] = field(default_factory=Counter)
    found: list[tuple[str, Find]] = field(default_factory=list)
    repeated: int = 0
    """Executions that were measured one by one."""


def fuzz(
    targets: Mapping[str, Target],
    memory: Memory,
    *,
    runs: int,
    seed: int,
    seconds: float,
    journal: Journal = lambda name, batch: None,
) -> Outcome:
    """At least ``runs`` executions, or until ``seconds`` are over. Within the same ``runs``, the
    same seed makes the same inputs in the same order."""
    rng = random.Random(seed)
    corpora = {name: Corpus(target, rng) for name, target in targets.items()}
    bench = Bench(memory)
    outcome = Outcome()
    names = list(targets)
    # A message is one of hundreds, so it is drawn more often than what there is one of.
    weights = [len(targets[name].honest) ** 0.5 for name in names]
    until = time.monotonic() + seconds
    done = 0
    while done < runs and time.monotonic() < until:
        for name in rng.choices(names, weights, k=TURNS):
            corpus = corpora[name]
            begun = time.thread_time()
            batch = corpus.batch()
            journal(name, batch)
            places, finds = bench.run(targets[name], batch)
            corpus.learn(batch, places)
            outcome.seconds[name] += time.thread_time() - begun
            outcome.executions[name] += len(batch)
            done += len(batch)
            for find in finds:
                if len(outcome.found) < FINDS_MAX:
                    outcome.found.append((name, find))
    outcome.repeated = bench.repeated
    outcome.places.update({name: corpus.places for name, corpus in corpora.items()})
    return outcome
