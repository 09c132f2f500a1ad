"""Figures and the judgement about progress, from acknowledgements and faults made by hand."""

from tests.torture.cluster import Replicas
from tests.torture.history import Event, Kind
from tests.torture.layout import Place, places, value_of
from tests.torture.measurements import Acknowledgements, figures, stalled
from tests.torture.nemesis import Happened
from tests.torture.sends import Sends

PLACE = Place(0, 0)


def acknowledgements(*sent: tuple[float, float | None]) -> Acknowledgements:
    """Sends to every promised partition as (sent, acknowledged); None: timed out."""
    sends = Sends()
    for number, place in enumerate(places("all"), 1):
        for count, (begin, end) in enumerate(sent):
            value = value_of(number, count)
            kind, offset = (Kind.INFO, -1) if end is None else (Kind.OK, count)
            sends.take([Event(Kind.INVOKE, *place, 0, value, -1, begin)])
            sends.take([Event(kind, *place, 0, value, offset, end or begin + 60)])
    return Acknowledgements(sends)


def fault(kind: str, began: float, ended: float, *brokers: int, replicas: int = 3) -> Happened:
    everywhere = tuple(range(1, replicas + 1))
    before = {place: Replicas(1, everywhere, everywhere) for place in places("all")}
    return Happened(kind, "", began, frozenset(brokers), before, ended=ended)


def test_only_a_write_sent_after_the_fault_counts_as_the_next() -> None:
    found = acknowledgements((1.0, 1.1), (9.9, 10.2), (10.1, 12.5), (13.0, 13.1))
    told = figures(found, [fault("kill-leader", 10.0, 10.0, 1)])
    assert told["next_write_after_leader_s"] == {
        "kill-leader": {"samples": 6, "p50": 2.5, "p99": 2.5, "longest": 2.5}
    }
    assert told["stall_after_follower_s"] == {}


def test_a_follower_s_death_shows_in_the_longest_gap() -> None:
    found = acknowledgements((9.0, 9.5), (9.6, 11.5), (12.0, 12.1), (40.0, 41.0))
    told = figures(found, [fault("kill-follower", 10.0, 10.0, 2)])
    assert told["stall_after_follower_s"]["kill-follower"]["longest"] == 28.9
    assert told["next_write_after_leader_s"] == {}


def test_a_gap_that_the_next_fault_makes_is_not_this_one_s() -> None:
    found = acknowledgements((9.0, 9.5), (10.5, 11.0), (18.0, 18.1), (19.0, 60.0))
    two = [fault("kill-valkey", 10.0, 10.0), fault("kill-leader", 18.5, 18.5, 1)]
    assert figures(found, two)["longest_stall_s"] == {"kill-valkey": 7.1, "kill-leader": 41.9}


def test_faults_that_overlap_give_no_figure() -> None:
    found = acknowledgements((10.5, 12.0))
    both = [fault("pause-leader", 10.0, 20.0, 1), fault("kill-postgres", 11.0, 11.0)]
    assert figures(found, both)["next_write_after_leader_s"] == {}


def test_produces_that_failed_while_a_store_was_away() -> None:
    found = acknowledgements((5.0, None), (12.0, None), (13.0, 13.1))
    told = figures(found, [fault("pause-postgres", 10.0, 15.0)])
    assert told["failed_produces_without_store"] == {"pause-postgres": 6}


def test_a_partition_with_a_majority_has_to_go_on() -> None:
    struck = fault("pause-leader", 10.0, 25.0, 1)
    assert stalled(acknowledgements((12.0, 24.0)), [struck], healed=60.0) == []
    assert len(stalled(acknowledgements((9.0, 24.0)), [struck], healed=60.0)) == 6
    assert len(stalled(acknowledgements((12.0, 26.0)), [struck], healed=60.0)) == 6


def test_no_progress_is_asked_for_where_nothing_is_left() -> None:
    nothing = acknowledgements()
    alone = fault("kill-leader", 10.0, 10.0, 1, replicas=1)
    everyone = fault("kill-isr", 10.0, 10.0, 1, 2, 3)
    two = [fault("pause-leader", 10.0, 25.0, 1), fault("pause-postgres", 12.0, 17.0)]
    unfinished = fault("kill-leader", 10.0, 10.0, 1)
    assert stalled(nothing, [alone], healed=60.0) == []
    assert stalled(nothing, [everyone], healed=60.0) == []
    assert stalled(nothing, two, healed=60.0) == []
    assert stalled(nothing, [unfinished], healed=15.0) == []
