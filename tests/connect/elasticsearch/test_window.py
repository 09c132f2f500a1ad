"""The window's promise, held against a model target that refuses, reorders and loses answers."""

from dataclasses import dataclass, field
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from connect.connectors.backoff import Backoff
from connect.connectors.elasticsearch.bulk import Operation, Outcome, Verb, Verdict
from connect.connectors.elasticsearch.window import Batch, Limits, Window
from connect.spi.records import SinkRecord

WRITTEN = Verdict(Outcome.WRITTEN)
AGAIN = Verdict(Outcome.AGAIN, "busy")


def limits(**changed: Any) -> Limits:
    return Limits(
        **{
            "batch_operations": 3, "batch_bytes": 100, "in_flight": 2, "buffered_operations": 10,
            "buffered_bytes": 1000, "linger_ms": 50, "attempts": 2, "backoff": Backoff(10, 100),
        }
        | changed
    )  # fmt: skip


def operation(offset: int, id: str | None, *, versioned: bool = False) -> Operation:
    record = SinkRecord("t", 0, offset, id, offset, timestamp_ms=None)
    version = offset if versioned else None
    return Operation(Verb.INDEX, "t", id, version, b"%d" % offset, record)


def accept(window: Window, *operations: Operation, size: int = 10, now: float = 0) -> None:
    window.accept([(one, size) for one in operations], now)


def offsets(batch: Batch | None) -> list[int]:
    assert batch is not None
    return [one.record.offset for one in batch.operations]


def test_a_batch_goes_when_it_is_full_or_has_lingered() -> None:
    window = Window(limits())
    accept(window, operation(0, "a"), operation(1, "b"))
    assert window.next_batch(0) is None
    assert window.wake_ms(0) == 50
    assert offsets(window.next_batch(50)) == [0, 1]
    accept(window, *(operation(n, str(n)) for n in range(2, 6)), now=60)
    assert offsets(window.next_batch(60)) == [2, 3, 4]
    assert window.next_batch(1000) is None, "two are out"


def test_a_batch_goes_when_its_bytes_are_there() -> None:
    window = Window(limits())
    accept(window, operation(0, "a"), operation(1, "b"), size=60)
    assert offsets(window.next_batch(0)) == [0]


def test_a_document_that_is_out_is_waited_for_and_others_go_past() -> None:
    window = Window(limits(linger_ms=0))
    accept(window, operation(0, "a"))
    first = window.next_batch(0)
    assert first is not None
    accept(window, operation(1, "a"), operation(2, "b"), operation(3, "a"))
    assert offsets(window.next_batch(0)) == [2]
    window.answered(first, [WRITTEN], 0, 0)
    assert offsets(window.next_batch(0)) == [1, 3]


def test_versions_make_order_the_target_s_business() -> None:
    window = Window(limits(linger_ms=0))
    accept(window, operation(0, "a", versioned=True))
    window.next_batch(0)
    accept(window, operation(1, "a", versioned=True))
    assert offsets(window.next_batch(0)) == [1]


def test_what_follows_a_repeated_operation_on_its_document_is_repeated_too() -> None:
    window = Window(limits())
    accept(window, operation(0, "a"), operation(1, "b"), operation(2, "a"))
    batch = window.next_batch(0)
    assert batch is not None
    final = window.answered(batch, [AGAIN, WRITTEN, WRITTEN], 0, roll=0.5)
    assert [one.record.offset for one, _ in final] == [1]
    assert window.next_batch(4) is None
    assert offsets(window.next_batch(5)) == [0, 2]


def test_trouble_is_told_after_the_attempts_and_over_with_success() -> None:
    window = Window(limits(linger_ms=0))
    accept(window, operation(0, "a"))
    for attempt in (1, 2):
        batch = window.next_batch(attempt * 1000)
        assert batch is not None
        assert window.trouble is None
        window.answered(batch, [AGAIN], attempt * 1000, roll=0.99)
    assert window.trouble == "busy"
    batch = window.next_batch(3000)
    assert batch is not None
    window.answered(batch, [WRITTEN], 3000, 0)
    assert window.trouble is None
    assert window.idle


def test_a_batch_that_is_too_large_is_halved_for_good() -> None:
    window = Window(limits())
    accept(window, *(operation(n, "same") for n in range(3)))
    batch = window.next_batch(0)
    assert batch is not None
    assert window.too_large(batch)
    smaller = window.next_batch(0)
    assert offsets(smaller) == [0]
    assert smaller is not None
    assert not window.too_large(smaller)
    assert window.next_batch(0) is None, "its document is out"


@dataclass
class Target:
    """What the target holds: per document the last operation, or the highest version."""

    documents: dict[str, int] = field(default_factory=dict)
    seen: list[int] = field(default_factory=list)

    def do(self, one: Operation) -> Verdict:
        assert one.id is not None
        self.seen.append(one.record.offset)
        if one.version is not None and self.documents.get(one.id, -1) >= one.version:
            return Verdict(Outcome.STALE)
        self.documents[one.id] = one.record.offset
        return WRITTEN


@settings(max_examples=60, deadline=None)
@given(data=st.data(), versioned=st.booleans(), in_flight=st.integers(1, 4))
def test_documents_end_as_their_last_operation_says(
    data: st.DataObject, versioned: bool, in_flight: int
) -> None:
    """Items refused, whole answers lost after the target did the work, batches answered in any
    order: each document ends right, nothing is lost, and no bound is passed."""
    ids = data.draw(st.lists(st.sampled_from("abcd"), min_size=1, max_size=25))
    operations = [operation(n, id, versioned=versioned) for n, id in enumerate(ids)]
    window = Window(limits(in_flight=in_flight, linger_ms=data.draw(st.sampled_from([0, 40]))))
    target, now, out, todo = Target(), 0.0, [], list(operations)
    final: list[int] = []
    failures = 30
    while todo or not window.idle:
        now += data.draw(st.sampled_from([1.0, 30.0]), label="time passes")
        while todo and window.has_room([(todo[0], 10)]):
            accept(window, todo.pop(0), now=now)
        while batch := window.next_batch(now):
            assert len(batch.operations) <= 3
            out.append(batch)
        assert len(out) <= in_flight
        unversioned = [{one.document for one in batch.pending} - {None} for batch in out]
        assert sum(len(s) for s in unversioned) == len(set().union(*unversioned))
        if not out:
            continue
        batch = out.pop(data.draw(st.integers(0, len(out) - 1), label="which is answered"))
        fates = st.sampled_from(["done", "done", "item", "lost", "large"])
        fate = data.draw(fates, label="fate") if failures else "done"
        failures -= fate != "done"
        if fate == "large" and window.too_large(batch):
            continue
        told = []
        for one in batch.operations:
            refused = fate == "item" and data.draw(st.booleans(), label="refused")
            told.append(AGAIN if refused else target.do(one))
        if fate == "lost":
            told = [AGAIN] * len(told)
        final += [one.record.offset for one, _ in window.answered(batch, told, now, 0.5)]
    assert sorted(final) == list(range(len(ids)))
    assert target.documents == {id: n for n, id in enumerate(ids)}
