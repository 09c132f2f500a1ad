"""What a run says of itself: for people, for scripts, and for the ledger."""

import json
import subprocess
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from streaming.cell.program import CHECKOUT
from tests.torture.options import Options
from tests.torture.run import Outcome

LEDGER: Final = Path(__file__).with_name("ledger.jsonl")


def document(options: Options, outcome: Outcome) -> dict[str, Any]:
    """One run; the names are what the ledger and scripts rely on."""
    findings = outcome.findings
    return {
        "verdict": verdict(outcome),
        "taken_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": git("rev-parse", "HEAD"),
        "dirty": bool(git("status", "--porcelain", "--untracked-files=no")),
        "seed": options.seed,
        "minutes": options.minutes,
        "brokers": options.brokers,
        "replication_factor": outcome.replication_factor,
        "rate": options.rate,
        "links": outcome.links,
        "faults": dict(Counter(each.kind for each in outcome.happened)),
        "not_now": outcome.not_now,
        "client_crashes": outcome.crashes,
        "acknowledged": outcome.acknowledged,
        "read": outcome.read,
        "neighbour_acknowledged": outcome.neighbour_acknowledged,
        "neighbour_read": outcome.neighbour_read,
        "transformed": outcome.transformed,
        "commits": outcome.commits,
        "fenced": outcome.fenced,
        "hung": outcome.hung,
        "late_ends": outcome.late_ends,
        "figures": outcome.figures,
        "findings": dict(findings.counts),
        "examples": findings.examples,
    }


def verdict(outcome: Outcome) -> str:
    """``invalid``: nothing could be written before anything was broken, so nothing was shown."""
    if "invalid" in outcome.findings.counts:
        return "invalid"
    return "bad" if outcome.findings.counts else "good"


def text(told: dict[str, Any], outcome: Outcome) -> str:
    lines = [
        f"seed {told['seed']}, {told['minutes']:g} min, {told['brokers']} brokers, "
        f"replication factor {told['replication_factor']}",
        f"{told['acknowledged']:,} records acknowledged with acks=all; "
        f"{told['read']:,} read back by each of three fresh clients",
        f"{told['neighbour_acknowledged']:,} acknowledged to a second tenant with the same names, "
        f"{told['neighbour_read']:,} read back",
        f"{told['transformed']:,} records transformed; {told['commits']:,} commits of "
        f"groups' offsets acknowledged; {told['fenced']} transformers fenced, "
        f"{told['hung']} hung; "
        f"{told['late_ends']} EndTxn came a transaction late",
        f"faults: {_counted(told['faults'])}; {told['client_crashes']} clients crashed",
    ]
    if told["links"] is not None:
        lines.append(f"links were cut by {told['links']}")
    if told["not_now"]:
        lines.append(f"not possible when their time came: {_counted(told['not_now'])}")
    for name, found in told["figures"].items():
        if isinstance(found, dict):
            lines += [f"{name} {kind}: {_figure(value)}" for kind, value in found.items()]
        else:
            lines.append(f"{name}: {found}")
    lines += outcome.findings.lines()
    if outcome.folder is not None:
        lines.append(f"data and histories: {outcome.folder}")
    return "\n".join([*lines, f"verdict: {told['verdict']}"])


def append_to_ledger(told: dict[str, Any]) -> None:
    """One line per run; examples stay out of it."""
    line = {name: value for name, value in told.items() if name != "examples"}
    with LEDGER.open("a") as file:
        file.write(json.dumps(line) + "\n")


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items())) or "none"


def _figure(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {figure}" for name, figure in value.items())
    return str(value)


def git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip()
