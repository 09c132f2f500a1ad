"""``ledger.jsonl``: what was fuzzed, of which commit, and what it found; it adds up over time."""

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

LEDGER = Path(__file__).with_name("ledger.jsonl")
"""One JSON object a line; ``executions`` are of this run, ``findings`` what it found."""

FUZZED = [f":/{folder}" for folder in ("brokers", "streaming", "connect", "tests/fuzz/*.py")]


def note(fuzzer: str, **figures: Any) -> None:
    """Append one run."""
    entry = {
        "taken_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _git("rev-parse", "HEAD"),
        "dirty": bool(_git("status", "--porcelain", "--untracked-files=no", "--", *FUZZED)),
        "fuzzer": fuzzer,
        **figures,
    }
    with LEDGER.open("a") as ledger:
        ledger.write(json.dumps(entry) + "\n")


def total(fuzzer: str) -> int:
    """Executions of all runs."""
    if not LEDGER.exists():
        return 0
    entries = [json.loads(line) for line in LEDGER.read_text().splitlines()]
    return sum(entry["executions"] for entry in entries if entry["fuzzer"] == fuzzer)


def _git(*arguments: str) -> str:
    command = ["git", *arguments]
    asked = subprocess.run(command, cwd=LEDGER.parent, capture_output=True, text=True, check=True)
    return asked.stdout.strip()
