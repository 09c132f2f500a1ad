"""Where an exactly-once source's transactions end (KIP-618's ``transaction.boundary``). Pure."""

from enum import Enum


class Boundary(Enum):
    """``POLL``: each batch is a transaction. ``INTERVAL``: as many batches as come in a time.
    ``CONNECTOR``: the task says."""

    POLL = "poll"
    INTERVAL = "interval"
    CONNECTOR = "connector"


class Asked(Enum):
    """What a task has said about its transaction, for the end of the batch at hand."""

    NOTHING = "nothing"
    COMMIT = "commit"
    ABORT = "abort"


class TransactionPace:
    """Told of each batch, it answers what is to be done with the transaction after it."""

    def __init__(self, boundary: Boundary, interval_s: float) -> None:
        self._boundary = boundary
        self._interval_s = interval_s
        self._began_at: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether something of the transaction is waiting for its end."""
        return self._began_at is not None

    def began(self, now: float) -> None:
        """The transaction's first record is about to be written, at ``now`` (monotonic seconds)."""
        self._began_at = now

    def ended(self) -> None:
        """It was committed or aborted."""
        self._began_at = None

    def after_batch(self, now: float, asked: Asked) -> Asked:
        """Called for empty batches too: an interval ends without records as well."""
        if self._boundary is Boundary.CONNECTOR:
            return asked
        if self._began_at is None:
            return Asked.NOTHING
        if self._boundary is Boundary.POLL or now - self._began_at >= self._interval_s:
            return Asked.COMMIT
        return Asked.NOTHING

    @property
    def may_commit_now(self) -> bool:
        """Whether what is open may be committed though nothing asks for it: before a pause or the
        end. What a connector has not said to commit may be half of what belongs together."""
        return self.is_open and self._boundary is not Boundary.CONNECTOR
