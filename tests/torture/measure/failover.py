"""From a leader's end to the next acknowledged write on what it led, many times over."""

import asyncio
import contextlib
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from typing import Any, Final

from tests.torture.clients.task import name_of
from tests.torture.cluster import Cluster
from tests.torture.layout import TOPICS, places
from tests.torture.measure.connection import Connections
from tests.torture.measure.probe import METADATA_EVERY_S, Partition, Probe

CALM_S: Final = (1.0, 3.0)
"""Between the end of one trial and the next; drawn, so as not to beat in time with heartbeats."""

Undo = Callable[[], None]
Strike = Callable[[Cluster, int], Undo]


def kill_leader(cluster: Cluster, broker: int) -> Undo:
    _signal(cluster, broker, signal.SIGKILL)
    return lambda: None


def stop_leader(cluster: Cluster, broker: int) -> Undo:
    pid = _signal(cluster, broker, signal.SIGSTOP)

    def resume() -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)

    return resume


def cut_off_leader(cluster: Cluster, broker: int) -> Undo:
    """From all other brokers and PostgreSQL; clients reach it."""
    network = cluster.network
    assert network is not None
    network.cut(network.links_of(str(broker)), resets=False)
    return network.heal


def measure(cluster: Cluster, strike: Strike, samples: int, draw: random.Random) -> dict[str, Any]:
    """Seconds from the strike, one row per trial: ``elected`` when any broker told of a new
    leader, ``written`` when a write sent after the strike was acknowledged."""
    return asyncio.run(_measure(cluster, strike, samples, draw))


async def _measure(
    cluster: Cluster, strike: Strike, samples: int, draw: random.Random
) -> dict[str, Any]:
    partitions = [name_of(place) for place in places("all")]
    count = sum(plan.partitions for plan in TOPICS)
    probe = Probe(Connections(cluster.login), [plan.name for plan in TOPICS])
    trials = []
    async with probe.watching():
        for number in range(samples):
            await probe.until_whole(count)
            await asyncio.sleep(draw.uniform(*CALM_S))
            await probe.until_whole(count)
            trials.append(await _trial(cluster, strike, probe, draw.choice(partitions)))
            print(f"{number + 1}/{samples} {trials[-1]}", file=sys.stderr, flush=True)
    return {"trials": trials}


async def _trial(
    cluster: Cluster, strike: Strike, probe: Probe, where: Partition
) -> dict[str, float]:
    before = probe.partitions[where]
    struck_from = time.monotonic()
    undo = await asyncio.to_thread(strike, cluster, before.leader)
    struck = time.monotonic()
    try:
        elected, written = await asyncio.gather(
            _elected(probe, where, before.epoch), probe.first_write(where)
        )
    finally:
        await asyncio.to_thread(undo)
    return {
        "strike_took": round(struck - struck_from, 3),
        "elected": round(elected - struck, 3),
        "written": round(written - struck, 3),
    }


async def _elected(probe: Probe, where: Partition, epoch: int) -> float:
    while True:
        found = probe.partitions[where]
        if found.epoch > epoch and found.leader >= 0:
            return time.monotonic()
        await asyncio.sleep(METADATA_EVERY_S / 4)


def _signal(cluster: Cluster, broker: int, sent: signal.Signals) -> int:
    pid = cluster.broker(broker).pid
    assert pid is not None, f"broker {broker} does not run between two trials"
    os.kill(pid, sent)
    return pid
