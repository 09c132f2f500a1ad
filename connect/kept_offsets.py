"""In whose name brokers are asked how far a connector is, and by which client."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from streaming.records.reader import Reader

T = TypeVar("T")


class Ask(Protocol):
    """Asks a question with a leased reader, waits for the answer and raises what it raises."""

    def __call__(self, question: Callable[[Reader], Awaitable[T]], /) -> T: ...


@dataclass(frozen=True, slots=True)
class OffsetsKeeper:
    """The brokers, in one identity's name: ``ask`` of a sink's group; ``settings``, which are
    confluent-kafka's, for a source's topic, whose transactions its consumer knows to read."""

    ask: Ask
    settings: Mapping[str, Any]
