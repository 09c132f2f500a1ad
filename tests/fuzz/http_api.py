"""Schemathesis over the whole OpenAPI document: ``python -m tests.fuzz.http_api --examples N``.

A 5xx, or an answer that is not as described, is a finding; the exit code is 1 when there was one.
"""

import argparse
import os
import sys

from tests.fuzz import ledger

ROLES = ("administrator-key", "service-account-key", "developer", "viewer", "operator")


def main() -> int:
    parser = argparse.ArgumentParser(prog="./headwater fuzz --http")
    parser.add_argument("--examples", type=int, default=30, help="of each way to call an operation")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--role", choices=ROLES, help="who calls (who may)")
    parser.add_argument("--ledger", action="store_true", help="note the run in ledger.jsonl")
    parser.add_argument("--only", default="", metavar="REGEX", help="of 'METHOD /path'")
    options = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    # They import models and what only fuzzing has.
    from tests.fuzz.http_calls import call_everything
    from tests.fuzz.http_world import served_world

    with served_world() as world:
        outcome = call_everything(
            world,
            examples=options.examples,
            seeded=options.seed,
            only=options.only,
            role=options.role,
        )
    if options.ledger:
        ledger.note(
            "http", executions=outcome.requests, findings=len(outcome.findings),
            role=options.role or "who may", seed=options.seed, only=options.only,
        )  # fmt: skip
        print(f"{ledger.total('http')} requests in the ledger")
    return 0 if outcome.findings == [] else 1


if __name__ == "__main__":
    sys.exit(main())
