"""Who is alive, judged by counters that rise. Pure: time comes in, and only this process's own.

Host clocks are never compared: a broker is late when its counter has not risen for a while on the
judge's monotonic clock, during which the judge itself could read the counters.
"""

from dataclasses import dataclass, field

from brokers.kernel.ids import BrokerId, Incarnation


@dataclass(slots=True)
class _Seen:
    incarnation: Incarnation
    counter: int
    since_ms: int


@dataclass(slots=True)
class Liveness:
    """Feed it what was read; ``late`` says whom to fence. Milliseconds."""

    session_timeout_ms: int
    _seen: dict[BrokerId, _Seen] = field(default_factory=dict)

    def read(self, heartbeats: dict[BrokerId, tuple[Incarnation, int]], now_ms: int) -> None:
        """What the metadata store says of every unfenced broker, at ``now_ms``."""
        for broker_id in self._seen.keys() - heartbeats.keys():
            del self._seen[broker_id]
        for broker_id, (incarnation, counter) in heartbeats.items():
            seen = self._seen.get(broker_id)
            if seen is None or (seen.incarnation, seen.counter) != (incarnation, counter):
                self._seen[broker_id] = _Seen(incarnation, counter, now_ms)

    def unreadable(self) -> None:
        """The store did not answer: nobody could beat, so ages start anew once it does."""
        self._seen.clear()

    def late(self, now_ms: int) -> list[tuple[BrokerId, Incarnation]]:
        """Brokers whose counter has not risen for longer than the session timeout."""
        return [
            (broker_id, seen.incarnation)
            for broker_id, seen in sorted(self._seen.items())
            if now_ms - seen.since_ms > self.session_timeout_ms
        ]
