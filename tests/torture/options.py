"""What was asked for on the command line."""

import argparse
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.torture.faults import KINDS
from tests.torture.measure.run import MEASURES, Measure
from tests.torture.network.choice import NETWORKS
from tests.torture.network.network import Way


@dataclass(frozen=True, slots=True)
class Options:
    """``rate`` is records per second of all writers together; ``faults`` are kinds of ``KINDS``."""

    minutes: float
    seed: int
    brokers: int = 3
    rate: float = 400.0
    faults: tuple[str, ...] = tuple(KINDS)
    keep: Path | None = None
    links: Way | None = None
    """By what links are to be cut; by the best there is when None."""


def parse(arguments: Sequence[str]) -> tuple[Options, argparse.Namespace]:
    """The run's options, and what concerns only how it is told: ``json`` and ``ledger``."""
    parser = argparse.ArgumentParser(
        prog="headwater torture",
        description="Break a service of its own on a seeded schedule, and check that nothing it "
        "promised broke. Exit code 0 when all held, 1 when not.",
        epilog=f"kinds of faults: {', '.join(KINDS)}",
    )
    parser.add_argument("--minutes", type=float, default=2.0, help="how long things break (2)")
    parser.add_argument("--seed", type=int, help="the schedule; drawn and told when not given")
    parser.add_argument("--brokers", type=int, default=3, help="3")
    parser.add_argument("--rate", type=float, default=400.0, help="records per second in all (400)")
    parser.add_argument(
        "--faults", nargs="+", choices=KINDS, default=list(KINDS), metavar="KIND", help="all"
    )
    parser.add_argument(
        "--without", nargs="+", choices=KINDS, default=[], metavar="KIND", help="all but these"
    )
    parser.add_argument(
        "--links", choices=NETWORKS, help="by what links are cut; default: by namespaces where "
        "root may make them, else by relays"
    )  # fmt: skip
    parser.add_argument(
        "--keep", type=Path, help="a new folder to run in and to leave; default: a temporary one, "
        "left only when something did not hold"
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    parser.add_argument(
        "--ledger", action="store_true", help="append the result to tests/torture/ledger.jsonl"
    )
    measuring = parser.add_argument_group(
        "measuring", "instead of a run; figures go to tests/torture/measured.jsonl"
    )
    measuring.add_argument("--measure", choices=MEASURES)
    measuring.add_argument(
        "--samples",
        type=int,
        default=30,
        help="leaders, or connectors' processes or workers, to strike (30)",
    )
    measuring.add_argument("--partitions", type=int, default=1000, help="at the power cut (1000)")
    measuring.add_argument("--gib", type=float, default=10.0, help="at the power cut, in all (10)")
    measuring.add_argument("--tasks", type=int, default=12, help="that move (12)")
    measuring.add_argument("--rows", type=int, default=1_000_000, help="of connectors (1000000)")
    given = parser.parse_args(arguments)
    options = Options(
        minutes=given.minutes,
        seed=random.randrange(1_000_000) if given.seed is None else given.seed,
        brokers=given.brokers,
        rate=given.rate,
        faults=tuple(kind for kind in given.faults if kind not in given.without),
        keep=given.keep,
        links=given.links,
    )
    return options, given


def measure_of(options: Options, given: argparse.Namespace) -> Measure:
    return Measure(
        what=given.measure,
        brokers=options.brokers,
        seed=options.seed,
        samples=given.samples,
        minutes=options.minutes,
        partitions=given.partitions,
        stored_bytes=int(given.gib * (1 << 30)),
        rows=given.rows,
        tasks=given.tasks,
        links=options.links,
    )
