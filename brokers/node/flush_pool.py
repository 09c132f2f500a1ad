"""Group commit: when partitions are flushed, and the threads in which fdatasync blocks.

A partition asks once it has something to flush. At the end of that round of the event loop it is
flushed if somebody waits for it, so that requests read together share one flush; otherwise a
little later, so that appends that nobody waits for share one too. At most one flush per partition
is under way; what is appended meanwhile is the next one's.
"""

import asyncio
import logging
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Final, Protocol

from brokers.log.flush import FlushTicket

log = logging.getLogger(__name__)

AGAIN_SECONDS: Final = 0.25
"""Before a flush that found no room is tried again."""

UNAWAITED_FLUSH_SECONDS: Final = 0.01
"""Unacknowledged by nobody, so only the window of what a power cut can take of ``acks=1``."""


class Flushable(Protocol):
    @property
    def is_awaited(self) -> bool:
        """Whether a request waits for what is not yet durable."""
        ...

    def begin_flush(self) -> None: ...

    def postponed(self) -> None:
        """The flush was put off; ``ask`` again when somebody starts to wait."""
        ...


class FlushPool:
    """Belongs to the event loop that ``start`` was called in, but for its threads.

    A bare queue instead of an executor: a flush costs two thread switches and no future.
    """

    def __init__(self, threads: int) -> None:
        self._queue: SimpleQueue[tuple[FlushTicket, Callable[[FlushTicket], None]] | None]
        self._queue = SimpleQueue()
        self._loop: asyncio.AbstractEventLoop
        self._threads = [
            threading.Thread(target=self._work, name=f"flush-{number}", daemon=True)
            for number in range(threads)
        ]
        self._asking: list[Flushable] = []
        self._postponed: list[Flushable] = []

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End the threads once what was queued is done. Blocks."""
        # Counted before the first is told: one that has ended by then has had a word for itself.
        running = [thread for thread in self._threads if thread.is_alive()]
        for _ in running:
            self._queue.put(None)
        for thread in running:
            thread.join()

    def ask(self, partition: Flushable) -> None:
        """Flush it at the end of this round of the loop, or soon after, see above."""
        if not self._asking:
            self._loop.call_soon(self._round)
        self._asking.append(partition)

    def ask_later(self, partition: Flushable) -> None:
        """Flush it again in a while: there was no room for it."""
        self._loop.call_later(AGAIN_SECONDS, partition.begin_flush)

    def run(self, ticket: FlushTicket, done: Callable[[FlushTicket], None]) -> None:
        """Run the ticket in a thread, then ``done`` on the event loop."""
        self._queue.put((ticket, done))

    def _round(self) -> None:
        asking, self._asking = self._asking, []
        for partition in asking:
            if partition.is_awaited:
                partition.begin_flush()
                continue
            partition.postponed()
            if not self._postponed:
                self._loop.call_later(UNAWAITED_FLUSH_SECONDS, self._begin_postponed)
            self._postponed.append(partition)

    def _begin_postponed(self) -> None:
        postponed, self._postponed = self._postponed, []
        for partition in postponed:
            partition.begin_flush()

    def _work(self) -> None:
        loop = self._loop
        while (job := self._queue.get()) is not None:
            ticket, done = job
            try:
                ticket.run()
            except Exception as error:
                # Whatever it was, nothing is known to be durable: the replica must fail, not wait.
                log.exception("a flush failed in a way it should not")
                ticket.error = OSError(str(error))
            loop.call_soon_threadsafe(done, ticket)
