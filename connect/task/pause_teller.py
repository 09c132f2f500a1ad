"""A loop's answer to the words pause and resume."""

from connect.task.control import Control
from connect.task.events import Events


class PauseTeller:
    """Notices that the wish has changed, and tells the worker that it is done."""

    def __init__(self, control: Control, events: Events) -> None:
        self._control = control
        self._events = events
        self._paused = control.paused

    @property
    def paused(self) -> bool:
        """As it was when it was last looked at."""
        return self._paused

    def changed(self) -> bool:
        """Whether it is another now than at the last call. Call ``tell`` once it is done."""
        if self._control.paused == self._paused:
            return False
        self._paused = self._control.paused
        return True

    def tell(self) -> None:
        self._events.state("PAUSED" if self._paused else "RUNNING")
