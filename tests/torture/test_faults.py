"""Faults that need several replicas, or damage files, against a service that is only described."""

import os
import signal
from pathlib import Path
from random import Random
from typing import Any

import pytest

from brokers.log.volume import LOCK
from tests.torture.cluster import Broker, Replicas
from tests.torture.faults import KINDS, ON_IMAGES, ON_LINKS, brokers
from tests.torture.faults.held_volume import HeldVolume
from tests.torture.faults.scene import Injected, NotNow, Scene
from tests.torture.faults.volumes import bit_flip
from tests.torture.layout import places
from tests.torture.live import LiveView
from tests.torture.nemesis import Nemesis
from tests.torture.network.links import POSTGRES, Link, both
from tests.torture.schedule import Planned


class Described:
    """Three brokers without processes; pid 100 + N is broker N's."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def brokers(self) -> list[Broker]:
        return [Broker(number, 100 + number, self._folder / str(number)) for number in (1, 2, 3)]

    def broker(self, number: int) -> Broker:
        return self.brokers()[number - 1]

    def live(self) -> set[int]:
        return {1, 2, 3}

    def folder_of(self, _place: object) -> str:
        return "partition"

    def partitions(self) -> dict[Any, Replicas]:
        return {place: Replicas(2, (1, 2, 3), (1, 2)) for place in places()}


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    cluster: Any = Described(tmp_path)
    return Scene(cluster, LiveView(tmp_path), partitions=cluster.partitions())


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, signal.Signals]]:
    signals: list[tuple[int, signal.Signals]] = []
    monkeypatch.setattr(os, "kill", lambda pid, number: signals.append((pid, number)))
    return signals


def test_who_is_killed_and_who_stopped(
    scene: Scene, sent: list[tuple[int, signal.Signals]]
) -> None:
    brokers.kill_leader(scene, Random(1))
    brokers.kill_follower(scene, Random(1))
    brokers.kill_isr(scene, Random(1))
    paused = brokers.pause_leader(scene, Random(1))
    paused.undo()
    kill, stop, go_on = signal.SIGKILL, signal.SIGSTOP, signal.SIGCONT
    assert sent == [
        (102, kill), (101, kill), (101, kill), (102, kill), (102, stop), (102, go_on),
    ]  # fmt: skip


class Cuts:
    """A network that writes down what it is told, and over which nothing ever comes."""

    def __init__(self) -> None:
        self.links: set[Link] = set()
        self.held = 0

    def brokers(self) -> list[str]:
        return ["1", "2", "3"]

    def links_of(self, broker: str) -> list[Link]:
        return [link for each in ("1", "3", POSTGRES) for link in both(broker, each)]

    def counts(self) -> dict[str, int]:
        return {"held": self.held, "commits": 0}

    def cut(self, links: list[Link], *, resets: bool) -> None:
        self.links = set(links)

    def cut_commits(self, when: str, count: int) -> None: ...

    def heal(self) -> None:
        self.links = set()


def test_which_links_are_cut(scene: Scene) -> None:
    network: Any = Cuts()
    scene.network = network
    peers, database = {*both("2", "1"), *both("2", "3")}, {*both("2", POSTGRES)}
    for kind, links in [
        ("cut-off", peers | database),
        ("cut-from-followers", peers),
        ("cut-from-postgres", database),
    ]:
        injected = KINDS[kind].begin(scene, Random(1))
        assert network.links == links, kind
        network.held += 1
        assert injected.undo() is None
        assert not network.links
    KINDS["cut-one-way"].begin(scene, Random(1))
    assert len({link.source for link in network.links}) in {1, 4}
    KINDS["bridge"].begin(scene, Random(1))
    assert len(network.links) == 2


def test_a_fault_that_did_not_bite_says_so(
    scene: Scene, sent: list[tuple[int, signal.Signals]]
) -> None:
    network: Any = Cuts()
    scene.network = network
    for kind in ("cut-off", "cut-one-way", "bridge", "cut-at-commit"):
        assert KINDS[kind].begin(scene, Random(1)).undo() is not None
    assert [number for _, number in sent] == [signal.SIGKILL]


def test_what_a_run_cannot_break_is_not_broken(scene: Scene) -> None:
    for kind in sorted(ON_LINKS | ON_IMAGES):
        with pytest.raises(NotNow):
            KINDS[kind].begin(scene, Random(1))


def test_one_replica_has_no_follower(scene: Scene) -> None:
    scene.partitions = {place: Replicas(1, (1,), (1,)) for place in places()}
    for kind in ("kill-follower", "pause-follower", "bit-flip"):
        with pytest.raises(NotNow):
            KINDS[kind].begin(scene, Random(1))


def test_rot_strikes_a_closed_segment_of_one_follower_and_is_turned_back(
    scene: Scene, tmp_path: Path
) -> None:
    folder = tmp_path / "1" / "partition"
    folder.mkdir(parents=True)
    closed, active = folder / f"{0:020d}.log", folder / f"{9:020d}.log"
    closed.write_bytes(bytes(100))
    active.write_bytes(bytes(100))
    injected = bit_flip(scene, Random(1))
    assert sum(closed.read_bytes()) in {1 << bit for bit in range(8)}
    assert active.read_bytes() == bytes(100)
    injected.undo()
    assert closed.read_bytes() == bytes(100)
    scene.rotten = {3}
    with pytest.raises(NotNow):
        bit_flip(scene, Random(1))


def test_a_replica_that_was_fetched_anew_is_left_alone(scene: Scene, tmp_path: Path) -> None:
    folder = tmp_path / "1" / "partition"
    folder.mkdir(parents=True)
    closed, active = folder / f"{0:020d}.log", folder / f"{9:020d}.log"
    closed.write_bytes(bytes(100))
    active.write_bytes(b"")
    injected = bit_flip(scene, Random(1))
    anew = folder / "anew"
    anew.write_bytes(closed.read_bytes())
    anew.replace(closed)
    before = closed.read_bytes()
    injected.undo()
    assert closed.read_bytes() == before


def test_a_volume_that_is_held_is_nobody_else_s(tmp_path: Path) -> None:
    (tmp_path / LOCK).touch()
    held = HeldVolume(tmp_path)
    with pytest.raises(NotNow):
        HeldVolume(tmp_path)
    held.release()
    HeldVolume(tmp_path).release()


def test_what_is_not_possible_leaves_the_moment_to_another(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def begin(_scene: Scene, _draw: Random) -> Injected:
        return Injected("x", undo=lambda: None)

    def refuse(_scene: Scene, _draw: Random) -> Injected:
        raise NotNow("it is quiet")

    for kind, how in (("kill-leader", refuse), ("kill-isr", begin), ("kill-valkey", begin)):
        monkeypatch.setitem(KINDS, kind, type(KINDS[kind])(how, KINDS[kind].scope))
    nemesis = Nemesis(scene, [Planned(0.0, "kill-leader", "1", ("kill-isr", "kill-valkey"))])
    nemesis.step()
    assert [each.kind for each in nemesis.happened] == ["kill-isr"]
    assert nemesis.not_now == {"kill-leader": 1}


def test_one_fault_of_a_scope_at_a_time_and_all_are_undone(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    undone: list[str] = []

    def undo() -> str:
        undone.append("x")
        return "found wrong"

    def begin(_scene: Scene, _draw: Random) -> Injected:
        return Injected("x", lasts_s=3600, undo=undo)

    for kind in ("kill-leader", "kill-isr", "kill-valkey"):
        monkeypatch.setitem(KINDS, kind, type(KINDS[kind])(begin, KINDS[kind].scope))
    planned = [Planned(0.0, kind, "1") for kind in ("kill-leader", "kill-isr", "kill-valkey")]
    nemesis = Nemesis(scene, planned)
    nemesis.step()
    assert [each.kind for each in nemesis.happened] == ["kill-leader", "kill-valkey"]
    assert nemesis.not_now == {"kill-isr": 1}
    assert undone == []
    nemesis.heal()
    assert undone == ["x", "x"]
    assert nemesis.findings == ["found wrong"] * 2
