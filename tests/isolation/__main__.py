"""``python -m tests.isolation``, which is what ``./headwater isolate`` runs.

A service of its own, so many random attempts across tenants, and a line for the ledger; or, with
``--times``, how long foreign and absent things take to be refused, into ``bench/results/times``.
The exit code is 1 when anything leaked, or can be told apart.
"""

import argparse
import json
import logging
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

LEDGER = Path(__file__).with_name("ledger.jsonl")
LEAKS_TOLD = 20
TIMES = Path(__file__).parents[2] / "bench" / "results" / "times"


def main() -> int:
    parser = argparse.ArgumentParser(prog="./headwater isolate")
    parser.add_argument("--attempts", type=int, default=2000, metavar="N", help="how many (2000)")
    parser.add_argument("--seed", type=int, help="drawn and told when not given")
    parser.add_argument("--ledger", action="store_true", help="append the result to the ledger")
    parser.add_argument(
        "--times", type=int, metavar="N",
        help="instead: ask each question so often, and compare how long foreign and absent take",
    )  # fmt: skip
    parser.add_argument("--kind", choices=("rest", "wire", "login"), help="of --times")
    parser.add_argument("--out", type=Path, default=TIMES, help="with --times: a folder")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    given = parser.parse_args()
    seed = random.randrange(1_000_000) if given.seed is None else given.seed
    print(f"seed {seed}", file=sys.stderr, flush=True)
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    if given.times:
        return compare_times(given.times, seed, given.kind, given.out)
    document = attempt(given.attempts, seed)
    if given.ledger:
        with LEDGER.open("a") as ledger:
            ledger.write(json.dumps(document) + "\n")
    if given.json:
        print(json.dumps(document, indent=2))
    else:
        print(text(document))
    return 1 if document["leaks"] else 0


def attempt(count: int, seed: int) -> dict[str, Any]:
    """Run the service and make the attempts; what the ledger keeps of it."""
    from tests.isolation.attempts import Attempts  # Imports models.

    with service_of_two() as (service, wire, me, them):
        attempts = Attempts(service, wire, me, them, random.Random(seed))
        outcome = attempts.make(count, lambda said: print(said, file=sys.stderr))
    return {
        "taken_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": git("rev-parse", "HEAD"),
        "dirty": bool(git("status", "--porcelain", "--untracked-files=no")),
        "seed": seed,
        "attempts": dict(outcome.attempts),
        "different": len(outcome.apis),
        "seconds": round(outcome.seconds, 1),
        "leaks": len(outcome.leaks),
        "examples": outcome.leaks[:LEAKS_TOLD],
    }


def compare_times(times: int, seed: int, kind: str | None, folder: Path) -> int:
    """Measure one kind of question or all; each has its results in a folder of ``folder``. 1 when
    something can be told apart."""
    from tests.isolation import timed  # They import models.
    from tests.isolation.times_report import write_report

    logging.disable(logging.WARNING)  # Each refusal is a line, and would be most of the time.
    commit = git("describe", "--always", "--dirty")
    apart = False
    with service_of_two() as (service, wire, me, them):
        timed.unhindered(me, them, wire)
        asked = {
            "rest": lambda: timed.over_rest(me, them),
            "wire": lambda: timed.over_the_wire(wire),
            "login": lambda: timed.of_logins(service, wire, me, them),
        }
        for each in [kind] if kind else asked:
            found = []
            for question in asked[each]():
                rng = random.Random(seed)
                found.append(timed.answered(question, times, rng, wire.keep_alive))
                print(found[-1].text, file=sys.stderr, flush=True)
            write_report(found, folder / each, commit=commit, seed=seed)
            apart = apart or any(one.foreign.apart for one in found)
    return 1 if apart else 0


@contextmanager
def service_of_two() -> Iterator[tuple[Any, Any, Any, Any]]:
    """A service, two tenants over the wire and two over HTTP."""
    # They import models.
    from django.conf import settings

    from streaming.cell import schema
    from tests import private_stores
    from tests.apps.edge_service import EdgeService
    from tests.isolation.http_world import http_side
    from tests.isolation.wire_world import two_tenants

    with tempfile.TemporaryDirectory() as folder, private_stores.running(settings.HEADWATER):
        schema.migrate(settings.HEADWATER)
        service = EdgeService(Path(folder), brokers=1)
        service.start()
        try:
            with two_tenants(service) as wire:
                me, them = http_side(service), http_side(service)
                yield service, wire, me, them
                me.close()
                them.close()
        finally:
            service.stop()


def text(document: dict[str, Any]) -> str:
    counted = ", ".join(f"{count} over {kind}" for kind, count in document["attempts"].items())
    total = sum(document["attempts"].values())
    lines = [f"{total} attempts ({counted}) in {document['seconds']} s: {document['leaks']} leaks"]
    return "\n".join([*lines, *document["examples"]])


def git(*arguments: str) -> str:
    found = subprocess.run(
        ["git", *arguments], cwd=LEDGER.parent, capture_output=True, text=True, check=False
    )
    return found.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
