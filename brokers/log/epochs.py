"""Where each leader epoch begins in this log, and the file that keeps it.

Pure but for nothing: the text goes in and out as bytes. File: Kafka's ``leader-epoch-checkpoint``,
version 0. Answers follow KIP-320 (``LeaderEpochFileCache.endOffsetFor``).
"""

from bisect import bisect_right
from typing import NamedTuple

from brokers.kernel.errors import StorageError
from brokers.log.checkpoint_text import decode_lines, encode_lines

NO_EPOCH = -1
NO_OFFSET = -1


class EpochEnd(NamedTuple):
    """``end_offset`` is exclusive; both are -1 when nothing is known about the epoch asked for."""

    epoch: int
    end_offset: int


class EpochHistory:
    """(epoch, start offset) pairs; both rise strictly."""

    __slots__ = ("_epochs", "_starts")

    def __init__(self) -> None:
        self._epochs: list[int] = []
        self._starts: list[int] = []

    @property
    def latest(self) -> int:
        """The highest epoch known, -1 for none."""
        return self._epochs[-1] if self._epochs else NO_EPOCH

    def entries(self) -> list[tuple[int, int]]:
        return list(zip(self._epochs, self._starts, strict=True))

    def assign(self, epoch: int, start_offset: int) -> bool:
        """Note that ``epoch`` begins at ``start_offset``; whether that was news.

        An earlier epoch that would begin there or later wrote nothing, and is forgotten.
        """
        if epoch <= self.latest:
            return False
        while self._starts and self._starts[-1] >= start_offset:
            self._pop()
        self._epochs.append(epoch)
        self._starts.append(start_offset)
        return True

    def _pop(self) -> None:
        self._epochs.pop()
        self._starts.pop()

    def truncate_from_end(self, end_offset: int) -> bool:
        """Forget epochs that begin at ``end_offset`` or later; whether there were any."""
        before = len(self._starts)
        while self._starts and self._starts[-1] >= end_offset:
            self._pop()
        return len(self._starts) != before

    def truncate_from_start(self, start_offset: int) -> bool:
        """Forget what ended before ``start_offset``; the epoch in force there begins there now."""
        keep = bisect_right(self._starts, start_offset) - 1
        if keep < 0 or (keep == 0 and self._starts[0] == start_offset):
            return False
        del self._epochs[:keep], self._starts[:keep]
        self._starts[0] = start_offset
        return True

    def end_for(self, epoch: int, log_end_offset: int) -> EpochEnd:
        """The largest epoch not above ``epoch``, and where it ended."""
        if epoch == self.latest and epoch != NO_EPOCH:
            return EpochEnd(epoch, log_end_offset)
        above = bisect_right(self._epochs, epoch)
        if epoch < 0 or above == len(self._epochs):
            return EpochEnd(NO_EPOCH, NO_OFFSET)
        if above == 0:
            return EpochEnd(epoch, self._starts[0])
        return EpochEnd(self._epochs[above - 1], self._starts[above])

    def epoch_at(self, offset: int) -> int:
        """The epoch in which ``offset`` was or will be written, -1 when not known."""
        found = bisect_right(self._starts, offset)
        return self._epochs[found - 1] if found else NO_EPOCH

    def encode(self) -> bytes:
        return encode_lines(f"{epoch} {start}" for epoch, start in self.entries())

    @classmethod
    def decode(cls, text: bytes) -> "EpochHistory":
        """Raises ``StorageError`` when the text is not such a file."""
        history = cls()
        for line in decode_lines(text, "leader-epoch-checkpoint"):
            try:
                epoch, start = map(int, line.split(" "))
            except ValueError as error:
                raise StorageError(
                    f"leader-epoch-checkpoint: the line {line!r} is not an epoch and an offset; "
                    "remove the file, it is rebuilt from the log"
                ) from error
            history.assign(epoch, start)
        return history
