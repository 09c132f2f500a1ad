"""Whether a group's offsets are those that it was told were committed, whoever coordinates it.

Within one group an offset never goes back: members begin where it stands, and one of another
generation cannot commit. So an answer to a question that was asked after a commit was acknowledged
may not be below it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from tests.torture.anomalies import Anomaly, Findings
from tests.torture.history import Event, Kind
from tests.torture.layout import Place


class GroupCheck:
    """Give it the histories of one group's members, then ask for ``check``."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._commits: dict[Place, list[tuple[float, int]]] = defaultdict(list)
        """When each was acknowledged, and the offset."""
        self._found: dict[Place, list[tuple[float, int]]] = defaultdict(list)
        """When each question was asked, and the offset that was answered."""
        self._read: dict[Place, int] = defaultdict(int)

    def take(self, history: Iterable[Event]) -> None:
        for event in history:
            if event.kind == Kind.COMMIT:
                self._commits[event.place].append((event.time, event.offset))
            elif event.kind == Kind.FOUND:
                self._found[event.place].append((event.value / 1e6, event.offset))
            elif event.kind == Kind.POLL:
                self._read[event.place] = max(self._read[event.place], event.offset + 1)

    def check(self, final: Mapping[Place, int], findings: Findings) -> int:
        """How many commits were acknowledged. ``final`` is what stands at the end."""
        for place, offset in final.items():
            self._found[place].append((float("inf"), offset))
        for place, found in self._found.items():
            self._check_place(place, sorted(found), findings)
        return sum(map(len, self._commits.values()))

    def _check_place(
        self, place: Place, found: list[tuple[float, int]], findings: Findings
    ) -> None:
        commits = sorted(self._commits[place], reverse=True)
        highest = 0
        for asked, offset in found:
            while commits and commits[-1][0] < asked:
                highest = max(highest, commits.pop()[1])
            where = f"{self._name}, {place}: {offset} is committed"
            if offset < highest:
                findings.add(Anomaly.LOST_COMMIT, f"{where}, {highest} had been acknowledged")
            if offset > self._read[place]:
                words = f"{where}, its members had read up to {self._read[place]}"
                findings.add(Anomaly.COMMIT_AHEAD, words)
