"""Carries out the plan: begins each fault when it is due, undoes it when its time is over."""

import math
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

from tests.torture.cluster import Replicas
from tests.torture.faults import KINDS
from tests.torture.faults.scene import Injected, NotNow, Scene
from tests.torture.layout import Place
from tests.torture.schedule import Planned


@dataclass(slots=True)
class Happened:
    """One fault of the run, for whoever judges afterwards. Times are monotonic."""

    kind: str
    target: str
    began: float
    brokers: frozenset[int]
    before: dict[Place, Replicas]
    """The partitions as they were just before."""
    ended: float = math.inf
    led: tuple[Place, ...] = field(init=False)
    followed: tuple[Place, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.led = tuple(p for p, r in self.before.items() if r.leader in self.brokers)
        self.followed = tuple(
            place
            for place, found in self.before.items()
            if place not in self.led and self.brokers & set(found.isr)
        )

    @property
    def scope(self) -> str:
        return KINDS[self.kind].scope


class Nemesis:
    """``step`` often. Of each scope one fault is under way at a time; others find it is not now.

    Of the scope "cell" nothing is beside it: a recovered cell waits for every broker, and no fault
    is undone meanwhile.
    """

    def __init__(self, scene: Scene, planned: list[Planned]) -> None:
        self.happened: list[Happened] = []
        self.not_now: Counter[str] = Counter()
        self.findings: list[str] = []
        self._scene = scene
        self._planned = list(reversed(planned))
        self._under_way: list[tuple[Injected, Happened]] = []
        self._start = time.monotonic()

    def step(self) -> None:
        now = time.monotonic()
        for each in list(self._under_way):
            if now >= each[0].began + each[0].lasts_s or each[0].is_over():
                self._undo(each)
        while self._planned and now - self._start >= self._planned[-1].at:
            planned = self._planned.pop()
            # Of several the first that can be done; ``any`` stops at it.
            any(self._begin(kind, planned.seed) for kind in (planned.kind, *planned.others))

    def heal(self) -> None:
        """Undo whatever is still under way."""
        self._planned.clear()
        for each in list(self._under_way):
            self._undo(each)

    def _begin(self, name: str, seed: str) -> bool:
        """Whether it could be done now."""
        kind = KINDS[name]
        scopes = {happened.scope for _, happened in self._under_way}
        if kind.scope in scopes or "cell" in scopes or (scopes and kind.scope == "cell"):
            self.not_now[name] += 1
            return False
        scene = self._scene
        scene.partitions = scene.cluster.partitions()
        try:
            injected = kind.begin(scene, random.Random(seed))
        except NotNow as reason:
            self.not_now[name] += 1
            self._say(f"{name} not now: {reason}")
            return False
        happened = Happened(
            name, injected.target, injected.began, injected.brokers, scene.partitions
        )
        self.happened.append(happened)
        self._under_way.append((injected, happened))
        self._say(f"{name}: {injected.target}")
        return True

    def _undo(self, each: tuple[Injected, Happened]) -> None:
        injected, happened = each
        self._under_way.remove(each)
        found = injected.undo()
        happened.ended = time.monotonic()
        if injected.lasts_s:
            self._say(f"{happened.kind} is over")
        if found is not None:
            self.findings.append(found)

    def _say(self, words: str) -> None:
        print(f"{time.monotonic() - self._start:7.1f} s  {words}", file=sys.stderr, flush=True)
