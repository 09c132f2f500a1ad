"""The results: one JSON file with every sample, one Markdown table of medians made from it."""

import json
import os
import platform
import statistics
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.peer import Peer
from bench.workloads import Figures


@dataclass(slots=True)
class Results:
    taken_at: str
    commit: str
    machine: str
    rounds: int
    scale: float
    client: str = "the same librdkafka client and settings"
    peers: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    samples: dict[str, dict[str, list[Figures]]] = field(default_factory=dict)
    """Workload → peer → one entry per counted round."""
    failures: dict[str, dict[str, str]] = field(default_factory=dict)
    """Workload → peer → why it has no figure for at least one round."""

    @classmethod
    def for_this_machine(cls, rounds: int, scale: float) -> "Results":
        git = subprocess.run(
            ["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False
        )
        return cls(
            taken_at=datetime.now(UTC).isoformat(timespec="seconds"),
            commit=git.stdout.strip() or "not a git checkout",
            machine=f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
            f"Python {platform.python_version()}",
            rounds=rounds,
            scale=scale,
        )

    @property
    def about(self) -> dict[str, str]:
        """When it was taken, of what and on what."""
        return {"taken_at": self.taken_at, "commit": self.commit, "machine": self.machine}

    def heading(self, title: str, option: str) -> list[str]:
        """The first lines of the Markdown that ``./headwater bench`` writes with ``option``."""
        return [
            f"# {title}",
            "",
            f"Written by `./headwater bench {option}`; do not edit.",
            "",
            f"- taken: {self.taken_at}, commit {self.commit}",
        ]

    def add(self, peer: Peer, workload: str, figures: Figures) -> None:
        self.peers[peer.name] = f"{peer.version}; {peer.notes}"
        self.samples.setdefault(workload, {}).setdefault(peer.name, []).append(figures)

    def median(self, workload: str, peer: str, unit: str) -> float:
        return statistics.median(sample[unit] for sample in self.samples[workload][peer])


def write_results(results: Results, folder: Path) -> None:
    raw = {name: getattr(results, name) for name in Results.__dataclass_fields__}
    write_documents(folder, raw, _markdown(results))


def write_documents(folder: Path, raw: Mapping[str, Any], lines: Iterable[str]) -> None:
    """``raw`` for programs, ``lines`` of Markdown for people."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.json").write_text(json.dumps(raw, indent=1, ensure_ascii=False) + "\n")
    (folder / "RESULTS.md").write_text("\n".join(lines) + "\n")


def _markdown(results: Results) -> list[str]:
    peers = list(results.peers)
    lines = [
        "# Benchmark results",
        "",
        "Written by `./headwater bench`; do not edit. Medians of "
        f"{results.rounds} rounds, peers in turn, {results.client}.",
        "",
        f"- taken: {results.taken_at}, commit {results.commit}",
        f"- machine: {results.machine}; client and broker share it",
        *(f"- {name}: {told}" for name, told in results.peers.items()),
        *(f"- {name}: not measured: {why}" for name, why in results.missing.items()),
        "",
        f"| work | figure | {' | '.join(peers)} |",
        f"| --- | --- |{' ---: |' * len(peers)}",
    ]
    for workload, by_peer in results.samples.items():
        for unit in next(iter(by_peer.values()))[0]:
            cells = [
                f"{results.median(workload, p, unit):,.2f}" if p in by_peer else "" for p in peers
            ]
            lines.append(f"| {workload} | {unit} | {' | '.join(cells)} |")
    for workload, by_peer_failed in results.failures.items():
        lines += ["", *(f"- {workload}: {peer}: {why}" for peer, why in by_peer_failed.items())]
    return lines
