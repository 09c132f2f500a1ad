"""What is sent when: batches, their bound in flight, and order per document. Pure.

Operations come in with ``accept``, leave as batches with ``next_batch`` and come back with
``answered``. The promise kept is that a document ends as the last operation on it says:

- operations that carry an external version may overtake each other, the target sorts them;
- others on one document are never in two batches that are out at the same time, and when one has
  to be repeated, those behind it on the same document in its batch are repeated with it.

Nothing is given up here: a batch that failed is sent again for as long as the window lives, and
``trouble`` says when that has gone on for too long.
"""

import heapq
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Final

from connect.connectors.backoff import Backoff
from connect.connectors.elasticsearch.bulk import Operation, Outcome, Verdict

_LOOK_AHEAD_BATCHES: Final = 2
"""How far behind a held-back operation a batch may be filled from: bounds the work of looking."""


@dataclass(frozen=True, slots=True)
class Limits:
    batch_operations: int
    batch_bytes: int
    in_flight: int
    buffered_operations: int
    buffered_bytes: int
    linger_ms: float
    attempts: int
    backoff: Backoff


@dataclass(frozen=True, slots=True)
class Pending:
    operation: Operation
    size: int
    accepted_ms: float

    @property
    def document(self) -> tuple[str, str] | None:
        """Whose order has to be kept; None when nothing depends on it."""
        if self.operation.version is not None or self.operation.id is None:
            return None
        return self.operation.index, self.operation.id


@dataclass(frozen=True, slots=True)
class Batch:
    number: int
    pending: tuple[Pending, ...]
    attempt: int = 1
    reason: str = ""
    """Why the attempt before this one failed."""

    @property
    def operations(self) -> list[Operation]:
        return [one.operation for one in self.pending]


