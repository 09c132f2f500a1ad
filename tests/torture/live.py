"""What the clients have done so far, read from their histories as these grow."""

from pathlib import Path
from typing import Final

from tests.torture.history import EVENT_BYTES, Event, Kind, events
from tests.torture.layout import TOPICS, Place

FINDS_END_WITHIN_S: Final = 5.0
"""From when a reader says that it begins at the end."""


class LiveView:
    """Call ``refresh`` before asking. Offsets are exclusive ends."""

    def __init__(self, folder: Path) -> None:
        self.acknowledged: dict[Place, int] = {}
        """Where acknowledged sends to promised topics end."""
        self.read: dict[Place, int] = {}
        """Where what any reader has read ends."""
        self.positions: dict[str, dict[Place, int]] = {}
        """By history: where that reader is."""
        self.last_acknowledged: dict[Place, float] = {}
        """When the newest acknowledged send was acknowledged."""
        self._began_at_end: dict[str, dict[Place, float]] = {}
        self.last_invoked: dict[Place, float] = {}
        """When the newest acknowledged send had been sent."""
        self.last_late_end = 0.0
        """When the newest EndTxn that came a transaction late was answered."""
        self._folder = folder
        self._taken: dict[Path, int] = {}
        self._invoked: dict[int, float] = {}

    def refresh(self) -> None:
        for path in sorted(self._folder.glob("*.history")):
            start = self._taken.get(path, 0)
            count = 0
            for count, event in enumerate(events(path, start), 1):  # noqa: B007
                self._take(path.name, event)
            self._taken[path] = start + count * EVENT_BYTES

    def is_behind(self, history: str, place: Place) -> bool:
        """Whether that reader has yet to read something acknowledged.

        One that began at the end has nothing to read where all was acknowledged before it had
        found the end.
        """
        position = self.positions.get(history, {}).get(place)
        began = self._began_at_end.get(history, {}).get(place)
        if position is None and began is not None:
            return self.last_acknowledged.get(place, 0.0) > began + FINDS_END_WITHIN_S
        return (position or 0) < self.acknowledged.get(place, 0)

    def known_end(self, place: Place) -> int:
        """Where what must still be there ends."""
        return max(self.acknowledged.get(place, 0), self.read.get(place, 0))

    def _take(self, history: str, event: Event) -> None:
        place = event.place
        if event.kind == Kind.INVOKE:
            self._invoked[event.value] = event.time
        elif event.kind == Kind.ASSIGN and event.offset < 0:
            self._began_at_end.setdefault(history, {})[place] = event.time
        elif event.kind == Kind.ASSIGN:
            self.positions.setdefault(history, {})[place] = event.offset
        elif event.kind == Kind.POLL:
            self.positions.setdefault(history, {})[place] = event.offset + 1
            self.read[place] = max(self.read.get(place, 0), event.offset + 1)
        elif event.kind == Kind.LATE:
            self.last_late_end = max(self.last_late_end, event.time)
        elif event.kind in {Kind.OK, Kind.FAIL, Kind.INFO}:
            invoked = self._invoked.pop(event.value, 0.0)
            if event.kind == Kind.OK and TOPICS[place.topic].is_promised:
                self.acknowledged[place] = max(self.acknowledged.get(place, 0), event.offset + 1)
                self.last_invoked[place] = max(self.last_invoked.get(place, 0.0), invoked)
                known = self.last_acknowledged.get(place, 0.0)
                self.last_acknowledged[place] = max(known, event.time)
