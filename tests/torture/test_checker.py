"""The checker against histories made by hand: each anomaly once there and once not."""

import os
from collections.abc import Sequence
from itertools import count
from pathlib import Path

import pytest

from tests.torture.anomalies import EXAMPLES_PER_KIND, Anomaly, Findings
from tests.torture.checker import Checker
from tests.torture.history import EVENT_BYTES, Event, Kind, Recorder, events
from tests.torture.layout import (
    PRODUCERS_OF_A_TENANT,
    TOPICS,
    Place,
    decode,
    encode,
    told,
    value_of,
)
from tests.torture.sends import NOWHERE, Sends

PROMISED = Place(0, 0)
ELSEWHERE = Place(0, 1)
WEAK = Place(2, 0)

_clock = count(1)


def v(sequence: int, producer: int = 1) -> int:
    return value_of(producer, sequence)


def event(kind: Kind, value: int, offset: int, place: Place, code: int = 0) -> Event:
    return Event(kind, *place, code, value, offset, float(next(_clock)))


def sent(value: int, end: Kind | None, offset: int = -1, place: Place = PROMISED) -> list[Event]:
    invoked = event(Kind.INVOKE, value, -1, place)
    return [invoked] if end is None else [invoked, event(end, value, offset, place)]


def read(*found: tuple[int, int], place: Place = PROMISED, start: int = -1) -> list[Event]:
    """One reader's polls of (offset, value)."""
    polls = [event(Kind.POLL, value, offset, place) for offset, value in found]
    return [event(Kind.ASSIGN, 0, start, place), *polls]


def found(producers: Sequence[list[Event]], *readers: list[Event]) -> dict[str, int]:
    sends = Sends()
    for history in producers:
        sends.take(history)
    checker = Checker(sends)
    for history in readers:
        checker.take_reader(history)
    return dict(checker.findings().counts)


def test_a_history_without_fault_has_no_anomaly() -> None:
    producers = [sent(v(n), Kind.OK, n) for n in range(5)]
    everything = [(n, v(n)) for n in range(5)]
    assert found(producers, read(*everything, start=0), read(*everything[2:])) == {}


def test_acknowledged_and_missing_below_what_was_read_is_lost() -> None:
    producers = [sent(v(0), Kind.OK, 0), sent(v(1), Kind.OK, 1)]
    assert found(producers, read((1, v(1)))) == {Anomaly.LOST_WRITE: 1}
    assert found(producers, read((1, v(1))), read((0, v(0)))) == {}


def test_acknowledged_beyond_what_was_read_is_unseen() -> None:
    producers = [sent(v(0), Kind.OK, 0), sent(v(1), Kind.OK, 1)]
    assert found(producers, read((0, v(0)))) == {Anomaly.UNSEEN: 1}
    assert found(producers) == {Anomaly.UNSEEN: 2}


def test_an_acknowledgement_without_offset_needs_the_value_to_be_read() -> None:
    producers = [sent(v(0), Kind.OK, NOWHERE)]
    assert found(producers, read((0, v(0)))) == {}
    assert found(producers) == {Anomaly.LOST_WRITE: 1}


@pytest.mark.parametrize("end", [None, Kind.INFO])
def test_what_timed_out_may_be_there_or_not(end: Kind | None) -> None:
    producers = [sent(v(0), end), sent(v(1), Kind.OK, 1)]
    assert found(producers, read((0, v(0)), (1, v(1)))) == {}
    producers = [sent(v(0), end), sent(v(1), Kind.OK, 0)]
    assert found(producers, read((0, v(1)))) == {}


def test_one_value_at_two_offsets_is_a_duplicate() -> None:
    producers = [sent(v(0), Kind.OK, 0), sent(v(1), Kind.OK, 1)]
    assert found(producers, read((0, v(0)), (1, v(1)), (2, v(0)))) == {Anomaly.DUPLICATE: 1}


def test_a_retry_without_idempotence_may_be_there_twice() -> None:
    producers = [sent(v(0), Kind.OK, 0, WEAK)]
    assert found(producers, read((0, v(0)), (1, v(0)), place=WEAK)) == {}


def test_two_values_at_one_offset() -> None:
    producers = [sent(v(0), Kind.OK, 0), sent(v(1), None)]
    assert found(producers, read((0, v(0))), read((0, v(1)))) == {Anomaly.INCONSISTENT_OFFSETS: 1}
    assert found(producers, read((0, v(0))), read((0, v(0)))) == {}


def test_an_acknowledged_offset_that_holds_another_value() -> None:
    producers = [sent(v(0), Kind.OK, 0), sent(v(1), None)]
    assert found(producers, read((0, v(1)), (1, v(0)))) == {Anomaly.INCONSISTENT_OFFSETS: 1}


def test_readers_of_weak_topics_agree_too() -> None:
    producers = [sent(v(n), Kind.OK, -1, WEAK) for n in range(2)]
    readers = [read((0, v(n)), place=WEAK) for n in range(2)]
    assert found(producers, *readers) == {Anomaly.INCONSISTENT_OFFSETS: 1}


def test_weak_acknowledgements_may_be_lost_and_moved() -> None:
    producers = [sent(v(0), Kind.OK, 0, WEAK), sent(v(1), Kind.OK, 1, WEAK)]
    assert found(producers, read((0, v(1)), place=WEAK)) == {}


def test_a_refused_value_is_never_read() -> None:
    producers = [sent(v(0), Kind.FAIL), sent(v(1), Kind.OK, 0)]
    assert found(producers, read((0, v(1)))) == {}
    assert found(producers, read((0, v(1)), (1, v(0)))) == {Anomaly.ABORTED_READ: 1}


