"""Where the figures are noted: one line per measurement, with what it was measured on."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from tests.torture.measure.spread import spread
from tests.torture.report import git

LEDGER: Final = Path(__file__).parent.parent / "measured.jsonl"


def document(what: str, brokers: int, found: dict[str, Any]) -> dict[str, Any]:
    trials = found.pop("trials", None)
    told: dict[str, Any] = {
        "what": what,
        "taken_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": git("rev-parse", "HEAD"),
        "dirty": bool(git("status", "--porcelain", "--untracked-files=no")),
        "cores": os.cpu_count(),
        "load_1min": round(os.getloadavg()[0], 1),
        "brokers": brokers,
        **found,
    }
    if trials is not None:
        told |= {name: spread([trial[name] for trial in trials]) for name in trials[0]}
    return told


def append(told: dict[str, Any]) -> None:
    with LEDGER.open("a") as file:
        file.write(json.dumps(told) + "\n")
