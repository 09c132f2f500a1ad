"""Hostile frames and floods by one tenant, and by nobody, while another tenant writes.

What the brokers' memory grows by, at its highest, and what became of the other tenant's writes.
"""

import random
import struct
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final

import psutil

from brokers.kernel.limits import FRAME_BYTES_MAX, FRAME_BYTES_MAX_UNAUTHENTICATED, MIB
from brokers.wire.registry import REQUESTS, ApiKey
from tests.fuzz.damage import LENGTHS
from tests.node.raw_client import RawClient
from tests.torture import liveness
from tests.torture.cluster import Cluster
from tests.torture.crew import Crew
from tests.torture.history import events
from tests.torture.layout import places
from tests.torture.live import LiveView
from tests.torture.measurements import Acknowledgements
from tests.torture.sends import Sends

CALM_S: Final = 20.0
GROWTH_MIB_MAX: Final = 64.0
"""What all of it together may cost a broker."""
HELD_MAX: Final = 400
"""Sockets that one attack holds, below a tenant's limit and a process' own."""
LOOK_S: Final = 0.25


@dataclass(slots=True)
class Attacker:
    """Somebody with a key of a tenant of his own. ``tries`` counts by attack."""

    ports: list[int]
    key: tuple[str, str]
    rng: random.Random
    enough: Event = field(default_factory=Event)
    tries: Counter[str] = field(default_factory=Counter)

    def stranger(self) -> RawClient:
        return RawClient(self.rng.choice(self.ports))

    def known(self) -> RawClient:
        return self.stranger().log_in(self.key)


def length_bombs(attacker: Attacker, held: ExitStack) -> None:
    """Small frames that announce what they do not have, for every API and version."""
    rng = attacker.rng
    with attacker.known() as client:
        for _ in range(20):
            key = rng.choice(list(REQUESTS))
            version = rng.randint(REQUESTS[key].min_version, REQUESTS[key].max_version)
            head = struct.pack(">hhih", key, version, 1, -1) + bytes(rng.randrange(4))
            client.send_frame(head + bytes(rng.randrange(16)) + rng.choice(LENGTHS) * 3)
        client.read_to_the_end()


def announced_frames(attacker: Attacker, held: ExitStack) -> None:
    """The length of the largest frame and its first bytes, and then nothing."""
    client = held.enter_context(attacker.known())
    client.socket.sendall(struct.pack(">i", FRAME_BYTES_MAX) + bytes(100))


def half_open(attacker: Attacker, held: ExitStack) -> None:
    """Connections that never say anything, or stop within the first frame."""
    client = held.enter_context(attacker.stranger())
    if attacker.rng.random() < 0.5:
        client.socket.sendall(struct.pack(">i", FRAME_BYTES_MAX_UNAUTHENTICATED) + b"\0")


def dribble(attacker: Attacker, held: ExitStack) -> None:
    """A byte of a frame at a time (slowloris)."""
    client = held.enter_context(attacker.known())
    for byte in struct.pack(">ihhih", 1_000, ApiKey.METADATA, 1, 1, -1):
        client.socket.sendall(bytes((byte,)))
        if attacker.enough.wait(0.02):
            return


def login_flood(attacker: Attacker, held: ExitStack) -> None:
    """Wrong secrets; the answer is not waited for."""
    client = held.enter_context(attacker.stranger())
    client.handshake("PLAIN")
    client.send_frame(b"\0\x24\0\1\0\0\0\2\0\1x\0\0\0\x0c\0nobody\0wrong")


def churn(attacker: Attacker, held: ExitStack) -> None:
    """Connections that come and go."""
    attacker.stranger().socket.close()


def deaf_reader(attacker: Attacker, held: ExitStack) -> None:
    """Questions with large answers that nobody takes."""
    client = held.enter_context(attacker.known())
    for correlation in range(200):
        client.send_frame(struct.pack(">hhih", ApiKey.API_VERSIONS, 0, correlation, -1))


