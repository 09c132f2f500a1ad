"""A response that is not ready yet, and keeps its request's place in the connection's order."""

from typing import Protocol

Buffer = bytes | bytearray | memoryview
Buffers = list[Buffer]
"""One response, length prefix included, as the pieces of one gathered write."""


class Waiting(Protocol):
    """Whoever sends answers in order; told when one of them has become ready."""

    def answer_ready(self) -> None: ...


class Answer:
    """Made by a handler that must wait; completed exactly once, later, or abandoned.

    A class of its own instead of a future: one is made per waiting request, and completing it costs
    one call instead of a trip through the event loop.
    """

    __slots__ = ("buffers", "owner")

    def __init__(self) -> None:
        self.buffers: Buffers | None = None
        self.owner: Waiting | None = None

    def complete(self, buffers: Buffers) -> None:
        """The response; an empty list stands for none (``acks=0``)."""
        self.buffers = buffers
        if self.owner is not None:
            self.owner.answer_ready()

    def hurry(self) -> None:
        """The broker is stopping: answer now if there is anything to say already."""

    def abandon(self) -> None:
        """The connection is gone: let go of whatever was waited for."""
