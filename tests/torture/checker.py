"""Whether the clients' histories can be those of a log that keeps its promise.

Polls and acknowledgements together say which value stands at each offset of a partition. A send
that timed out counts as written only if somebody read it. Topics written with acks 0 or 1 promise
less: an acknowledged record may go, so only what readers saw of them is compared.
"""

from array import array
from collections.abc import Iterable
from typing import Final

from tests.torture.anomalies import Anomaly, Findings
from tests.torture.history import Event, Kind
from tests.torture.layout import TOPICS, Place, sender_of, tenant_of, told
from tests.torture.marks import Marks
from tests.torture.sends import NOWHERE, Send, Sends

EMPTY: Final = -1
UNKNOWN_SERVER_ERROR: Final = -1


class _Log:
    """One partition: the value at each offset, as far as anybody read it."""

    def __init__(self) -> None:
        self.values = array("q")

    @property
    def end(self) -> int:
        return len(self.values)

    def at(self, offset: int) -> int:
        return self.values[offset] if offset < len(self.values) else EMPTY

    def put(self, offset: int, value: int) -> None:
        missing = offset + 1 - len(self.values)
        if missing > 0:
            self.values.extend([EMPTY] * missing)
        self.values[offset] = value

    def has_any(self, start: int, end: int) -> bool:
        return any(value != EMPTY for value in self.values[start:end])


class Checker:
    """Give it all producers' histories first, then each reader's, then ask for ``findings``.

    ``tenant``: whose clients they all are; what another tenant's producers sent is not theirs.
    """

    def __init__(self, sends: Sends, tenant: int = 0) -> None:
        self._sends = sends
        self._tenant = tenant
        self._logs: dict[Place, _Log] = {}
        self._skips: list[tuple[Place, int, int]] = []
        self._found = Findings()

    def take_reader(self, history: Iterable[Event]) -> None:
        """One reader's events; those of a producer are passed over."""
        expected: dict[Place, int] = {}
        for event in history:
            if event.kind == Kind.POLL:
                self._poll(event, expected)
            elif event.kind == Kind.ASSIGN:
                expected[event.place] = event.offset
            elif event.kind == Kind.RESET:
                self._add(Anomaly.READER_RESET, event.place, event.offset, f"error {event.code}")
            elif event.kind == Kind.GARBLED:
                self._add(Anomaly.GARBLED, event.place, event.offset, "bytes that nobody sent")

    def _poll(self, event: Event, expected: dict[Place, int]) -> None:
        place, offset = event.place, event.offset
        if tenant_of(event.value) != self._tenant:
            self._add(Anomaly.FOREIGN_VALUE, place, offset, told(event.value))
            return
        due = expected.get(place, NOWHERE)
        if due != NOWHERE and offset < due:
            self._add(Anomaly.NONMONOTONIC_POLL, place, offset, f"read when {due} was due")
        elif due != NOWHERE and offset > due:
            self._skips.append((place, due, offset))
        expected[place] = offset + 1
        log = self._logs.setdefault(place, _Log())
        before = log.at(offset)
        if before == EMPTY:
            self._check_sent(event)
            log.put(offset, event.value)
        elif before != event.value:
            words = f"read as {told(before)} and as {told(event.value)}"
            self._add(Anomaly.INCONSISTENT_OFFSETS, place, offset, words)

    def _check_sent(self, event: Event) -> None:
        send = self._sends.get(event.value)
        if send is None or send.place != event.place:
            words = f"{told(event.value)}, sent {'nowhere' if send is None else f'to {send.place}'}"
            self._add(Anomaly.UNKNOWN_VALUE, event.place, event.offset, words)
        elif send.state == Kind.FAIL:
            words = f"{told(event.value)} had been refused"
            self._add(Anomaly.ABORTED_READ, event.place, event.offset, words)

    def values_in(self, place: Place) -> list[int]:
        """What was read of a partition, in the order of offsets."""
        log = self._logs.get(place) or _Log()
        return [value for value in log.values if value != EMPTY]

    def end_of(self, place: Place) -> int:
        """Where what was read of a partition ends."""
        return (self._logs.get(place) or _Log()).end

    def findings(self) -> Findings:
        for place, start, end in self._skips:
            if self._logs[place].has_any(start, end):
                self._add(Anomaly.POLL_SKIP, place, start, f"jumped over, to {end}")
        self._check_sends(self._values_read())
        for (place, code), count in self._sends.errors.items():
            if code == UNKNOWN_SERVER_ERROR:
                self._add(Anomaly.SERVER_ERROR, place, NOWHERE, f"{count} produces")
        return self._found

    def _values_read(self) -> Marks:
        """Every value that was read of a promised topic; one that comes twice is a finding."""
        read = Marks()
        for place, log in self._logs.items():
            if not TOPICS[place.topic].is_promised:
                continue
            for offset, value in enumerate(log.values):
                if value != EMPTY and not read.add(value):
                    self._add(Anomaly.DUPLICATE, place, offset, f"{told(value)} once more")
        return read

    def _check_sends(self, read: Marks) -> None:
        highest: dict[tuple[int, Place], int] = {}
        for send in self._sends:
            if send.state != Kind.OK or not TOPICS[send.place.topic].is_promised:
                continue
            self._check_acknowledged(send, is_read=send.value in read)
            if send.offset == NOWHERE:
                continue  # A client that is told of a duplicate does not learn the offset.
            key = sender_of(send.value)[0], send.place
            before = highest.get(key, NOWHERE)
            if send.offset <= before:
                words = f"{told(send.value)}, after {before}"
                self._add(Anomaly.NONMONOTONIC_SEND, send.place, send.offset, words)
            highest[key] = max(send.offset, before)

    def _check_acknowledged(self, send: Send, *, is_read: bool) -> None:
        log = self._logs.get(send.place) or _Log()
        there = EMPTY if send.offset == NOWHERE else log.at(send.offset)
        if there not in {EMPTY, send.value}:
            words = f"acknowledged as {told(send.value)} and read as {told(there)}"
            self._add(Anomaly.INCONSISTENT_OFFSETS, send.place, send.offset, words)
        if is_read:
            return
        kind = Anomaly.LOST_WRITE if send.offset < log.end else Anomaly.UNSEEN
        self._add(kind, send.place, send.offset, told(send.value))

    def _add(self, kind: Anomaly, place: Place, offset: int, words: str) -> None:
        self._found.add(kind, f"{place} at {offset}: {words}")
