"""How brokers are asked in somebody's name how far a connector is."""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from streaming.records.reader import Reader

T = TypeVar("T")


class Ask(Protocol):
    """Asks a question with a leased reader, waits for the answer and raises what it raises."""

    def __call__(self, question: Callable[[Reader], Awaitable[T]], /) -> T: ...