def garbage(attacker: Attacker, held: ExitStack) -> None:
    """Bytes without any sense."""
    with attacker.stranger() as client:
        client.socket.sendall(attacker.rng.randbytes(attacker.rng.randrange(1, 4096)))
        client.read_to_the_end()


Attack = Callable[[Attacker, ExitStack], None]
ATTACKS: Final[tuple[Attack, ...]] = (
    length_bombs, announced_frames, half_open, dribble, login_flood, churn, deaf_reader, garbage,
)  # fmt: skip


def measure(cluster: Cluster, crew: Crew, histories: Path, minutes: float, seed: int) -> Any:
    """``minutes`` are for all attacks together, one after the other."""
    live = LiveView(histories)
    crew.start("idempotent-writer", rate=100.0)
    _, nothing = liveness.wait_for_writes(live, "before the first attack")
    if nothing is not None:
        raise RuntimeError(nothing)
    calm_from = time.monotonic()
    time.sleep(CALM_S)
    attacker = Attacker(_ports(cluster), cluster.make_tenant("attacker").pair, random.Random(seed))
    before = _memory(cluster)
    begun = time.monotonic()
    growth = {}
    for attack in ATTACKS:
        growth[attack.__name__] = _run(attack, attacker, cluster, before, minutes)
        print(f"{attack.__name__}: {growth[attack.__name__]}", file=sys.stderr, flush=True)
    ended = time.monotonic()
    crew.stop_writers()
    sends = Sends()
    for path in histories.glob("*-writer.history"):
        sends.take(events(path))
    found = Acknowledgements(sends)
    highest = max(growth.values())
    return {
        "seconds": round(ended - begun),
        "tries": dict(attacker.tries),
        "growth_mib": growth,
        "highest_growth_mib": highest,
        "within_bounds": highest <= GROWTH_MIB_MAX,
        "victim": {
            "acknowledged_per_s_before": round(
                found.acknowledged_between(calm_from, begun) / (begun - calm_from), 1
            ),
            "acknowledged_per_s_during": round(
                found.acknowledged_between(begun, ended) / (ended - begun), 1
            ),
            "failed": found.failed_between(begun, ended),
            "longest_stall_s": round(
                max(found.longest_gap(place, begun, ended, ended) for place in places("all")), 3
            ),
        },
        "clients": crew.failures,
    }


def _run(
    attack: Attack, attacker: Attacker, cluster: Cluster, before: dict[int, int], minutes: float
) -> float:
    """MiB by which the broker that grew most had grown at its highest."""
    attacker.enough.clear()
    thread = Thread(target=_repeat, args=(attack, attacker), daemon=True)
    thread.start()
    until = time.monotonic() + minutes * 60 / len(ATTACKS)
    highest = 0
    while time.monotonic() < until:
        time.sleep(LOOK_S)
        now = _memory(cluster)
        if now.keys() != before.keys():
            raise RuntimeError(f"a broker did not survive {attack.__name__}")
        highest = max(highest, *(now[pid] - before[pid] for pid in before))
    attacker.enough.set()
    thread.join(30)
    return round(highest / MIB, 1)


def _repeat(attack: Attack, attacker: Attacker) -> None:
    while not attacker.enough.is_set():
        with ExitStack() as held:
            for _ in range(HELD_MAX):
                if attacker.enough.is_set():
                    break
                # To be cut off, refused or not answered is what an attacker expects.
                with suppress(OSError, AssertionError, ConnectionError):
                    attack(attacker, held)
                attacker.tries[attack.__name__] += 1


def _memory(cluster: Cluster) -> dict[int, int]:
    """Resident bytes of each broker that runs, by process id."""
    found = {}
    for broker in cluster.brokers():
        if broker.pid is not None:
            with suppress(psutil.NoSuchProcess):
                found[broker.pid] = psutil.Process(broker.pid).memory_info().rss
    return found


def _ports(cluster: Cluster) -> list[int]:
    addresses = cluster.login.bootstrap_servers.split(",")
    return [int(address.rpartition(":")[2]) for address in addresses]
