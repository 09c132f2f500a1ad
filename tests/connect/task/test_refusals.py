"""What a task makes of refusals, without a broker."""

import pytest

from connect.task import refusals
from connect.task.refusals import EACH_ALONE, ROUNDS_MAX, ReadAgain, Refusals, mark_of, was_alone

RECORD = ("t", b"k", b"v", [("h", b"1")])


def test_batches_fit_the_smallest_topic():
    known = Refusals(1_000_000)
    known.fit("large", 1_048_588)
    assert known.batch_bytes == 1_000_000
    with pytest.raises(ReadAgain, match="small takes batches of 20000"):
        known.fit("small", 20_000)
    known.fit("small", 20_000)
    known.fit("middle", 50_000)
    assert known.batch_bytes < 20_000 - 97


def test_a_record_is_alone_when_it_alone_fills_a_batch():
    assert was_alone(101, 100)
    assert not was_alone(100, 100)
    assert was_alone(0, EACH_ALONE)


def test_batches_are_halved_down_to_one_record():
    known = Refusals(1_000)
    for _ in range(20):
        assert isinstance(known.smaller(by_size=True), ReadAgain)
    assert known.batch_bytes == EACH_ALONE


def test_records_go_alone_until_all_that_were_on_their_way_are_stored(monkeypatch):
    monkeypatch.setattr(refusals, "ALONE_RECORDS", 3)
    known = Refusals(1_000)
    known.smaller(by_size=False)
    known.wrote_one()
    known.stored()
    assert known.batch_bytes == EACH_ALONE
    known.wrote_one()
    known.wrote_one()
    with pytest.raises(ReadAgain, match="in batches again"):
        known.stored()
    assert known.batch_bytes == 1_000
    known.stored()


def test_the_same_record_is_left_out_until_its_transaction_is_over():
    known = Refusals(1_000)
    assert not known.leaves_out(*RECORD)
    assert isinstance(known.leave_out(mark_of(*RECORD)), ReadAgain)
    assert known.leaves_out(*RECORD)
    for other in (("u", *RECORD[1:]), ("t", None, *RECORD[2:]), ("t", b"kv", None, RECORD[3]),
                  (*RECORD[:3], [("h", None)]), (*RECORD[:3], [])):  # fmt: skip
        assert not known.leaves_out(*other)
    known.stored()
    assert not known.leaves_out(*RECORD)


def test_a_record_that_is_another_each_time_ends_the_task():
    known = Refusals(1_000)
    tries = [known.leave_out(str(number).encode()) for number in range(ROUNDS_MAX + 1)]
    assert tries[-1] is None
    assert None not in tries[:-1]
