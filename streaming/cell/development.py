"""``bench``, ``torture`` and the like: what developers run for longer than tests may take.

Each is a module with a command line of its own; it is run in the checkout, in this environment.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from typing import NoReturn

from streaming.cell.failure import Failure
from streaming.cell.program import CHECKOUT, PYTHON
from streaming.cell.setup.environment import Environment
from streaming.cell.setup.steps import SetupError

FUZZERS = "fuzz"
"""The folder, beside the environment's packages, of what only fuzzing needs."""
HTTP = "--http"
FAST = "--fast"


def bench(arguments: Sequence[str]) -> int:
    """Measure beside Apache Kafka and Tansu; what it writes the documents quote."""
    return _run("bench", arguments, {})


def fuzz(arguments: Sequence[str]) -> int:
    """The wire's decoders under atheris; with ``--fast`` all decoders by the million, with
    ``--http`` the HTTP APIs under schemathesis."""
    if FAST in arguments:
        return _run("tests.fuzz.decoders", [each for each in arguments if each != FAST], {})
    environment = Environment.of(CHECKOUT)
    apart = environment.folder / FUZZERS
    if not apart.exists():
        partial = apart.with_suffix(".partial")
        try:
            environment.install_apart("requirements-fuzz.txt", partial)
            partial.rename(apart)
        except SetupError as failure:
            raise Failure(
                f"The fuzzers cannot be installed on this machine:\n{failure}"
            ) from failure
    packages = {"PYTHONPATH": f"{CHECKOUT}:{apart}"}
    if HTTP in arguments:
        others = [argument for argument in arguments if argument != HTTP]
        return _run("tests.fuzz.http_api", others, packages)
    return _run("tests.fuzz.atheris_wire", arguments, packages)


def sim(arguments: Sequence[str]) -> int:
    """Whole clusters in one process, as many seeds as one likes."""
    return _run("tests.sim", arguments, {})


def isolate(arguments: Sequence[str]) -> int:
    """Random attempts of one tenant to learn of another, at a service of its own."""
    return _run("tests.isolation", arguments, {})


def screenshots(arguments: Sequence[str]) -> int:
    """Pictures of every page of the console, for the documents."""
    return _run("tests.e2e.screenshots", arguments, {})


def sbom(arguments: Sequence[str]) -> int:
    """A bill of materials of this commit."""
    return _run("tests.supply_chain", arguments, {})


def torture(arguments: Sequence[str]) -> NoReturn:
    """A service of its own, faults on a schedule, and a verdict.

    Becomes it: a signal that ends this process has to reach the one that puts everything away.
    """
    os.chdir(CHECKOUT)
    sys.stdout.flush()
    os.execv(PYTHON, [PYTHON, "-m", "tests.torture", *arguments])


def _run(module: str, arguments: Sequence[str], variables: dict[str, str]) -> int:
    command = [PYTHON, "-m", module, *arguments]
    return subprocess.run(
        command, cwd=CHECKOUT, env={**os.environ, **variables}, check=False
    ).returncode
