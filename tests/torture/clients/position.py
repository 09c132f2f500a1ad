"""What every reader writes down, and whether it has read all it was asked for."""

from pathlib import Path

from tests.torture.clients.task import Task
from tests.torture.history import Kind, Recorder
from tests.torture.layout import Place, decode, places


class Position:
    """Where one reader is in each partition."""

    def __init__(self, task: Task) -> None:
        self.places = places()
        self._record = Recorder(Path(task.history))
        self._until = dict(task.until)
        self._ends_by_itself = bool(task.until)
        for place in self.places:
            self._record.note(Kind.ASSIGN, place, offset=-1 if task.from_end else 0)

    def read(self, place: Place, offset: int, payload: bytes | None) -> None:
        value = decode(payload)
        if value is None:
            self._record.note(Kind.GARBLED, place, offset=offset)
        else:
            self._record.note(Kind.POLL, place, value=value, offset=offset)
        if offset + 1 >= self._until.get(place, -1):
            self._until.pop(place, None)

    def found_end(self, place: Place, offset: int) -> None:
        """A reader that begins at the end has been told where that is."""
        self._record.note(Kind.ASSIGN, place, offset=offset)

    def gone(self, place: Place, offset: int, code: int) -> None:
        """The client was told that its offset is out of range."""
        self._record.note(Kind.RESET, place, offset=offset, code=code)

    @property
    def is_done(self) -> bool:
        return self._ends_by_itself and not self._until
