"""Partitions: links between brokers, and to PostgreSQL, that carry nothing in one way or both.

Clients reach every broker all the time. A partition goes on when a majority of its replicas still
has each other and PostgreSQL, whatever the rest believe.
"""

from collections.abc import Iterable
from random import Random
from typing import Final

from tests.torture.faults.scene import Injected, NotNow, Scene
from tests.torture.network.links import POSTGRES, Link, both
from tests.torture.network.network import Network

LASTS_S: Final = (4.0, 20.0)
DELAY_S: Final = (0.02, 0.2)


def cut_off(scene: Scene, draw: Random) -> Injected:
    """The broker that leads some partition, from all others and PostgreSQL."""
    place, _, leader = scene.draw_partition(draw)
    network = _network(scene)
    which = f"broker {leader}, which leads {place}"
    return _cut(scene, draw, which, network.links_of(str(leader)), leader)


def cut_one_way(scene: Scene, draw: Random) -> Injected:
    """It is heard and hears nothing, or the other way round."""
    _, _, number = scene.draw_partition(draw)
    network = _network(scene)
    end = draw.choice(("source", "target"))
    links = [link for link in network.links_of(str(number)) if getattr(link, end) == str(number)]
    words = "what it sends" if end == "source" else "what it is sent"
    return _cut(scene, draw, f"broker {number}, {words}", links, number)


def cut_from_followers(scene: Scene, draw: Random) -> Injected:
    """A leader that nobody follows and that PostgreSQL hears: its ISR falls below the minimum."""
    place, found, leader = scene.draw_partition(draw)
    links = [
        link
        for each in found.replicas
        if each != leader
        for link in both(str(leader), str(each))
    ]  # fmt: skip
    return _cut(scene, draw, f"broker {leader} from those that follow {place}", links)


def bridge(scene: Scene, draw: Random) -> Injected:
    """Two brokers that cannot reach each other; any third reaches both."""
    network = _network(scene)
    if len(network.brokers()) < 3:
        raise NotNow("there is no third broker")
    _, found, _ = scene.draw_partition(draw)
    if len(found.isr) < 2:
        raise NotNow("no two brokers are in sync")
    one, other = map(str, draw.sample(found.isr, 2))
    return _cut(scene, draw, f"brokers {one} and {other}", both(one, other))


def cut_from_postgres(scene: Scene, draw: Random) -> Injected:
    """A broker that PostgreSQL does not hear is fenced, and does not learn of it."""
    place, _, leader = scene.draw_partition(draw)
    links = both(str(leader), POSTGRES)
    which = f"broker {leader}, which leads {place}"
    return _cut(scene, draw, which, links, leader)


def slow_network(scene: Scene, draw: Random) -> Injected:
    number = scene.draw_broker(draw)
    network = _network(scene)
    delays = {link: draw.uniform(*DELAY_S) for link in network.links_of(str(number))}
    network.delay(delays)
    lasts = draw.uniform(*LASTS_S)
    target = f"broker {number}, {min(delays.values()):.2f} s and more, for {lasts:.1f} s"
    return Injected(target, lasts_s=lasts, undo=network.heal)


def _network(scene: Scene) -> Network:
    if scene.network is None:
        raise NotNow("links cannot be cut in this run")
    return scene.network


def _cut(scene: Scene, draw: Random, target: str, links: Iterable[Link], *brokers: int) -> Injected:
    """``brokers`` are those that lose what they led."""
    network, cut = _network(scene), list(links)
    ends = {int(end) for link in cut for end in link if end != POSTGRES}
    if not ends & scene.cluster.live():
        raise NotNow("who would be cut off has just gone")
    lasts = draw.uniform(*LASTS_S)
    resets = draw.random() < 0.3
    before = network.counts()["held"]
    network.cut(cut, resets=resets)

    def undo() -> str | None:
        held = network.counts()["held"] - before
        network.heal()
        # Brokers ask each other, and PostgreSQL, several times a second.
        if held or not ends <= scene.cluster.live():
            return None
        return f"nothing came to the links that were cut ({target})"

    how = ", connections broken" if resets else ""
    return Injected(f"{target}, for {lasts:.1f} s{how}", frozenset(brokers), lasts, undo)
