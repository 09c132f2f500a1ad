"""An event loop on simulated time, for what awaits: coordinators, and clients that are easier told
as one story."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from contextvars import Context
from typing import Any

from tests.sim.time import Timeline

Later = Callable[[float, float, Callable[[], None]], None]
"""As ``Timeline.soon``: between so many and so many milliseconds from now."""


class SimulatedLoop(asyncio.AbstractEventLoop):
    """Its callbacks are events of ``later``: none after a broker's death, or while it is stopped.

    Whatever a task fails with ends the run.
    """

    def __init__(self, timeline: Timeline, later: Later) -> None:
        self._timeline = timeline
        self._later = later

    @contextmanager
    def running(self) -> Iterator[None]:
        """For what must be made on a running loop."""
        before = asyncio._get_running_loop()
        asyncio._set_running_loop(self)
        try:
            yield
        finally:
            asyncio._set_running_loop(before)

    def time(self) -> float:
        return self._timeline.now / 1000

    def get_debug(self) -> bool:
        return False

    def call_soon(
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, self, context)
        self._later(0.0, 0.0, lambda: self._run(handle))
        return handle

    def call_later(
        self,
        delay: float,
        callback: Callable[..., object],
        *args: Any,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        handle = asyncio.TimerHandle(self.time() + delay, callback, args, self, context)
        self._later(delay * 1000, delay * 1000, lambda: self._run(handle))
        return handle

    def call_at(
        self,
        when: float,
        callback: Callable[..., object],
        *args: Any,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        return self.call_later(max(0.0, when - self.time()), callback, *args, context=context)

    def _run(self, handle: asyncio.Handle) -> None:
        if not handle.cancelled():
            with self.running():
                handle._run()

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        pass

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(self, coro: Coroutine[Any, Any, Any], **named: Any) -> asyncio.Task[Any]:
        task = asyncio.Task(coro, loop=self, **named)
        task._log_destroy_pending = False  # Those of a broker that has died never end.
        task.add_done_callback(_look)
        return task

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if error is not None:
            raise error


def _look(task: asyncio.Task[Any]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        raise error
