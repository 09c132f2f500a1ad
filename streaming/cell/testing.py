"""``test``: everything that has to hold before a change is good.

The static checks come first: they take seconds, and what they find would fail the rest as well.
Every check runs, also after one that failed, so that one run shows all there is to mend.
"""

import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from streaming.cell.debian import install_missing_tools
from streaming.cell.program import CHECKOUT, PYTHON
from streaming.cell.setup import console
from streaming.cell.setup.environment import Environment

CONSOLE = CHECKOUT / "frontend" / "console"

AT_ONCE = 2
"""So many of the checks before the tests; most of them are programs for one core."""

LANES = ("-n", "4", "--dist", "loadfile", "--no-loadscope-reorder")
"""One is the simulation's, which takes what the others leave of two cores: they wait most of their
time. Those of ``tests/node`` compute for an eighth of it."""

SLOWEST = ("--durations", "40", "--durations-min", "3")
"""Told at the end of a whole run, so that what makes it slow is seen as it comes."""


@dataclass(frozen=True, slots=True)
class Check:
    """One program that says by its exit code whether something holds."""

    name: str
    command: Sequence[str]
    folder: Path = CHECKOUT
    environment: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """``said`` is empty where it was shown already."""

    holds: bool
    seconds: float
    said: str


def run_all(*, strict: bool, for_pytest: Sequence[str]) -> int:
    """Run the checks and then pytest with ``for_pytest``; 0 when all of it is good.

    When pytest is given arguments, somebody is after those tests: the other checks are left out.
    """
    begun = time.monotonic()
    if for_pytest:
        install_missing_tools()
    failed = [] if for_pytest else _failing_checks()
    if not _tests_hold(strict, for_pytest):
        failed.append("tests")
    minutes, seconds = divmod(round(time.monotonic() - begun), 60)
    verdict = f"FAILED: {', '.join(failed)}" if failed else "all good"
    sys.stdout.write(f"\nheadwater test: {verdict} ({minutes} min {seconds} s)\n")
    return 1 if failed else 0


def _failing_checks() -> list[str]:
    """Names of the checks before the tests that do not hold; meanwhile the tests are prepared."""
    with ThreadPoolExecutor(1) as beside:
        prepared = beside.submit(_prepare_tests)
        failed = failing([*_static_checks(), *_console_checks()])
        prepared.result()
    return failed


def _prepare_tests() -> None:
    """Install what they drive, and have pytest compile them all: the lanes begin at once, and each
    would compile every file for itself. What is wrong with one is told when they run."""
    install_missing_tools()
    collect = (PYTHON, "-m", "pytest", "--collect-only", "--quiet")
    subprocess.run(
        collect, cwd=CHECKOUT, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )


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


def failing(checks: Sequence[Check]) -> list[str]:
    """Names of those that do not hold; what each said is shown whole, in their order."""
    failed = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for check, outcome in zip(checks, pool.map(_outcome, checks), strict=True):
            _say(f"\n== {check.name}\n{outcome.said}")
            if not _is_good(check, outcome):
                failed.append(check.name)
    return failed


def _tests_hold(strict: bool, arguments: Sequence[str]) -> bool:
    """What they say is shown as it comes."""
    check = _pytest(strict, arguments)
    _say(f"\n== {check.name}\n")
    return _is_good(check, _outcome(check, said_to=None))


def _outcome(check: Check, said_to: int | None = subprocess.PIPE) -> Outcome:
    begun = time.monotonic()
    finished = subprocess.run(
        check.command,
        cwd=check.folder,
        env=check.environment,
        stdin=subprocess.DEVNULL,
        stdout=said_to,
        stderr=subprocess.STDOUT if said_to else None,
        text=True,
        errors="replace",
        check=False,
    )
    seconds = time.monotonic() - begun
    return Outcome(finished.returncode == 0, seconds, finished.stdout or "")


def _is_good(check: Check, outcome: Outcome) -> bool:
    verdict = "good" if outcome.holds else "FAILED"
    _say(f"== {check.name}: {verdict} ({outcome.seconds:.1f} s)\n")
    return outcome.holds


def _say(words: str) -> None:
    sys.stdout.write(words)
    sys.stdout.flush()


def _beside_python(program: str) -> str:
    return str(Path(PYTHON).with_name(program))
