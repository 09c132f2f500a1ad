"""Which set-up a command needs, and how it is started afterwards."""

import json
import os
import sys
from collections.abc import MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from streaming.cell.setup import console
from streaming.cell.setup.environment import DEVELOPMENT, RUN, Environment
from streaming.cell.setup.steps import alone, say

FOR_DEVELOPERS = frozenset(
    {"test", "bench", "fuzz", "sim", "isolate", "torture", "screenshots", "sbom"}
)
NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"
BYTECODE_FOLDER = "PYTHONPYCACHEPREFIX"


def launch(checkout: Path, arguments: Sequence[str]) -> int:
    """Set up and become ``manage.py``; returns only when there is nothing to become.

    Raises ``SetupError``. ``status`` and ``doctor`` never set anything up: they say how things are.
    """
    environment = Environment.of(checkout)
    command = arguments[0]
    if command == "status" and not environment.exists:
        return _nothing_is_set_up(arguments)
    if command == "doctor" and not environment.exists:
        # What it checks without the environment is just what an installation needs.
        _become([sys.executable, str(environment.checkout / "manage.py"), *arguments])
    if command not in {"status", "doctor"}:
        _set_up(environment, command)
    keep_bytecode(os.environ, environment)
    _become([str(environment.python), str(environment.checkout / "manage.py"), *arguments])
    return 0


def _set_up(environment: Environment, command: str) -> None:
    requirements = DEVELOPMENT if command in FOR_DEVELOPERS else RUN
    with_console = command in {"up", "test", "bench", "screenshots"}
    with alone(environment.folder.with_name(f"{environment.folder.name}.lock")):
        if not environment.is_current(requirements):
            say("Setting up; this happens once per release.")
        if with_console and console.needs_node_wheel():
            environment.ensure(requirements)
            console.ensure(environment)
        else:
            _side_by_side(environment, requirements, with_console=with_console)


def _side_by_side(environment: Environment, requirements: str, *, with_console: bool) -> None:
    """Python's packages and the console do not depend on each other: install both at once."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        tasks = [pool.submit(environment.ensure, requirements)]
        if with_console:
            tasks.append(pool.submit(console.ensure, environment))
        for task in tasks:
            task.result()


def keep_bytecode(variables: MutableMapping[str, str], environment: Environment) -> None:
    """Where Python is told to write no bytecode, as in many containers, have it written apart.

    Nothing appears beside the sources then either. But a service is eight processes, and each would
    compile Django and all of ours at each start: that is half of the time that a start takes.
    """
    if variables.pop(NO_BYTECODE, ""):
        variables.setdefault(BYTECODE_FOLDER, str(environment.folder / "bytecode"))


def _nothing_is_set_up(arguments: Sequence[str]) -> int:
    # The names of the document of `streaming.cell.status`, which is not installed yet.
    if "--json" in arguments:
        empty: dict[str, Any] = dict.fromkeys(
            ["bootstrap_servers", "security_protocol", "http_url"]
        )
        empty |= {"data_dir": None, "processes": [], "brokers": [], "demo": None}
        sys.stdout.write(json.dumps(empty, indent=2) + "\n")
    else:
        sys.stdout.write("Nothing serves: this clone is not set up. Start with `./headwater up`.\n")
    return 1


def _become(command: list[str]) -> None:
    sys.stdout.flush()
    os.execv(command[0], command)
