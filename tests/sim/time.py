"""Time that passes only from event to event, and the dice."""

import heapq
from collections.abc import Callable
from random import Random


class Timeline:
    """Events in the order of their time; among equals, of their making. Milliseconds."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.now = 0.0
        self.events = 0
        self._queue: list[tuple[float, int, Callable[[], None]]] = []
        self._made = 0

    def after(self, delay_ms: float, event: Callable[[], None]) -> None:
        self._made += 1
        heapq.heappush(self._queue, (self.now + delay_ms, self._made, event))

    def at(self, moment_ms: float, event: Callable[[], None]) -> None:
        """Not before now. What is to keep an order is told when and not after how long: a sum of
        delays may be rounded to before what it follows."""
        self._made += 1
        heapq.heappush(self._queue, (max(moment_ms, self.now), self._made, event))

    def soon(self, shortest_ms: float, longest_ms: float, event: Callable[[], None]) -> None:
        """At some time between the two."""
        # ``Random.uniform`` and ``after`` spelt out: nearly every event is made here.
        self._made += 1
        at = self.now + (shortest_ms + (longest_ms - shortest_ms) * self.random.random())
        heapq.heappush(self._queue, (at, self._made, event))

    def step(self) -> None:
        """The next event."""
        self.now, _, event = heapq.heappop(self._queue)
        self.events += 1
        event()

    @property
    def is_over(self) -> bool:
        return not self._queue

    # The node's clock.

    def now_ms(self) -> int:
        return 1_700_000_000_000 + int(self.now)

    def monotonic_ms(self) -> int:
        return int(self.now)