def test_a_reader_that_goes_back() -> None:
    producers = [sent(v(n), Kind.OK, n) for n in range(2)]
    back = read((0, v(0)), (1, v(1)), (0, v(0)))
    assert found(producers, back) == {Anomaly.NONMONOTONIC_POLL: 1}
    again = [*read((0, v(0)), (1, v(1))), *read((0, v(0)), start=0)]
    assert found(producers, again) == {}


def test_a_reader_that_jumps_over_a_value() -> None:
    producers = [sent(v(n), Kind.OK, n) for n in range(3)]
    everything = read((0, v(0)), (1, v(1)), (2, v(2)))
    assert found(producers, everything, read((0, v(0)), (2, v(2)))) == {Anomaly.POLL_SKIP: 1}
    assert found(producers, everything, read((2, v(2)), start=0)) == {Anomaly.POLL_SKIP: 1}
    assert found(producers, everything, read((2, v(2)))) == {}


def test_an_offset_that_holds_nothing_may_be_jumped_over() -> None:
    producers = [sent(v(0), Kind.OK, 0), sent(v(1), Kind.OK, 2)]
    assert found(producers, read((0, v(0)), (2, v(1)), start=0)) == {}


def test_a_later_send_with_a_lower_offset() -> None:
    producers = [sent(v(0), Kind.OK, 1), sent(v(1), Kind.OK, 0)]
    readers = read((0, v(1)), (1, v(0)))
    assert found(producers, readers) == {Anomaly.NONMONOTONIC_SEND: 1}
    two = [sent(v(0, 1), Kind.OK, 1), sent(v(0, 2), Kind.OK, 0)]
    assert found(two, read((0, v(0, 2)), (1, v(0, 1)))) == {}


def test_a_value_that_nobody_sent_or_sent_elsewhere() -> None:
    assert found([], read((0, v(0)))) == {Anomaly.UNKNOWN_VALUE: 1}
    producers = [sent(v(0), None, place=ELSEWHERE)]
    assert found(producers, read((0, v(0)))) == {Anomaly.UNKNOWN_VALUE: 1}
    assert found(producers, read((0, v(0)), place=ELSEWHERE)) == {}


def test_a_value_of_another_tenant() -> None:
    """Also where the offset has been read as the own value, and where both sent the same count."""
    own, foreign = v(0), v(0, PRODUCERS_OF_A_TENANT + 1)
    producers = [sent(own, Kind.OK, 0)]
    assert found(producers, read((0, own), (1, foreign))) == {Anomaly.FOREIGN_VALUE: 1}
    assert found(producers, read((0, own)), read((0, foreign))) == {Anomaly.FOREIGN_VALUE: 1}
    findings = Findings()
    checker = Checker(Sends(), tenant=1)
    checker.take_reader(read((0, own)))
    findings.extend(checker.findings())
    assert findings.examples == {Anomaly.FOREIGN_VALUE: ["orders-0 at 0: producer 1's send 0"]}
    assert told(foreign) == "tenant 1's producer 1's send 0"


@pytest.mark.parametrize(
    ("kind", "anomaly"),
    [(Kind.RESET, Anomaly.READER_RESET), (Kind.GARBLED, Anomaly.GARBLED)],
)
def test_what_a_reader_itself_finds_wrong(kind: Kind, anomaly: Anomaly) -> None:
    assert found([], [event(kind, 0, 7, PROMISED, code=1)]) == {anomaly: 1}


def test_an_error_that_clients_do_not_know_how_to_take() -> None:
    failed = [sent(v(0), None)[0], event(Kind.INFO, v(0), -1, PROMISED, code=-1)]
    timed_out = [sent(v(1), None)[0], event(Kind.INFO, v(1), -1, PROMISED, code=-192)]
    assert found([failed]) == {Anomaly.SERVER_ERROR: 1}
    assert found([timed_out]) == {}


def test_only_the_first_few_of_a_kind_are_told() -> None:
    findings, more = Findings(), Findings()
    for number in range(10):
        findings.add(Anomaly.UNSEEN, f"{number}")
        more.add(Anomaly.UNSEEN, f"{number}")
    findings.extend(more)
    assert findings.counts == {Anomaly.UNSEEN: 20}
    assert len(findings.lines()) == 1 + EXAMPLES_PER_KIND


def test_a_history_comes_back_without_the_half_event_of_a_killed_client(tmp_path: Path) -> None:
    file = tmp_path / "history"
    recorder = Recorder(file)
    recorder.note(Kind.INVOKE, ELSEWHERE, value=v(3))
    recorder.note(Kind.INFO, ELSEWHERE, value=v(3), code=-192)
    whole = list(events(file))
    os.truncate(file, 2 * EVENT_BYTES - 1)
    assert [(e.kind, e.place, e.value, e.offset, e.code) for e in whole] == [
        (Kind.INVOKE, ELSEWHERE, v(3), -1, 0),
        (Kind.INFO, ELSEWHERE, v(3), -1, -192),
    ]
    assert list(events(file)) == whole[:1]
    assert list(events(file, EVENT_BYTES)) == []


def test_a_payload_tells_its_value_and_whether_it_was_changed() -> None:
    payload = encode(v(12_345, 7))
    assert decode(payload) == v(12_345, 7)
    assert decode(payload[:-1]) is None
    assert decode(payload[:20] + bytes([payload[20] ^ 1]) + payload[21:]) is None
    assert decode(b"") is None
    assert len({plan.name for plan in TOPICS}) == len(TOPICS)
