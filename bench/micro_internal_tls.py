"""What certificates between brokers cost: ``python -m bench.micro_internal_tls [--rounds N]``.

Two deployments of three brokers each on this machine, one with ``--internal-tls``. They produce in
turn, 1 KB records to three replicas with acks=all, and the medians of all rounds but the first are
compared: megabytes a second, and the CPU time of the brokers, which follow each other over the
internal listener. The time of a handshake is of both sides together, in memory. Written to
``bench/results/internal_tls.json``.
"""

import argparse
import json
import os
import ssl
import statistics
import tempfile
from collections import defaultdict
from contextlib import ExitStack, suppress
from pathlib import Path
from time import process_time

from bench.headwater_peer import headwater
from bench.report import Results
from bench.workloads import Figures, produce_replicated
from brokers.certificates.authority import SEED_BYTES, Authority
from brokers.certificates.holder import Holder, broker_name
from brokers.certificates.mutual_tls import MutualTls

RESULTS = Path(__file__).parent / "results" / "internal_tls.json"
BROKERS = 3
HANDSHAKES = 200
KINDS: dict[str, list[str]] = {"tokens": [], "certificates": ["--internal-tls"]}


def produced(rounds: int, scale: float) -> dict[str, list[Figures]]:
    """The figures of each round, by kind; the first round, which warms up, is left out."""
    found: defaultdict[str, list[Figures]] = defaultdict(list)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="headwater-tls-")))
        peers = {}
        for kind, options in KINDS.items():
            (folder / kind).mkdir()
            peers[kind], _ = stack.enter_context(headwater(folder / kind, BROKERS, options))
        for number in range(rounds + 1):
            for kind, peer in peers.items():
                topic = f"round-{number}"
                peer.create_topic(topic)
                figures = produce_replicated(peer, topic, scale)
                peer.delete_topic(topic)
                print(f"{kind:12} {figures}", flush=True)
                if number:
                    found[kind].append(figures)
    return found


def handshake_ms() -> float:
    """CPU time of one, both sides of it, without a network."""
    ring = (Authority(os.urandom(SEED_BYTES), 0),)
    server, client = (MutualTls(Holder(each), lambda: ring) for each in (1, 2))
    began = process_time()
    for _ in range(HANDSHAKES):
        to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
        sides = (
            client.client_context().wrap_bio(to_client, to_server, server_hostname=broker_name(1)),
            server.server_context().wrap_bio(to_server, to_client, server_side=True),
        )
        for side in sides * 2:
            with suppress(ssl.SSLWantReadError):
                side.do_handshake()
    return (process_time() - began) * 1000 / HANDSHAKES


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.micro_internal_tls", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scale", type=float, default=1.0)
    given = parser.parse_args()
    rounds = produced(given.rounds, given.scale)
    medians = {
        kind: {unit: round(statistics.median(each[unit] for each in of), 2) for unit in of[0]}
        for kind, of in rounds.items()
    }
    tokens, certificates = medians["tokens"], medians["certificates"]
    results = Results.for_this_machine(given.rounds, given.scale)
    result = {
        **results.about,
        "rounds": given.rounds,
        "scale": given.scale,
        "medians": medians,
        "ratio": {unit: round(certificates[unit] / tokens[unit], 2) for unit in tokens},
        "handshake_ms_of_cpu": round(handshake_ms(), 2),
        "samples": rounds,
    }
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps({name: result[name] for name in ("medians", "ratio", "handshake_ms_of_cpu")}))


if __name__ == "__main__":
    main()
