"""Run the benchmarks: ``python -m bench [--replicated | --coordination | --edge | …] …``."""

import argparse
import os
import sys
import tempfile
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from bench import connect_sinks, console, first_record, live, neighbours
from bench.coordination import COORDINATION_WORKLOADS
from bench.edge import BARE_WORKLOADS, EDGE_WORKLOADS, bare_uvicorn, web_process
from bench.headwater_peer import headwater
from bench.kafka_peer import apache_kafka
from bench.maven_jars import JarsUnavailable
from bench.neighbour_loads import LOADS
from bench.peer import Peer
from bench.process_cost import read_cost
from bench.report import Results, write_results
from bench.tansu_peer import tansu
from bench.workloads import REPLICATED_WORKLOADS, WORKLOADS, NotDelivered, Workloads

STARTERS = {"headwater": headwater, "kafka": apache_kafka, "tansu": tansu}
WITHOUT_TANSU = ("headwater", "kafka")
KARAPACE = "there is no such package on the package index"
RESULTS = Path(__file__).parent / "results"


def main() -> int:
    arguments = _parse()
    if arguments.live:
        return live.main(arguments.out, arguments.rounds)
    if arguments.console:
        return console.main(arguments.out, arguments.rounds)
    if arguments.neighbours:
        seconds = arguments.seconds or neighbours.SECONDS * arguments.scale
        return neighbours.main(arguments.out, arguments.rounds, seconds, arguments.only)
    if arguments.first_record:
        return first_record.main(arguments.out, arguments.rounds)
    if arguments.connect and arguments.minutes:
        return connect_sinks.watch_memory(arguments.out, arguments.minutes)
    if arguments.connect:
        return connect_sinks.main(arguments.out, arguments.rounds, arguments.scale)
    workloads = WORKLOADS
    if arguments.replicated:
        workloads = REPLICATED_WORKLOADS
    elif arguments.coordination:
        workloads = COORDINATION_WORKLOADS
    brokers = 3 if arguments.replicated else 1
    results = Results.for_this_machine(arguments.rounds, arguments.scale)
    if arguments.edge:
        _edge(results, arguments)
        return 0
    with ExitStack() as running, tempfile.TemporaryDirectory(prefix="headwater-bench-") as folder:
        peers: list[Peer] = []
        for name in arguments.peers:
            try:
                peers += running.enter_context(STARTERS[name](Path(folder), brokers))
            except JarsUnavailable as missing:
                results.missing[name] = str(missing)
                print(f"{name}: not measured, {missing}", file=sys.stderr)
        for peer in peers:
            results.add(peer, "memory at rest", {"MiB": read_cost(peer.pids).resident_mib})
        # One peer after the other within each round, so that a slow spell hits all of them.
        for round_number in range(-1, arguments.rounds):
            for peer in peers:
                _round(results, peer, round_number, arguments.scale, workloads)
        write_results(results, arguments.out)
    return 0


def _round(results: Results, peer: Peer, number: int, scale: float, workloads: Workloads) -> None:
    """All workloads once. Round -1 warms up (a JVM compiles) and is not counted."""
    topic = f"bench-{peer.name}-{number + 1}".replace(" ", "-")
    if peer.client_config:
        peer.create_topic(topic)
    for workload, run in workloads.items():
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
    if peer.client_config:
        peer.delete_topic(topic)


def _edge(results: Results, arguments: argparse.Namespace) -> None:
    """The web process beside a bare uvicorn; round -1 warms up."""
    results.missing["karapace"] = KARAPACE
    results.client = "raw sockets with requests made beforehand"
    results.machine += f"; load average {os.getloadavg()[0]:.0f} as it began"
    with (
        tempfile.TemporaryDirectory(prefix="headwater-bench-") as name,
        headwater(Path(name), 1) as (peer, _os_peer),
        bare_uvicorn(Path(name)) as (bare_web, bare),
    ):
        web = web_process(peer)
        for number in range(-1, arguments.rounds):
            for at, one, workloads in (
                (bare_web, bare, BARE_WORKLOADS),
                (web, peer, EDGE_WORKLOADS),
            ):
                bound = {work: partial(run, at) for work, run in workloads.items()}
                _round(results, one, number, arguments.scale, bound)
        results.add(peer, "memory at the end", {"web MiB": read_cost([web.pid]).resident_mib})
    write_results(results, arguments.out)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="counted rounds of each workload")
    parser.add_argument("--scale", type=float, default=1.0, help="amount of work, 1 = 300 MB")
    parser.add_argument("--replicated", action="store_true", help="three brokers, acks=all")
    parser.add_argument("--coordination", action="store_true", help="groups and transactions")
    parser.add_argument("--edge", action="store_true", help="records over REST")
    parser.add_argument("--live", action="store_true", help="websockets, without peers")
    parser.add_argument("--console", action="store_true", help="the console in Chromium")
    parser.add_argument("--neighbours", action="store_true", help="one tenant beside another")
    parser.add_argument(
        "--only", nargs="+", choices=LOADS, metavar="KIND",
        help=f"with --neighbours: of {', '.join(LOADS)}, only these",
    )  # fmt: skip
    parser.add_argument(
        "--seconds", type=float,
        help=f"with --neighbours: beside each ({neighbours.SECONDS:g}); 600 for a flood of logins",
    )  # fmt: skip
    parser.add_argument("--connect", action="store_true", help="sinks beside Kafka Connect's")
    parser.add_argument("--first-record", action="store_true", help="of connectors just made")
    parser.add_argument("--minutes", type=float, help="with --connect: watch a sink's memory")
    parser.add_argument("--peers", nargs="+", choices=STARTERS)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    kinds = ("replicated", "coordination", "edge", "live", "console", "neighbours", "connect",
             "first_record")  # fmt: skip
    kind = next((each for each in kinds if getattr(given, each)), "")
    if given.only and kind != "neighbours":
        parser.error("--only says which neighbours, and needs --neighbours")
    if given.seconds is not None and (kind != "neighbours" or given.seconds <= 0):
        parser.error("--seconds is above 0, says how long neighbours last, and needs --neighbours")
    given.peers = given.peers or (WITHOUT_TANSU if kind else list(STARTERS))
    given.out = given.out or RESULTS / _folder(kind, given)
    given.only = given.only or list(LOADS)
    return given


def _folder(kind: str, given: argparse.Namespace) -> str:
    """What measures another thing, or a part, does not replace the results of the whole."""
    if given.minutes:
        return f"{kind}-memory"
    if given.first_record:
        return "connect/first-record"
    parts = [each.replace(" ", "-") for each in given.only or ()]
    return "-".join([kind, *parts])


if __name__ == "__main__":
    sys.exit(main())
