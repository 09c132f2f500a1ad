"""``./headwater sim``: as many seeds as one likes, or one of them again."""

import argparse
import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from tests.sim.planted import PLANTED, Planted
from tests.sim.runs import TROUBLES, Summary, run_many, run_one

LEDGER = Path(__file__).parent / "ledger.jsonl"
REPORT = Path(__file__).parent / "PLANTED.md"
SEEDS_MAX = 400
REPORT_HEAD = """# Planted bugs, and what caught them

Written by `./headwater sim --planted`; do not edit. Each is a rule taken away (`planted.py`); the
run of that seed ended in a failed check, where without the bug every check of it holds.

| rule taken away | trouble | first seed | CPU seconds |
| --- | --- | ---: | ---: |
"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="headwater sim", description=__doc__)
    parser.add_argument("--trouble", choices=TROUBLES, default="any")
    parser.add_argument("--seeds", type=int, default=1000, help="how many")
    parser.add_argument("--from", type=int, default=0, dest="first", help="the first seed")
    parser.add_argument("--seed", type=int, help="this one only, and say what happened in it")
    parser.add_argument("--planted", action="store_true", help="which seed catches which bug")
    parser.add_argument("--ledger", action="store_true", help=f"add a line to {LEDGER.name}")
    given = parser.parse_args()
    if given.planted:
        return _planted()
    if given.seed is not None:
        outcome = run_one(given.trouble, given.seed)
        print(outcome.failure or "every check held")
        return 0 if outcome.failure is None else 1
    summary = run_many(given.trouble, range(given.first, given.first + given.seeds))
    for failure in summary.failures:
        print(f"{failure.trouble} seed {failure.seed}: {failure.failure}\n")
    _say(given.trouble, summary)
    if given.ledger:
        _write(given.trouble, given.first, summary)
    return 1 if summary.failures else 0


def _say(trouble: str, summary: Summary) -> None:
    print(
        f"{trouble}: {summary.seeds} seeds, {summary.faults} faults, {summary.events} events, "
        f"{summary.acknowledged} acknowledged records, {len(summary.failures)} failures "
        f"{[each.seed for each in summary.failures]}, {summary.seconds:.0f} s"
    )


def _write(trouble: str, first: int, summary: Summary) -> None:
    line = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _commit(),
        "trouble": trouble,
        "first_seed": first,
        "seeds": summary.seeds,
        "faults": summary.faults,
        "events": summary.events,
        "acknowledged": summary.acknowledged,
        "failures": [each.seed for each in summary.failures],
        "seconds": round(summary.seconds),
    }
    with LEDGER.open("a") as file:
        file.write(json.dumps(line) + "\n")


def _commit() -> str:
    git = subprocess.run(
        ["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False
    )
    return git.stdout.strip()


def _planted() -> int:
    """Look for each planted bug, and write down which seed caught it and how fast."""
    missed = 0
    rows = []
    for name, planted in PLANTED.items():
        begun = time.process_time()
        caught = next((seed for seed in range(SEEDS_MAX) if _is_caught(planted, seed)), None)
        missed += caught is None
        found = "not caught" if caught is None else str(caught)
        rows.append(f"| {name} | {planted.trouble} | {found} | {time.process_time() - begun:.1f} |")
        print(rows[-1], flush=True)
    REPORT.write_text(f"{REPORT_HEAD}{chr(10).join(rows)}\n\nCommit {_commit()}.\n")
    return 1 if missed else 0


def _is_caught(planted: Planted, seed: int) -> bool:
    with planted.bug():
        return run_one(planted.trouble, seed).is_broken_promise


if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != "0":
        # Sets have an order of their own in each process else, and a seed would not be a run.
        again = [sys.executable, "-m", "tests.sim", *sys.argv[1:]]
        os.execve(sys.executable, again, {**os.environ, "PYTHONHASHSEED": "0"})
    sys.exit(main())
