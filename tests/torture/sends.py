"""Everything that producers did, in arrays: fifty bytes a record and not five hundred."""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from tests.torture.history import Event, Kind
from tests.torture.layout import Place, sender_of, value_of

NOT_SENT: Final = 0
NOWHERE: Final = -1


class Send(NamedTuple):
    """``state`` is the ``Kind`` of the last event; times are 0 where there was none."""

    value: int
    place: Place
    state: int
    offset: int
    invoked: float
    ended: float


class _Sender:
    """One producer's sends by their count. ``places`` index the list that all share."""

    __slots__ = ("ended", "invoked", "offsets", "places", "states")

    def __init__(self) -> None:
        self.states = bytearray()
        self.places = array("H")
        self.offsets = array("q")
        self.invoked = array("d")
        self.ended = array("d")

    def invoke(self, sequence: int, place: int, time: float) -> None:
        while len(self.states) <= sequence:
            self.states.append(NOT_SENT)
            self.places.append(0)
            self.offsets.append(NOWHERE)
            self.invoked.append(0.0)
            self.ended.append(0.0)
        self.states[sequence] = Kind.INVOKE
        self.places[sequence] = place
        self.invoked[sequence] = time


class Sends:
    """By value: what became of it. A send without an end is as unknown as one that timed out."""

    def __init__(self) -> None:
        self.errors: Counter[tuple[Place, int]] = Counter()
        """How often sends to a partition ended with an error code."""
        self._senders: dict[int, _Sender] = {}
        self._places: list[Place] = []
        self._numbers: dict[Place, int] = {}

    def take(self, history: Iterable[Event]) -> None:
        """Take one client's events; those of a reader are passed over."""
        for event in history:
            if event.kind == Kind.INVOKE:
                producer, sequence = sender_of(event.value)
                sender = self._senders.setdefault(producer, _Sender())
                sender.invoke(sequence, self._number(event.place), event.time)
            elif event.kind in {Kind.OK, Kind.FAIL, Kind.INFO}:
                self._end(event)

    def _end(self, event: Event) -> None:
        if event.code:
            self.errors[event.place, event.code] += 1
        producer, sequence = sender_of(event.value)
        sender = self._senders[producer]
        sender.states[sequence] = event.kind
        sender.offsets[sequence] = event.offset
        sender.ended[sequence] = event.time

    def _number(self, place: Place) -> int:
        number = self._numbers.setdefault(place, len(self._places))
        if number == len(self._places):
            self._places.append(place)
        return number

    def get(self, value: int) -> Send | None:
        """None for a value that nobody sent."""
        producer, sequence = sender_of(value)
        sender = self._senders.get(producer)
        if sender is None or sequence >= len(sender.states) or not sender.states[sequence]:
            return None
        return self._send(producer, sender, sequence)

    def __iter__(self) -> Iterator[Send]:
        """Producer by producer, each in the order of its sends."""
        for producer, sender in self._senders.items():
            for sequence, state in enumerate(sender.states):
                if state:
                    yield self._send(producer, sender, sequence)

    def _send(self, producer: int, sender: _Sender, sequence: int) -> Send:
        return Send(
            value_of(producer, sequence),
            self._places[sender.places[sequence]],
            sender.states[sequence],
            sender.offsets[sequence],
            sender.invoked[sequence],
            sender.ended[sequence],
        )
