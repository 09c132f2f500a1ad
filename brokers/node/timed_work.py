"""How long a coroutine holds the event loop, which is less than how long it takes."""

from collections.abc import Awaitable, Generator
from time import perf_counter
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class TimedWork(Generic[T]):
    """Awaited in place of ``work``; ``spent_ms`` is the time of its own steps."""

    __slots__ = ("_work", "spent_ms")

    def __init__(self, work: Awaitable[T]) -> None:
        self._work = work
        self.spent_ms = 0.0

    def __await__(self) -> Generator[Any, Any, T]:
        steps = self._work.__await__()
        value: Any = None
        error: BaseException | None = None
        while True:
            began = perf_counter()
            try:
                waits_for = steps.send(value) if error is None else steps.throw(error)
            except StopIteration as stop:
                result: T = stop.value
                return result
            finally:
                self.spent_ms += (perf_counter() - began) * 1000
            value = error = None
            try:
                value = yield waits_for
            except GeneratorExit:
                steps.close()
                raise
            except BaseException as thrown:
                error = thrown
