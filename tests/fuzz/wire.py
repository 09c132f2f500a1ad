"""Fuzzing the wire decoders by the million: ``python -m tests.fuzz.wire --runs N``.

Without coverage and so much faster than ``atheris_wire``; every execution is held against
``bounds``. It damages honest input. What it finds it writes into ``found``, beside the working
folder's other files, and the exit code is 1; copy a find into ``cases``, named after what it was.
"""

import argparse
import hashlib
import random
import sys
import time
import traceback
import tracemalloc
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from multiprocessing import Pool
from pathlib import Path

from tests.fuzz import ledger
from tests.fuzz.bounds import run_within_bounds
from tests.fuzz.damage import damage
from tests.fuzz.wire_seeds import honest_inputs
from tests.fuzz.wire_targets import TARGETS

FOUND = Path("found")
PER_SEED = 20
"""Executions with one honest input before the next; a decoder's code is warm that long."""
FINDS_MAX = 100
GROWTH_MAX = 4_096
"""Inputs beyond it are cut: where a length is wrong, long ones show nothing that short ones do
not."""


@dataclass(slots=True)
class Outcome:
    """Executions by target, and what was found: target, input, and what happened."""

    executions: Counter[str] = field(default_factory=Counter)
    found: list[tuple[str, bytes, str]] = field(default_factory=list)


def fuzz(runs: int, seed: int, targets: list[str], seconds: float) -> Outcome:
    """Until ``runs`` executions or ``seconds`` are over; all targets have their turn."""
    rng = random.Random(seed)
    seeds: defaultdict[str, list[bytes]] = defaultdict(list)
    for target, data in honest_inputs():
        seeds[target].append(data)
    outcome = Outcome()
    until = time.monotonic() + seconds
    # A message is one of hundreds, so it is drawn more often than what there is one of.
    weights = [len(seeds[target]) ** 0.5 for target in targets]
    tracemalloc.start()
    while outcome.executions.total() < runs and time.monotonic() < until:
        (target,) = rng.choices(targets, weights)
        honest = rng.choice(seeds[target])
        for _ in range(PER_SEED):
            data = damage(honest, rng) if len(honest) >= 2 else rng.randbytes(rng.randrange(40))
            data = data[:GROWTH_MAX]
            try:
                run_within_bounds(target, data)
            except Exception:
                if len(outcome.found) < FINDS_MAX:
                    outcome.found.append((target, data, traceback.format_exc(limit=-3)))
        outcome.executions[target] += PER_SEED
    tracemalloc.stop()
    return outcome


def _fuzz(arguments: tuple[int, int, list[str], float]) -> Outcome:
    return fuzz(*arguments)


def keep(found: list[tuple[str, bytes, str]]) -> None:
    """Write each find into a file of its own and say what happened."""
    for target, data, what in found:
        FOUND.mkdir(exist_ok=True)
        path = FOUND / f"{target}-{hashlib.sha1(data).hexdigest()[:12]}.bin"
        path.write_bytes(data)
        print(f"FOUND {path}\n{what}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="./headwater fuzz --fast", description=__doc__)
    parser.add_argument("--runs", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after this time")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--target", choices=TARGETS, help="only this one")
    parser.add_argument("--processes", type=int, default=1, help="each with a seed of its own")
    parser.add_argument("--ledger", action="store_true", help="note the run in ledger.jsonl")
    options = parser.parse_args()
    targets = [options.target] if options.target else list(TARGETS)
    share = -(-options.runs // options.processes)
    work = [
        (share, options.seed + number, targets, options.seconds)
        for number in range(options.processes)
    ]
    begun = time.monotonic()
    if options.processes == 1:
        outcomes = [_fuzz(work[0])]
    else:
        with Pool(options.processes) as pool:
            outcomes = pool.map(_fuzz, work)
    took = time.monotonic() - begun
    executions = sum((each.executions for each in outcomes), Counter())
    found = [find for each in outcomes for find in each.found]
    keep(found)
    total = executions.total()
    print(f"{total} executions in {took:.0f} s ({total / took:.0f}/s), {len(found)} findings")
    if options.ledger:
        ledger.note(
            "wire", executions=total, findings=len(found), seconds=round(took),
            seed=options.seed, processes=options.processes, targets=dict(executions),
        )  # fmt: skip
        print(f"{ledger.total('wire')} executions in the ledger")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
