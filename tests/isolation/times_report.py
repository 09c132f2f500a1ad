"""What was found of times, as JSON and as a page that people read."""

import json
import math
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from tests.isolation.ranks import APART
from tests.isolation.timed import Answered

SHOWN = 8


def write_report(found: Sequence[Answered], folder: Path, *, commit: str, seed: int) -> None:
    """``times.json`` has every comparison, ``RESULTS.md`` the summary and those furthest apart."""
    folder.mkdir(parents=True, exist_ok=True)
    head = {
        "taken_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit,
        "machine": f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}; load average {os.getloadavg()[0]:.0f} at the end",
        "seed": seed,
    }
    rows = [
        {
            "kind": each.question.kind,
            "question": each.question.label,
            "times": each.times,
            "foreign": asdict(each.foreign),
            "chance": asdict(each.chance),
        }
        for each in found
    ]
    document = json.dumps(head | {"comparisons": rows}, indent=1, ensure_ascii=False)
    (folder / "times.json").write_text(document + "\n")
    (folder / "RESULTS.md").write_text("\n".join(_page(head, found)) + "\n")


def _page(head: dict[str, object], found: Sequence[Answered]) -> list[str]:
    furthest = sorted(found, key=lambda each: -abs(each.foreign.z))
    shifts = sorted(each.foreign.shift for each in found)
    return [
        f"# How long foreign and absent things take to be refused: {found[0].question.kind}",
        "",
        f"Taken {head['taken_at']} at {head['commit']} on {head['machine']}; seed {head['seed']}. "
        "Written by `./headwater isolate --times N`, which asks each question about a thing of "
        "another tenant and about two that do not exist, in a random order, and compares the times "
        f"by Mann and Whitney's test: apart from {APART:g} standard deviations on. *Chance* is "
        "the one absent thing beside the other, between which there is nothing to find. Service "
        "and client share a process, which is nearer than anybody else gets.",
        "",
        "| questions | times each | apart | apart by chance | largest z | largest z of chance | "
        "median shift, µs |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        f"| {len(found)} | {found[0].times} | {sum(each.foreign.apart for each in found)} "
        f"| {sum(each.chance.apart for each in found)} "
        f"| {abs(furthest[0].foreign.z):.1f} | {max(abs(each.chance.z) for each in found):.1f} "
        f"| {shifts[len(shifts) // 2] * 1000:+.0f} |",
        "",
        "Those furthest apart:",
        "",
        "| question | z | foreign is longer | shift, µs | z of chance | pairs needed |",
        "| --- | --- | --- | --- | --- | --- |",
        *map(_row, furthest[:SHOWN]),
    ]


def _row(each: Answered) -> str:
    found = each.foreign
    pairs = "never" if math.isinf(found.guesses) else f"{found.guesses:,.0f}"
    return (
        f"| {each.question.label} | {found.z:+.1f} | {found.above:.0%} of times "
        f"| {found.shift * 1000:+.0f} | {each.chance.z:+.1f} | {pairs if found.apart else '–'} |"
    )
