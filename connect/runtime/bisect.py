"""Which records of a batch a sink refuses, found by halving it.

A machine without I/O: ``batch`` says what to put next, and it is told how that went. Batches go
through the records from left to right, so each partition's order is kept; a record may be put more
than once, since a batch that failed may have been written in part.
"""

from enum import Enum
from typing import Final

from connect.spi.errors import ConnectError, DataError, RetriableError

DOUBTS_MAX: Final = 10
"""How many records in a row may fail by errors of no known kind, none being accepted, until it is
the target's trouble and not theirs."""


class Trouble(Enum):
    """Whose fault an error of ``put`` is."""

    RETRY = "retry"
    """The target's, and it passes: the same batch comes again later."""
    RECORD = "record"
    """A record's: it is found and left behind, where errors are tolerated."""
    TARGET = "target"
    """The target's or the configuration's: the task fails, whatever is tolerated; a wrong password
    must not turn a topic into dead letters."""


def trouble_of(error: BaseException) -> Trouble:
    """A connector says whose fault an error is by its class; what it did not foresee is taken for a
    record's (and doubted, see ``Bisection``)."""
    if isinstance(error, RetriableError):
        return Trouble.RETRY
    if isinstance(error, ConnectError) and not isinstance(error, DataError):
        return Trouble.TARGET
    return Trouble.RECORD


class Bisection:
    """``size`` records to put, by their index. For k bad ones of n it takes at most about
    2 k log2(n) + 1 puts.

    While there is a ``batch``: put it, then call ``succeeded`` or ``failed``.
    """

    def __init__(self, size: int, doubts: int = 0) -> None:
        """``doubts``: those of the bisection before, since failures are counted over batches."""
        # Ranges to come, the next one last; those known to hold a bad record are halved unput.
        self._ranges: list[range] = [range(size)] if size else []
        self._size = size
        self._is_failing = False
        self.bad: dict[int, Exception] = {}
        """Index of each record that was refused on its own, and why."""
        self.doubts = doubts
        """Records in a row that failed by an error of no known kind."""

    @property
    def batch(self) -> slice | None:
        """What to put next; None when there is nothing left. After ``Trouble.RETRY`` it is the same
        batch again."""
        if not self._ranges:
            return None
        following = self._ranges[-1]
        return slice(following.start, following.stop)

    @property
    def rest(self) -> slice:
        """All that is not yet put or known to be bad: it goes from left to right."""
        return slice(self._ranges[-1].start if self._ranges else self._size, self._size)

    def succeeded(self) -> None:
        """The batch was put."""
        self._ranges.pop()
        self.doubts = 0
        # The failed batch that this was the left half of must hold a bad record in its right half;
        # unless it failed as a whole only, and then its parts succeed.
        if self._is_failing and self._ranges and len(self._ranges[-1]) > 1:
            self._halve()
        else:
            self._is_failing = False

    def failed(self, error: Exception) -> None:
        """The batch was refused, by an error of ``Trouble.RECORD``. Raises ``ConnectError`` when
        that can no longer be believed."""
        if len(self._ranges[-1]) > 1:
            self._halve()
            self._is_failing = True
            return
        self._is_failing = False
        self.bad[self._ranges.pop().start] = error
        if not isinstance(error, DataError):
            self.doubts += 1
            if self.doubts >= DOUBTS_MAX:
                raise ConnectError(
                    f"{self.doubts} records in a row failed, none was accepted; the last: {error}"
                ) from error

    def _halve(self) -> None:
        whole = self._ranges.pop()
        middle = whole.start + len(whole) // 2
        self._ranges += (range(middle, whole.stop), range(whole.start, middle))
