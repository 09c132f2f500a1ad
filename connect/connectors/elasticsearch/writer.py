"""Threads that send what the window says; everything is decided on the task's own thread."""

import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue
from threading import Event
from typing import Final

from connect.connectors.elasticsearch.bulk import Operation, Outcome, Verdict
from connect.connectors.elasticsearch.client import TooLarge
from connect.connectors.elasticsearch.window import Batch, Window
from connect.spi.errors import ConnectError, RetriableError

_LOOK_SECONDS: Final = 0.1
"""How long one wait for an answer may take before the task looks whether it has to stop."""

Answered = tuple[Batch, list[Verdict] | BaseException]


class BulkWriter:
    """
    Args:
        send: does one batch and gives a verdict per operation; called from ``limits.in_flight``
            threads. TooLarge has the batch halved, any other error fails the writer for good.
        settle: told of each operation that is final, on the caller's thread; what it raises fails
            the writer for good.
    """

    def __init__(
        self,
        send: Callable[[list[Operation]], list[Verdict]],
        window: Window,
        settle: Callable[[Operation, Verdict], None],
    ) -> None:
        self._send = send
        self._window = window
        self._settle = settle
        self._threads = ThreadPoolExecutor(window.limits.in_flight, "bulk")
        self._answers: SimpleQueue[Answered] = SimpleQueue()
        self._failed: BaseException | None = None

    def take(self, operations: Sequence[Operation], stopping: Event) -> None:
        """Take these for sending, once there is room; send what is ready.

        Raises:
            RetriableError: there is no room because the target takes nothing: nothing was taken.
            ConnectError: an earlier operation failed for good: nothing was taken.
        """
        sized = [(operation, len(operation.lines())) for operation in operations]
        self._turn(0)
        while not self._window.has_room(sized):
            self._raise_trouble()
            if stopping.is_set():
                raise RetriableError("the task is stopping")
            self._turn(_LOOK_SECONDS)
        self._window.accept(sized, _now_ms())
        self._send_ready()

    def drain(self, seconds: float, stopping: Event) -> None:
        """Send everything and wait for its answers.

        Raises:
            RetriableError: not all is written after ``seconds``, or the target takes nothing.
            ConnectError: an operation failed for good.
        """
        until = time.monotonic() + seconds
        self._window.hurry()
        self._turn(0)
        while not self._window.idle:
            self._raise_trouble()
            if time.monotonic() >= until:
                raise RetriableError(f"the target has not taken all records in {seconds:g} s")
            if stopping.is_set() and self._window.repeating:
                raise RetriableError("the task is stopping, and the target is busy")
            self._turn(_LOOK_SECONDS)

    def close(self) -> list[Operation]:
        """Wait for what is out, and give what was not written."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        while not self._answers.empty():
            self._handle(self._answers.get())
        return self._window.left()

    def _turn(self, seconds: float) -> None:
        """Handle the answers that come within ``seconds``, and send what is ready then."""
        if self._failed is not None:
            raise ConnectError(str(self._failed)) from self._failed
        wake = self._window.wake_ms(_now_ms())
        if wake is not None:
            seconds = min(seconds, max(0.0, (wake - _now_ms()) / 1000))
        try:
            answer = self._answers.get(timeout=seconds) if seconds else self._answers.get_nowait()
            while True:
                self._handle(answer)
                answer = self._answers.get_nowait()
        except Empty:
            pass
        if self._failed is not None:
            raise self._failed
        self._send_ready()

    def _send_ready(self) -> None:
        while (batch := self._window.next_batch(_now_ms())) is not None:
            self._threads.submit(self._do, batch)

    def _do(self, batch: Batch) -> None:
        try:
            told: list[Verdict] | BaseException = self._send(batch.operations)
        except BaseException as error:
            told = error
        self._answers.put((batch, told))

    def _handle(self, answer: Answered) -> None:
        batch, told = answer
        if isinstance(told, TooLarge) and self._window.too_large(batch):
            return
        if isinstance(told, TooLarge):  # and a single document
            told = [Verdict(Outcome.MALFORMED, f"of {batch.pending[0].size} bytes, too large")]
        if isinstance(told, BaseException):
            self._failed = self._failed or told
            return
        roll = random.random()
        for operation, verdict in self._window.answered(batch, told, _now_ms(), roll):
            try:
                self._settle(operation, verdict)
            except Exception as error:
                # Final for the window, and not written: no later flush may pass over it.
                self._failed = self._failed or error

    def _raise_trouble(self) -> None:
        if trouble := self._window.trouble:
            raise RetriableError(f"the target does not take records: {trouble}")


def _now_ms() -> float:
    return time.monotonic() * 1000
