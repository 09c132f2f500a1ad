"""A second tenant of the run: its topics, groups and transactional ids have the first one's names.

It writes and reads while things break, by the same brokers: their buffers, logs, groups and
transactions are told apart by the tenant alone. Its values are of its own producers, so one of them
that comes to the other tenant's clients, or the other way, is known for what it is.
"""

from pathlib import Path
from typing import Final

from tests.torture.anomalies import Findings
from tests.torture.checker import Checker
from tests.torture.clients.groups import GROUPS
from tests.torture.clients.task import Login
from tests.torture.crew import Crew
from tests.torture.group_check import GroupCheck
from tests.torture.history import events
from tests.torture.layout import PRODUCERS_OF_A_TENANT
from tests.torture.live import LiveView
from tests.torture.measurements import Acknowledgements
from tests.torture.sends import Sends

TENANT: Final = "neighbour"
NUMBER: Final = 1
"""Of the tenant, in its values; the first tenant's is 0."""
SHARE: Final = 0.2
"""Of a run's records. It is there to be mixed up with the other, not to add to the load."""
READER: Final = "confluent-reader"
GROUPS_OF_ITS_OWN: Final = ("classic-transformer", "auditor")
FINAL_READ_WITHIN_S: Final = 200.0


class Neighbour:
    """A context manager. ``rate`` is records per second; ``folder`` is new."""

    def __init__(self, login: Login, folder: Path, rate: float) -> None:
        folder.mkdir()
        self.acknowledged = 0
        self.read = 0
        """By a fresh client at the end."""
        self._folder = folder
        self._rate = rate
        self._live = LiveView(folder)
        self._crew = Crew(login, folder, rate, first_number=NUMBER * PRODUCERS_OF_A_TENANT)

    def __enter__(self) -> "Neighbour":
        self._crew.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._crew.__exit__(*error)

    @property
    def failures(self) -> list[str]:
        return [f"the second tenant's {each}" for each in self._crew.failures]

    def start(self) -> None:
        self._crew.start("idempotent-writer", rate=self._rate)
        self._crew.start(READER)
        for role in GROUPS_OF_ITS_OWN:
            self._crew.start(role)

    def tend(self) -> None:
        self._crew.tend()

    def stop(self) -> None:
        """Its writers and groups end, and one more client reads all that there is."""
        self._crew.stop_writers()
        self._crew.stop_groups()
        self._live.refresh()
        known = {*self._live.read, *self._live.acknowledged}
        ends = {place: end for place in known if (end := self._live.known_end(place))}
        if ends:
            self._crew.wait_for([self._crew.start(READER, until=ends)], FINAL_READ_WITHIN_S)
            self.read = sum(ends.values())
        self._crew.stop_readers()

    def check(self, findings: Findings) -> None:
        """What its clients saw; that nothing was written at all is a finding too."""
        sends = Sends()
        for role in ("idempotent-writer", "classic-transformer"):
            for path in self._of(role):
                sends.take(events(path))
        checker = Checker(sends, tenant=NUMBER)
        for role in (READER, *GROUPS_OF_ITS_OWN):
            for path in self._of(role):
                checker.take_reader(events(path))
        findings.extend(checker.findings())
        for role in GROUPS_OF_ITS_OWN:
            offsets = GroupCheck(GROUPS[role].name)
            for path in self._of(role):
                offsets.take(events(path))
            offsets.check({}, findings)
        self.acknowledged = Acknowledgements(sends).count
        if not self.acknowledged or not self.read:
            findings.add("no-neighbour", "nothing of the second tenant was written and read")

    def _of(self, role: str) -> list[Path]:
        return sorted(self._folder.glob(f"*-{role}.history"))
