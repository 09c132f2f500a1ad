"""PostgreSQL is restored from a dump that is older than what it had, and the cell recovered.

While the cell is halted nobody is elected, so a broker that goes then takes its partitions along.
"""

import json
import signal
import time
from random import Random
from typing import Final

from tests.faults.database import Database
from tests.torture.faults.scene import Injected, Scene

OLDER_BY_S: Final = (5.0, 15.0)
REPORTED_WITHIN_S: Final = 60.0


def restored_database(scene: Scene, draw: Random) -> Injected:
    """Forgotten are leaders, epochs and in-sync sets since the dump: a leader is killed then."""
    cluster = scene.cluster
    database = Database(cluster.data_dir)
    dump = cluster.data_dir.parent / "dump"
    place, _, leader = scene.draw_partition(draw)
    dump.unlink(missing_ok=True)
    database.dump(dump)
    scene.send(leader, signal.SIGKILL)
    lasts = draw.uniform(*OLDER_BY_S)

    def restore() -> str | None:
        database.restore(dump)
        brokers = [each.id for each in cluster.brokers()]
        if not _have_reported(database, brokers):
            return f"of brokers {brokers} only {database.reported()} reported to a restored cell"
        return _recover(scene)

    target = f"to what it was {lasts:.1f} s before, broker {leader}, which led {place}, killed then"
    return Injected(target, frozenset({leader}), lasts, restore)


def _have_reported(database: Database, brokers: list[int]) -> bool:
    deadline = time.monotonic() + REPORTED_WITHIN_S
    while database.reported() != brokers:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


def _recover(scene: Scene) -> str | None:
    done = scene.cluster.run("recover", "--apply", "--json")
    if done.returncode != 0:
        return f"recover failed: {done.stdout}{done.stderr}"
    told = json.loads(done.stdout)
    lost = {name: told[name] for name in ("missing", "uncertain", "leaderless") if told[name]}
    return f"recover could not have everything: {lost}" if lost else None
