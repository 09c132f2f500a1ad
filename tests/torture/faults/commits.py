"""Connections to PostgreSQL that break at a COMMIT, so that a broker cannot know what became of it.

A broker is killed at the same time: its fencing, the elections, its registration and the in-sync
sets that follow are what is committed.
"""

import signal
from random import Random
from typing import Final

from tests.torture.faults.scene import Injected, NotNow, Scene
from tests.torture.network.commits import When

COMMITS: Final = (1, 6)
LASTS_S: Final = 10.0


def cut_at_commit(scene: Scene, draw: Random) -> Injected:
    """After it was sent, its answer lost; or before, and nothing was committed."""
    network = scene.network
    if network is None:
        raise NotNow("links cannot be cut in this run")
    when: When = draw.choice(("after", "after", "before"))
    count = draw.randint(*COMMITS)
    number = scene.draw_broker(draw)
    before = network.counts()["commits"]
    network.cut_commits(when, count)
    try:
        scene.send(number, signal.SIGKILL)
    except NotNow:
        network.heal()
        raise

    def struck() -> int:
        return network.counts()["commits"] - before

    def undo() -> str | None:
        cut = struck()
        network.heal()
        return None if cut else f"broker {number} was killed and nothing was committed"

    return Injected(
        f"{count} connections {when} COMMIT, broker {number} killed",
        frozenset({number}),
        LASTS_S,
        undo,
        is_over=lambda: struck() >= count,
    )
