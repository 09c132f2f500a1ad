"""One run from the beginning to its verdict."""

import random
import shutil
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.torture import liveness, measurements
from tests.torture.anomalies import Findings
from tests.torture.checker import Checker
from tests.torture.clients import exits
from tests.torture.clients.groups import GROUPS, sink_of
from tests.torture.cluster import Cluster, Replicas
from tests.torture.crew import READERS, Crew
from tests.torture.disks import Disks
from tests.torture.exactly_once import Origins, check_exactly_once, check_late_ends
from tests.torture.faults import ON_IMAGES, ON_LINKS
from tests.torture.faults.scene import Scene
from tests.torture.group_check import GroupCheck
from tests.torture.history import events
from tests.torture.layout import Place
from tests.torture.live import LiveView
from tests.torture.measurements import Acknowledgements
from tests.torture.neighbour import SHARE, Neighbour
from tests.torture.neighbour import TENANT as NEIGHBOUR
from tests.torture.nemesis import Happened, Nemesis
from tests.torture.network import choice
from tests.torture.network.network import Way
from tests.torture.options import Options
from tests.torture.schedule import plan
from tests.torture.sends import Sends
from tests.torture.storage_check import ReplicaSet, check_replicas

CRASH_A_CLIENT_EVERY_S: Final = 30.0
CRASH_A_MEMBER_EVERY_S: Final = 20.0
STEP_S: Final = 0.05
FINAL_READ_WITHIN_S: Final = 200.0
READ_PER_SECOND: Final = 2_000
"""What the slowest reader manages on a machine that is busy: long runs get more time."""


@dataclass(slots=True)
class Outcome:
    """``findings`` are empty when all held. Seconds and counts otherwise."""

    findings: Findings = field(default_factory=Findings)
    happened: list[Happened] = field(default_factory=list)
    not_now: dict[str, int] = field(default_factory=dict)
    acknowledged: int = 0
    transformed: int = 0
    """Records of one topic that became one of another."""
    commits: int = 0
    """Of groups' offsets, acknowledged; those in transactions too."""
    fenced: int = 0
    hung: int = 0
    """Transformers, see ``exits``."""
    late_ends: int = 0
    """EndTxn that came to their coordinator in the middle of the next transaction."""
    read: int = 0
    neighbour_acknowledged: int = 0
    neighbour_read: int = 0
    """Of the second tenant: records that were acknowledged, and that a fresh client read."""
    crashes: int = 0
    replication_factor: int = 0
    links: Way | None = None
    """By what they were cut; None when nothing could or should."""
    figures: dict[str, Any] = field(default_factory=dict)
    folder: Path | None = None
    """Where data and histories were left; None when they were removed."""


def torture(options: Options) -> Outcome:
    """Run, heal, read everything, judge. Nothing that was started is left.

    Raises ``LinksImpossible`` before anything is.
    """
    links = choice.way(options.links) if ON_LINKS & set(options.faults) else None
    if options.keep is None:
        folder = Path(tempfile.mkdtemp(prefix="headwater-torture-"))
    else:
        folder = options.keep.resolve()
        folder.mkdir(parents=True)
    outcome = Outcome(folder=folder, links=links)
    (folder / "histories").mkdir()
    try:
        _Run(options, folder, outcome).go()
    except KeyboardInterrupt:
        if options.keep is None:
            shutil.rmtree(folder, ignore_errors=True)
        raise
    except Exception as failure:
        failure.add_note(f"data and histories: {folder}")
        raise
    if options.keep is None and not outcome.findings.counts:
        shutil.rmtree(folder, ignore_errors=True)
        outcome.folder = None
    return outcome


