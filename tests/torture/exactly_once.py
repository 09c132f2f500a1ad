"""Whether a topic that is made of another one holds each of its records exactly once, in order.

A transformer writes down of which offset it made each value. Its attempts may be many; those of
them that readers of committed records see have to be one per offset.
"""

from array import array
from collections.abc import Iterable, Sequence
from typing import Final

from tests.torture.anomalies import Anomaly, Findings
from tests.torture.history import Event, Kind
from tests.torture.layout import Place, sender_of, told

UNKNOWN: Final = -1


class Origins:
    """Of which offset each value was made."""

    def __init__(self) -> None:
        self._of: dict[int, array[int]] = {}

    def take(self, history: Iterable[Event]) -> None:
        for event in history:
            if event.kind == Kind.INVOKE:
                producer, sequence = sender_of(event.value)
                offsets = self._of.setdefault(producer, array("q"))
                offsets.extend([UNKNOWN] * (sequence + 1 - len(offsets)))
                offsets[sequence] = event.offset

    def of(self, value: int) -> int:
        """``UNKNOWN`` for a value that nobody made."""
        producer, sequence = sender_of(value)
        offsets = self._of.get(producer, ())
        return offsets[sequence] if sequence < len(offsets) else UNKNOWN


def check_exactly_once(
    sink: Place, made: Sequence[int], source_end: int, origins: Origins, findings: Findings
) -> int:
    """How many were made. ``made`` are the committed values in the order of their offsets; every
    offset of the source below ``source_end`` has to have become one."""
    due = 0
    for value in made:
        origin = origins.of(value)
        if origin == UNKNOWN:
            findings.add(Anomaly.UNKNOWN_VALUE, f"{sink}: {told(value)} was made of nothing")
            continue
        if origin < due:
            words = f"{sink}: {told(value)} of offset {origin}, when {due} was due"
            findings.add(Anomaly.MADE_TWICE, words)
        elif origin > due:
            words = f"{sink}: nothing of offsets {due} to {origin - 1}, before {told(value)}"
            findings.add(Anomaly.NEVER_MADE, words)
        due = max(due, origin + 1)
    if due < source_end:
        words = f"{sink}: nothing of offsets {due} to {source_end - 1}, the last there are"
        findings.add(Anomaly.NEVER_MADE, words)
    return len(made)


def check_late_ends(history: Iterable[Event], findings: Findings) -> int:
    """How many EndTxn came a transaction late; each has to be refused."""
    late = [event for event in history if event.kind == Kind.LATE]
    for event in late:
        if event.code == 0:
            findings.add(Anomaly.OBEYED_LATE, f"{event.place}: ended by one of the one before")
    return len(late)
