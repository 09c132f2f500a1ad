"""``./headwater sbom``: the bill of materials, on stdout or in a file."""

import argparse
import sys
from pathlib import Path

from streaming.cell.inventory.found import Inventory
from streaming.cell.inventory.looking import look
from streaming.cell.program import CHECKOUT
from tests.supply_chain.bill import written


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="headwater sbom",
        description="Write what a deployment is made of: a CycloneDX 1.6 bill of materials in JSON "
        "of the Python packages that it runs with and the packages in the console's build; with "
        "--here or --inventory, of the system, the interpreter and native libraries below as well.",
    )
    below = parser.add_mutually_exclusive_group()
    below.add_argument("--here", action="store_true", help="it runs on this machine")
    below.add_argument(
        "--inventory",
        type=Path,
        help="it runs where `python -m streaming.cell.inventory` wrote this file, as in an image",
    )
    parser.add_argument("--output", type=Path, help="a file; stdout when not given")
    given = parser.parse_args()
    document = written(CHECKOUT, _inventory(given))
    if given.output is None:
        sys.stdout.write(document)
    else:
        given.output.write_text(document)
    return 0


def _inventory(given: argparse.Namespace) -> Inventory | None:
    if given.inventory is not None:
        return Inventory.from_json(given.inventory.read_text())
    return look() if given.here else None


if __name__ == "__main__":
    sys.exit(main())
