"""Run the benchmarks: ``python -m bench [--rounds N] [--scale F] [--peers …] [--out FOLDER]``."""

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from bench.headwater_peer import headwater
from bench.kafka_jars import JarsUnavailable
from bench.kafka_peer import apache_kafka
from bench.peer import Peer
from bench.process_cost import read_cost
from bench.report import Results, write_results
from bench.tansu_peer import tansu
from bench.workloads import WORKLOADS, NotDelivered

STARTERS = {"headwater": headwater, "kafka": apache_kafka, "tansu": tansu}


def main() -> int:
    arguments = _parse()
    results = Results.for_this_machine(arguments.rounds, arguments.scale)
    with ExitStack() as running, tempfile.TemporaryDirectory(prefix="headwater-bench-") as folder:
        peers: list[Peer] = []
        for name in arguments.peers:
            try:
                peers += running.enter_context(STARTERS[name](Path(folder)))
            except JarsUnavailable as missing:
                results.missing[name] = str(missing)
                print(f"{name}: not measured, {missing}", file=sys.stderr)
        for peer in peers:
            results.add(peer, "memory at rest", {"MiB": read_cost(peer.pids).resident_mib})
        # One peer after the other within each round, so that a slow spell hits all of them.
        for round_number in range(-1, arguments.rounds):
            for peer in peers:
                _round(results, peer, round_number, arguments.scale)
        write_results(results, arguments.out)
    return 0


def _round(results: Results, peer: Peer, number: int, scale: float) -> None:
    """All workloads once. Round -1 warms up (a JVM compiles) and is not counted."""
    topic = f"bench-{peer.name}-{number + 1}"
    peer.create_topic(topic)
    for workload, run in WORKLOADS.items():
        try:
            figures = run(peer, topic, scale if number >= 0 else scale / 4)
        except NotDelivered as failure:
            print(f"round {number}  {workload}: {failure}", file=sys.stderr, flush=True)
            results.failures.setdefault(workload, {})[peer.name] = str(failure)
            continue
        told = ", ".join(f"{value:,.2f} {unit}" for unit, value in figures.items())
        print(f"round {number}  {peer.name:13} {workload}: {told}", file=sys.stderr, flush=True)
        if number >= 0:
            results.add(peer, workload, figures)
    peer.delete_topic(topic)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="counted rounds of each workload")
    parser.add_argument("--scale", type=float, default=1.0, help="amount of work, 1 = 300 MB")
    parser.add_argument("--peers", nargs="+", choices=STARTERS, default=list(STARTERS))
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
