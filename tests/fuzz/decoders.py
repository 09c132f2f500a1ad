"""Fuzzing every decoder of untrusted bytes by the million: ``./headwater fuzz --fast --runs N``.

Honest input is damaged; every execution is held against ``bounds``, most of them many together
(``batches``). What is found is printed with its seed and written into ``found``, and the exit code
is 1; copy a find into ``cases``, named after what it was.
"""

import argparse
import hashlib
import os
import sys
import time
from collections import Counter
from pathlib import Path

from tests.fuzz import ledger
from tests.fuzz.batches import Find
from tests.fuzz.fuzzing import Outcome
from tests.fuzz.targets import targets, with_django
from tests.fuzz.workers import work

FOUND = Path("found")
RUNS_PER_PROCESS = 4_000_000
"""A process's heap only grows (``heap``); after about six million it has no memory left."""


def keep(found: list[tuple[str, Find]], seed: int) -> None:
    """Write each find into a file of its own and say what happened."""
    for target, find in found:
        FOUND.mkdir(exist_ok=True)
        path = FOUND / f"{target}-{hashlib.sha256(find.data).hexdigest()[:12]}.bin"
        path.write_bytes(find.data)
        print(f"FOUND {path} (seed {seed})\n{find.data[:200].hex()}\n{find.what}")


def told(executions: Counter[str], seconds: Counter[str], places: Counter[str]) -> None:
    """A line per target."""
    for name, count in executions.most_common():
        rate = count / seconds[name]
        print(f"{name:20} {count:>12,} executions {rate:>10,.0f}/CPU s {places[name]:>7} ends")


def main() -> int:
    parser = argparse.ArgumentParser(prog="./headwater fuzz --fast", description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000_000)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after this time")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--target", help="only this one")
    parser.add_argument("--processes", type=int, default=1, help="each with a seed of its own")
    parser.add_argument("--ledger", action="store_true", help="note the run in ledger.jsonl")
    options = parser.parse_args()
    if "PYTHONMALLOC" not in os.environ:
        # So that ``heap`` sees all memory; that is settled before a process begins.
        command = [sys.executable, "-m", "tests.fuzz.decoders", *sys.argv[1:]]
        os.execve(sys.executable, command, {**os.environ, "PYTHONMALLOC": "malloc"})
    with_django()
    chosen = targets()
    if options.target:
        chosen = {options.target: chosen[options.target]}
    begun = time.monotonic()
    outcomes: list[Outcome] = []
    left = -(-options.runs // options.processes)
    while left > 0 and (seconds := begun + options.seconds - time.monotonic()) > 0:
        outcomes += work(
            chosen,
            processes=options.processes,
            runs=min(left, RUNS_PER_PROCESS),
            seed=options.seed + len(outcomes),
            seconds=seconds,
        )
        left -= RUNS_PER_PROCESS
    took = time.monotonic() - begun
    executions = sum((each.executions for each in outcomes), Counter[str]())
    cpu = sum((each.seconds for each in outcomes), Counter[str]())
    places = sum((each.places for each in outcomes), Counter[str]())
    found = [find for each in outcomes for find in each.found]
    for number, each in enumerate(outcomes):
        keep(each.found, options.seed + number)
    total = executions.total()
    told(executions, cpu, places)
    alone = sum(each.repeated for each in outcomes)
    print(
        f"{total:,} executions in {took:.0f} s ({total / took:,.0f}/s; {cpu.total():.0f} CPU s), "
        f"{alone:,} measured alone, {len(found)} findings"
    )
    if options.ledger:
        ledger.note(
            "decoders", executions=total, findings=len(found), seconds=round(took),
            cpu_seconds=round(cpu.total()), seed=options.seed, processes=options.processes,
            measured_alone=alone, targets=dict(executions),
            per_cpu_second={name: round(executions[name] / cpu[name]) for name in executions},
        )  # fmt: skip
        print(f"{ledger.total('decoders'):,} executions in the ledger")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
