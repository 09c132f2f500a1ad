"""``./headwater sbom``: the bill of materials, on stdout or in a file."""

import argparse
import sys
from pathlib import Path

from streaming.cell.program import CHECKOUT
from tests.supply_chain.bill import written


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="headwater sbom",
        description="Write what a deployment is made of: a CycloneDX 1.6 bill of materials in JSON "
        "of the Python packages that it runs with and the packages in the console's build.",
    )
    parser.add_argument("--output", type=Path, help="a file; stdout when not given")
    given = parser.parse_args()
    document = written(CHECKOUT)
    if given.output is None:
        sys.stdout.write(document)
    else:
        given.output.write_text(document)
    return 0


if __name__ == "__main__":
    sys.exit(main())