@dataclass(slots=True)
class Window:
    limits: Limits
    _waiting: deque[Pending] = field(default_factory=deque)
    _out: dict[int, Batch] = field(default_factory=dict)
    _again: list[tuple[float, int, Batch]] = field(default_factory=list)
    _held: set[tuple[str, str]] = field(default_factory=set)
    _numbers: "count[int]" = field(default_factory=count)
    _operations: int = 0
    _bytes: int = 0
    _batch_bytes: int = 0
    _waiting_bytes: int = 0
    _hurried: int = 0

    def __post_init__(self) -> None:
        self._batch_bytes = self.limits.batch_bytes

    @property
    def idle(self) -> bool:
        return self._operations == 0

    @property
    def in_flight(self) -> int:
        return len(self._out)

    @property
    def repeating(self) -> bool:
        """Whether something has to be sent a second time."""
        return bool(self._again) or any(batch.attempt > 1 for batch in self._out.values())

    def left(self) -> list[Operation]:
        """All that came in and is not final."""
        batches = [*self._out.values(), *(batch for *_, batch in self._again)]
        pending = [one for batch in batches for one in batch.pending]
        return [one.operation for one in (*pending, *self._waiting)]

    @property
    def trouble(self) -> str | None:
        """Why a batch has failed more than ``attempts`` times running; None when none has."""
        batches = [*self._out.values(), *(batch for *_, batch in self._again)]
        failing = (batch.reason for batch in batches if batch.attempt > self.limits.attempts)
        return next(failing, None)

    def has_room(self, operations: Sequence[tuple[Operation, int]]) -> bool:
        """Whether these fit in; an empty window takes anything."""
        return self.idle or (
            self._operations + len(operations) <= self.limits.buffered_operations
            and self._bytes + sum(size for _, size in operations) <= self.limits.buffered_bytes
        )

    def accept(self, operations: Iterable[tuple[Operation, int]], now_ms: float) -> None:
        """Take operations, each with the size of its lines in bytes, in their order."""
        for operation, size in operations:
            self._waiting.append(Pending(operation, size, now_ms))
            self._operations += 1
            self._bytes += size
            self._waiting_bytes += size

    def hurry(self) -> None:
        """Let what waits now go without lingering."""
        self._hurried = len(self._waiting)

    def next_batch(self, now_ms: float) -> Batch | None:
        """The next batch to send; None when nothing may go now."""
        if len(self._out) >= self.limits.in_flight:
            return None
        if self._again and self._again[0][0] <= now_ms:
            *_, batch = heapq.heappop(self._again)
            self._out[batch.number] = batch
            return batch
        if not self._due(now_ms):
            return None
        chosen = self._choose()
        if not chosen:
            return None
        batch = Batch(next(self._numbers), tuple(chosen))
        self._hold(chosen)
        self._out[batch.number] = batch
        return batch

    def wake_ms(self, now_ms: float) -> float | None:
        """When ``next_batch``, which has nothing now, may have something without an answer in
        between; None when it will take an answer."""
        if len(self._out) >= self.limits.in_flight:
            return None
        times = [due for due, *_ in self._again[:1]]
        if self._waiting:
            times.append(self._waiting[0].accepted_ms + self.limits.linger_ms)
        return min((time for time in times if time > now_ms), default=None)

    def answered(
        self, batch: Batch, told: Sequence[Verdict], now_ms: float, roll: float
    ) -> list[tuple[Operation, Verdict]]:
        """Take one verdict per operation; give those that are final.

        Args:
            roll: in [0, 1), for the jitter of what is sent again.
        """
        del self._out[batch.number]
        again: list[Pending] = []
        final: list[tuple[Operation, Verdict]] = []
        repeated: set[tuple[str, str] | None] = set()
        reason = ""
        for pending, verdict in zip(batch.pending, told, strict=True):
            document = pending.document
            if verdict.outcome is Outcome.AGAIN or (document and document in repeated):
                again.append(pending)
                repeated.add(document)
                reason = reason or verdict.reason
            else:
                final.append((pending.operation, verdict))
                self._operations -= 1
                self._bytes -= pending.size
        self._release(batch.pending)
        if again:
            self._hold(again)
            # A batch of which something was taken starts anew: the target is alive.
            attempt = 1 if len(again) < len(batch.pending) else batch.attempt + 1
            due = now_ms + self.limits.backoff.delay_ms(attempt, roll)
            next_one = Batch(next(self._numbers), tuple(again), attempt, reason)
            heapq.heappush(self._again, (due, next_one.number, next_one))
        return final

    def too_large(self, batch: Batch) -> bool:
        """The target refused the batch for its size: make smaller ones of it.

        Returns:
            False when it is a single operation and cannot be made smaller: it is still out then.
        """
        if len(batch.pending) == 1:
            return False
        del self._out[batch.number]
        self._batch_bytes = max(1, sum(one.size for one in batch.pending) // 2)
        self._release(batch.pending)
        self._waiting.extendleft(reversed(batch.pending))
        self._waiting_bytes += sum(one.size for one in batch.pending)
        self._hurried += len(batch.pending)
        return True

    def _due(self, now_ms: float) -> bool:
        if not self._waiting:
            return False
        return (
            self._hurried > 0
            or len(self._waiting) >= self.limits.batch_operations
            or self._waiting_bytes >= self._batch_bytes
            or self._waiting[0].accepted_ms + self.limits.linger_ms <= now_ms
        )

    def _choose(self) -> list[Pending]:
        """The first of what waits that fits one batch, past what is held back."""
        chosen: list[Pending] = []
        passed: list[Pending] = []
        behind: set[tuple[str, str]] = set()
        size = 0
        look_ahead = _LOOK_AHEAD_BATCHES * self.limits.batch_operations
        while self._waiting and len(chosen) < self.limits.batch_operations and look_ahead:
            one = self._waiting[0]
            document = one.document
            if document is not None and (document in self._held or document in behind):
                behind.add(document)
                passed.append(self._waiting.popleft())
                look_ahead -= 1
                continue
            if chosen and size + one.size > self._batch_bytes:
                break
            chosen.append(self._waiting.popleft())
            size += one.size
        self._waiting.extendleft(reversed(passed))
        self._waiting_bytes -= size
        self._hurried = max(0, self._hurried - len(chosen))
        return chosen

    def _hold(self, pending: Iterable[Pending]) -> None:
        self._held.update(one.document for one in pending if one.document is not None)

    def _release(self, pending: Iterable[Pending]) -> None:
        self._held.difference_update(one.document for one in pending if one.document is not None)
