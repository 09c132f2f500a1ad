"""A store that is away for long, under load: how many ``acks=all`` writes failed meanwhile."""

import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

from tests.torture import liveness
from tests.torture.cluster import Cluster
from tests.torture.crew import Crew
from tests.torture.history import events
from tests.torture.layout import places
from tests.torture.live import LiveView
from tests.torture.measurements import Acknowledgements
from tests.torture.sends import Sends

STORES: Final = ("postgres", "valkey")
CALM_S: Final = 10.0


def measure(cluster: Cluster, crew: Crew, histories: Path, minutes: float) -> dict[str, Any]:
    """By store: what was acknowledged and failed while it was away, and the longest silence of
    any partition, in seconds."""
    live = LiveView(histories)
    crew.start_all()
    _, nothing = liveness.wait_for_writes(live, "before anything was taken away")
    if nothing is not None:
        raise RuntimeError(nothing)
    away: dict[str, tuple[float, float]] = {}
    for store in STORES:
        time.sleep(CALM_S)
        _control(cluster, "stop", store)
        begun = time.monotonic()
        print(f"{store} is away", file=sys.stderr, flush=True)
        while time.monotonic() < begun + minutes * 60:
            assert cluster.store(store) is None, f"{store} came back by itself"
            crew.tend()
            time.sleep(1.0)
        away[store] = begun, time.monotonic()
        _control(cluster, "start", store)
        _, broken = liveness.wait_until_whole(cluster)
        print(f"{store} is back: {broken or 'all is whole'}", file=sys.stderr, flush=True)
    time.sleep(CALM_S)
    crew.stop_writers()
    crew.stop_readers()
    sends = Sends()
    for path in histories.glob("*-writer.history"):
        sends.take(events(path))
    found = Acknowledgements(sends)
    told: dict[str, Any] = {s: _figures(found, *when) for s, when in away.items()}
    return told | {"clients": crew.failures}


def _figures(found: Acknowledgements, begin: float, end: float) -> dict[str, Any]:
    return {
        "seconds": round(end - begin),
        "acknowledged": found.acknowledged_between(begin, end),
        "failed": found.failed_between(begin, end),
        "longest_stall_s": round(
            max(found.longest_gap(place, begin, end, end) for place in places("all")), 3
        ),
    }


def _control(cluster: Cluster, verb: str, store: str) -> None:
    """An orderly stop, which the supervisor does not undo, unlike a kill."""
    subprocess.run(
        [
            *(sys.executable, "-m", "supervisor.supervisorctl"),
            *("--configuration", "run/supervisord.conf", verb, f"stores:{store}"),
        ],
        cwd=cluster.data_dir,
        check=True,
        stdout=subprocess.DEVNULL,
    )
