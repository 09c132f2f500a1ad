"""``python -m tests.isolation``, which is what ``./headwater isolate`` runs.

A service of its own, so many random attempts across tenants, and a line for the ledger. The exit
code is 1 when anything leaked.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

LEDGER = Path(__file__).with_name("ledger.jsonl")
LEAKS_TOLD = 20


def main() -> int:
    parser = argparse.ArgumentParser(prog="./headwater isolate")
    parser.add_argument("--attempts", type=int, default=2000, metavar="N", help="how many (2000)")
    parser.add_argument("--seed", type=int, help="drawn and told when not given")
    parser.add_argument("--ledger", action="store_true", help="append the result to the ledger")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    given = parser.parse_args()
    seed = random.randrange(1_000_000) if given.seed is None else given.seed
    print(f"seed {seed}", file=sys.stderr, flush=True)
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
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
    # They import models.
    from django.conf import settings

    from streaming.cell import schema
    from tests import private_stores
    from tests.apps.edge_service import EdgeService
    from tests.isolation.attempts import Attempts
    from tests.isolation.http_world import http_side
    from tests.isolation.wire_world import two_tenants

    with tempfile.TemporaryDirectory() as folder, private_stores.running(settings.HEADWATER):
        schema.migrate(settings.HEADWATER)
        service = EdgeService(Path(folder), brokers=1)
        service.start()
        try:
            with two_tenants(service) as wire:
                me, them = http_side(service), http_side(service)
                attempts = Attempts(service, wire, me, them, random.Random(seed))
                outcome = attempts.make(count, lambda said: print(said, file=sys.stderr))
                me.close()
                them.close()
        finally:
            service.stop()
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
