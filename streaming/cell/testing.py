"""``test``: everything that has to hold before a change is good, one after the other.

The static checks come first: they take seconds, and what they find would fail the rest as well.
Every check runs, also after one that failed, so that one run shows all there is to mend.
"""

import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from streaming.cell.debian import install_missing_tools
from streaming.cell.program import CHECKOUT, PYTHON
from streaming.cell.setup import console
from streaming.cell.setup.environment import Environment

CONSOLE = CHECKOUT / "frontend" / "console"

LANES = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")
"""One waits a good part of its time, and two keep two cores busy."""

SLOWEST = ("--durations", "40", "--durations-min", "3")
"""Told at the end of a whole run, so that what makes it slow is seen as it comes."""


@dataclass(frozen=True, slots=True)
class Check:
    """One program that says by its exit code whether something holds."""

    name: str
    command: Sequence[str]
    folder: Path = CHECKOUT
    environment: dict[str, str] | None = None


def run_all(*, strict: bool, for_pytest: Sequence[str]) -> int:
    """Run the checks and then pytest with ``for_pytest``; 0 when all of it is good.

    When pytest is given arguments, somebody is after those tests: the other checks are left out.
    """
    begun = time.monotonic()
    install_missing_tools()
    checks = [] if for_pytest else [*_static_checks(), *_console_checks()]
    failed = [check.name for check in checks if not _holds(check)]
    if not _holds(_pytest(strict, for_pytest)):
        failed.append("tests")
    minutes, seconds = divmod(round(time.monotonic() - begun), 60)
    verdict = f"FAILED: {', '.join(failed)}" if failed else "all good"
    sys.stdout.write(f"\nheadwater test: {verdict} ({minutes} min {seconds} s)\n")
    return 1 if failed else 0


def _static_checks() -> list[Check]:
    return [
        Check("lint", (PYTHON, "-m", "ruff", "check", "--quiet", ".")),
        Check("format", (PYTHON, "-m", "ruff", "format", "--quiet", "--check", ".")),
        Check("types", (PYTHON, "-m", "mypy")),
        Check("borders between layers", (_beside_python("lint-imports"), "--no-cache")),
        Check("generated codec", (PYTHON, "-m", "brokers.wire.generator", "--check")),
        Check("Django's own checks", (PYTHON, "manage.py", "check")),
        Check("migrations match models", (PYTHON, "manage.py", "makemigrations", "--check")),
    ]


def _console_checks() -> list[Check]:
    environment = Environment.of(CHECKOUT)
    shell = console.node_shell(environment)
    console.ensure_modules(environment, shell)
    npm = shutil.which("npm", path=shell["PATH"]) or "npm"
    return [
        Check("types of the console", (npm, "run", "--silent", "typecheck"), CONSOLE, shell),
        Check(
            "the console's types of the API",
            (npm, "run", "--silent", "api", "--", "--check"),
            CONSOLE,
            {**shell, "HEADWATER_PYTHON": PYTHON},
        ),
        Check("tests of the console", (npm, "run", "--silent", "test"), CONSOLE, shell),
    ]


def _pytest(strict: bool, arguments: Sequence[str]) -> Check:
    strictly = ("--strict-skips",) if strict else ()
    whole = () if arguments else (*LANES, *SLOWEST)
    return Check("tests", (PYTHON, "-m", "pytest", *strictly, *whole, *arguments))


def _holds(check: Check) -> bool:
    sys.stdout.write(f"\n== {check.name}\n")
    sys.stdout.flush()
    begun = time.monotonic()
    finished = subprocess.run(
        check.command,
        cwd=check.folder,
        env=check.environment,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    outcome = "good" if finished.returncode == 0 else "FAILED"
    sys.stdout.write(f"== {check.name}: {outcome} ({time.monotonic() - begun:.1f} s)\n")
    sys.stdout.flush()
    return finished.returncode == 0


def _beside_python(program: str) -> str:
    return str(Path(PYTHON).with_name(program))
