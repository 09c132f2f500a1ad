"""``bench`` and ``fuzz``: what developers run for longer than tests may take.

Each is a module with a command line of its own; it is run in the checkout, in this environment.
"""

import os
import subprocess
from collections.abc import Sequence

from streaming.cell.failure import Failure
from streaming.cell.program import CHECKOUT, PYTHON
from streaming.cell.setup.environment import Environment
from streaming.cell.setup.steps import SetupError

FUZZERS = "fuzz"
"""The folder, beside the environment's packages, of what only fuzzing needs."""


def bench(arguments: Sequence[str]) -> int:
    """Measure beside Apache Kafka and Tansu; what it writes the documents quote."""
    return _run("bench", arguments, {})


def fuzz(arguments: Sequence[str]) -> int:
    """The wire's decoders under atheris."""
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
    return _run("tests.fuzz.atheris_wire", arguments, {"PYTHONPATH": f"{CHECKOUT}:{apart}"})


def _run(module: str, arguments: Sequence[str], variables: dict[str, str]) -> int:
    command = [PYTHON, "-m", module, *arguments]
    return subprocess.run(
        command, cwd=CHECKOUT, env={**os.environ, **variables}, check=False
    ).returncode