class _Run:
    def __init__(self, options: Options, folder: Path, outcome: Outcome) -> None:
        self._options = options
        self._histories = folder / "histories"
        self._outcome = outcome
        self._live = LiveView(self._histories)
        self._disks = Disks.of(options, folder)
        self._cluster = Cluster(
            folder,
            options.brokers,
            self._disks.all,
            links=outcome.links,
        )
        self._healed = 0.0
        self._committed: dict[str, dict[Place, int]] = {}
        """What each group had committed at the end."""

    def go(self) -> None:
        self._say_what_can_be_broken()
        with self._cluster as cluster:
            rate = self._options.rate
            login = cluster.add_tenant(NEIGHBOUR)
            with (
                Crew(cluster.login, self._histories, rate * (1 - SHARE)) as crew,
                Neighbour(login, self._histories / NEIGHBOUR, rate * SHARE) as neighbour,
            ):
                self._with_clients(crew, neighbour)
            partitions = cluster.partitions()
            self._outcome.replication_factor = min(len(r.replicas) for r in partitions.values())
            self._note("stop", cluster.stop())
            self._check_storage(partitions)
        self._check_histories()
        neighbour.check(self._outcome.findings)
        self._outcome.neighbour_acknowledged = neighbour.acknowledged
        self._outcome.neighbour_read = neighbour.read

    def _say_what_can_be_broken(self) -> None:
        way, asked = self._outcome.links, set(self._options.faults)
        if ON_LINKS & asked:
            how = "not cut: no root, no second loopback address" if way is None else f"cut by {way}"
            print(f"links are {how}", file=sys.stderr)
        if ON_IMAGES & asked:
            how = "cut on mounted images" if self._disks.to_cut else "not cut: no right to mount"
            print(f"power is {how}", file=sys.stderr)

    def _with_clients(self, crew: Crew, neighbour: Neighbour) -> None:
        crew.start_all()
        neighbour.start()
        _, nothing = liveness.wait_for_writes(self._live, "before anything was broken")
        self._note("invalid", nothing)
        if nothing is None:
            self._break_things(crew, neighbour)
        neighbour.stop()
        crew.stop_writers()
        took, behind = liveness.wait_for_groups(self._cluster, self._live, crew)
        self._outcome.figures["groups_done_s"] = round(took, 1)
        self._note("stuck-group", behind)
        crew.stop_groups()
        self._committed = {g.name: self._cluster.committed(g) for g in GROUPS.values()}
        took, behind = liveness.wait_for_readers(self._live, crew)
        self._outcome.figures["readers_caught_up_s"] = round(took, 1)
        self._note("stuck-reader", behind)
        self._read_everything(crew)
        crew.stop_readers()
        self._outcome.crashes = crew.crashes
        self._outcome.fenced = crew.replaced[exits.FENCED]
        self._outcome.hung = crew.replaced[exits.HUNG]
        for failure in [*crew.failures, *neighbour.failures]:
            self._note("client", failure)

    def _break_things(self, crew: Crew, neighbour: Neighbour) -> None:
        options, live = self._options, self._live
        seconds = options.minutes * 60
        nemesis = Nemesis(
            Scene(
                self._cluster,
                live,
                self._disks.to_fill,
                self._disks.to_cut,
                self._cluster.network,
            ),
            plan(options.seed, seconds, options.faults),
        )
        with ExitStack() as undo:
            undo.callback(nemesis.heal)
            self._go_on(nemesis, crew, neighbour, seconds)
        self._healed = time.monotonic()
        outcome = self._outcome
        outcome.happened, outcome.not_now = nemesis.happened, dict(nemesis.not_now)
        for finding in nemesis.findings:
            self._note("fault", finding)
        took, broken = liveness.wait_until_whole(self._cluster)
        outcome.figures["whole_after_heal_s"] = round(took, 1)
        self._note("not-whole", broken)
        took, still = liveness.wait_for_writes(live, "after healing")
        outcome.figures["writes_after_heal_s"] = round(took, 1)
        self._note("no-progress", still)
        took, still = liveness.wait_for_late_end(live)
        outcome.figures["late_end_after_heal_s"] = round(took, 1)
        self._note("no-progress", still)

    def _go_on(self, nemesis: Nemesis, crew: Crew, neighbour: Neighbour, seconds: float) -> None:
        draw = random.Random(f"{self._options.seed}/clients")
        begun = time.monotonic()
        next_crash = begun + CRASH_A_CLIENT_EVERY_S
        next_member = begun + CRASH_A_MEMBER_EVERY_S
        while time.monotonic() < begun + seconds:
            nemesis.step()
            crew.tend()
            neighbour.tend()
            if time.monotonic() >= next_crash:
                next_crash += CRASH_A_CLIENT_EVERY_S
                crew.crash_one(draw)
            if time.monotonic() >= next_member:
                next_member += CRASH_A_MEMBER_EVERY_S
                crew.crash_group_member(draw)
            time.sleep(STEP_S)

    def _read_everything(self, crew: Crew) -> None:
        """By fresh clients, from the beginning to beyond the highest offset that anybody knows."""
        self._live.refresh()
        ends = {place: self._live.known_end(place) for place in self._live.read}
        ends = {place: end for place, end in ends.items() if end}
        ends |= {place: end for place, end in self._live.acknowledged.items() if end > 0}
        if not ends:
            return
        members = [crew.start(role, until=ends) for role in READERS]
        crew.wait_for(members, FINAL_READ_WITHIN_S + sum(ends.values()) / READ_PER_SECOND)
        self._outcome.read = sum(ends.values())

    def _check_histories(self) -> None:
        sends = Sends()
        for path in self._of("writer", "transformer", "late-ender"):
            sends.take(events(path))
        checker = Checker(sends)
        for path in self._of("reader", "transformer", "auditor"):
            checker.take_reader(events(path))
        self._outcome.findings.extend(checker.findings())
        self._check_groups(checker)
        acknowledged = Acknowledgements(sends)
        happened = self._outcome.happened
        self._outcome.acknowledged = acknowledged.count
        self._outcome.figures |= measurements.figures(acknowledged, happened)
        for words in measurements.stalled(acknowledged, happened, self._healed):
            self._note("no-progress", words)

    def _of(self, *roles: str) -> list[Path]:
        """The histories of these kinds of client."""
        return sorted(path for role in roles for path in self._histories.glob(f"*-{role}.history"))

    def _check_groups(self, checker: Checker) -> None:
        findings = self._outcome.findings
        for path in self._of("late-ender"):
            self._outcome.late_ends += check_late_ends(events(path), findings)
        for group in GROUPS.values():
            offsets, origins = GroupCheck(group.name), Origins()
            for path in self._of(group.name):
                offsets.take(events(path))
                origins.take(events(path))
            self._outcome.commits += offsets.check(self._committed.get(group.name, {}), findings)
            for source in group.places if group.makes else ():
                self._outcome.transformed += check_exactly_once(
                    sink_of(source),
                    checker.values_in(sink_of(source)),
                    checker.end_of(source),
                    origins,
                    findings,
                )

    def _check_storage(self, partitions: dict[Place, Replicas]) -> None:
        volumes = {each: self._cluster.volume(each) for each in range(1, self._options.brokers + 1)}
        for place, found in partitions.items():
            folder = self._cluster.folder_of(place)
            replicas = ReplicaSet(
                name=str(place),
                folders={number: volumes[number] / folder for number in found.replicas},
                # A replica that is not in sync may be behind; that it is not is its own finding.
                committed=self._live.known_end(place) if found.is_whole else 0,
            )
            check_replicas(replicas, self._outcome.findings)

    def _note(self, kind: str, words: str | None) -> None:
        if words is not None:
            self._outcome.findings.add(kind, words)
