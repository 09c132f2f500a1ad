"""The checks of groups and of exactly-once against histories made by hand."""

from tests.torture.anomalies import Anomaly, Findings
from tests.torture.clients.groups import GROUPS, sink_of
from tests.torture.exactly_once import Origins, check_exactly_once, check_late_ends
from tests.torture.group_check import GroupCheck
from tests.torture.history import Event, Kind
from tests.torture.layout import TOPICS, Place, value_of

SOURCE = Place(0, 0)
SINK = sink_of(SOURCE)
MAKER = 5


def made_of(*origins: int) -> list[Event]:
    """The maker's n-th value is made of the n-th offset."""
    return [
        Event(Kind.INVOKE, *SINK, 0, value_of(MAKER, n), origin, 0.0)
        for n, origin in enumerate(origins)
    ]


def kinds_made(history: list[Event], committed: list[int], end: int) -> dict[str, int]:
    """What is found when the values of these numbers are committed, in this order."""
    origins, findings = Origins(), Findings()
    origins.take(history)
    values = [value_of(MAKER, n) for n in committed]
    assert check_exactly_once(SINK, values, end, origins, findings) == len(values)
    return dict(findings.counts)


def test_one_attempt_of_several_for_each_record_is_exactly_once() -> None:
    assert kinds_made(made_of(0, 1, 0, 1, 2), [2, 3, 4], 3) == {}


def test_two_attempts_for_one_record_are_found() -> None:
    assert kinds_made(made_of(0, 1, 1, 2), [0, 1, 2, 3], 3) == {Anomaly.MADE_TWICE: 1}


def test_a_record_that_was_left_out_is_found() -> None:
    assert kinds_made(made_of(0, 1, 2), [0, 2], 3) == {Anomaly.NEVER_MADE: 1}


def test_a_missing_end_is_found() -> None:
    assert kinds_made(made_of(0, 1, 2), [0, 1], 3) == {Anomaly.NEVER_MADE: 1}


def test_a_changed_order_is_found() -> None:
    assert kinds_made(made_of(0, 1, 2), [0, 2, 1], 3) == {
        Anomaly.NEVER_MADE: 1,
        Anomaly.MADE_TWICE: 1,
    }


def test_what_was_made_of_nothing_is_found() -> None:
    assert kinds_made(made_of(0), [0, 7], 1) == {Anomaly.UNKNOWN_VALUE: 1}


def kinds_committed(*events: tuple[Kind, int, float], final: int = 10) -> dict[str, int]:
    """What is found after events of (kind, offset, time); offsets up to 10 had been read."""
    check, findings = GroupCheck("group"), Findings()
    history = [Event(Kind.POLL, *SOURCE, 0, 1, 9, 0.0)]
    for kind, offset, time in events:
        asked = int(time * 1e6) if kind == Kind.FOUND else 0
        history.append(Event(kind, *SOURCE, 0, asked, offset, time + 1))
    check.take(history)
    check.check({SOURCE: final}, findings)
    return dict(findings.counts)


def test_an_offset_that_stays_or_goes_on_is_not_lost() -> None:
    seen = [(Kind.COMMIT, 4, 1.0), (Kind.FOUND, 4, 3.0), (Kind.FOUND, 6, 4.0)]
    assert kinds_committed(*seen) == {}


def test_an_offset_below_an_acknowledged_one_is_lost() -> None:
    assert kinds_committed((Kind.COMMIT, 4, 1.0), (Kind.FOUND, 3, 3.0)) == {Anomaly.LOST_COMMIT: 1}


def test_an_answer_to_a_question_asked_before_the_acknowledgement_may_be_below_it() -> None:
    assert kinds_committed((Kind.COMMIT, 4, 3.0), (Kind.FOUND, 3, 3.5)) == {}


def test_what_stands_at_the_end_counts() -> None:
    assert kinds_committed((Kind.COMMIT, 4, 1.0), final=3) == {Anomaly.LOST_COMMIT: 1}


def test_an_offset_beyond_what_was_read_is_found() -> None:
    assert kinds_committed((Kind.FOUND, 11, 1.0)) == {Anomaly.COMMIT_AHEAD: 1}


def test_every_topic_that_is_made_has_a_group_that_makes_it() -> None:
    made = {plan.made_of: plan.name for plan in TOPICS if plan.made_of}
    assert {group.reads[0]: group.makes for group in GROUPS.values() if group.makes} == made


def test_a_late_end_that_is_obeyed_is_found() -> None:
    findings = Findings()
    history = [Event(Kind.LATE, *SINK, code, 0, -1, 0.0) for code in (47, 0, 90)]
    assert check_late_ends(history, findings) == 3
    assert dict(findings.counts) == {Anomaly.OBEYED_LATE: 1}
