"""The checks before the tests: two at a time, each told whole and in its order, none left out."""

import sys
from pathlib import Path

from streaming.cell.testing import Check, failing

WAITS = """
import pathlib, sys, time
deadline = time.monotonic() + 60
while not pathlib.Path(sys.argv[1]).exists():
    if time.monotonic() > deadline:
        sys.exit("nobody came")
    time.sleep(0.01)
print("it came")
"""
COMES = "import pathlib, sys; pathlib.Path(sys.argv[1]).touch(); sys.exit('and is not content')"


def test_one_goes_on_while_another_waits_and_all_are_told(tmp_path: Path, capsys) -> None:
    met = str(tmp_path / "met")
    checks = [
        Check("waits", (sys.executable, "-c", WAITS, met)),
        Check("comes", (sys.executable, "-c", COMES, met)),
        Check("last", (sys.executable, "-c", "print('after a failure')")),
    ]
    assert failing(checks) == ["comes"]
    told = [line.partition(" (")[0] for line in capsys.readouterr().out.splitlines() if line]
    assert told == [
        "== waits", "it came", "== waits: good",
        "== comes", "and is not content", "== comes: FAILED",
        "== last", "after a failure", "== last: good",
    ]  # fmt: skip
