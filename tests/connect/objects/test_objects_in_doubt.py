"""What the sink makes of objects of which nobody is sure: its offsets are for records that the
store has, whatever the store said, and each of them is there once."""

import json
import logging

import pytest

from connect.connectors.objects import s3_creation
from connect.connectors.objects.digests import SHA256, Digest, digest_told
from connect.connectors.objects.s3 import S3SinkConnector, S3SourceConnector
from connect.connectors.objects.standing import Meant, Standing, Told, standing
from connect.spi.errors import ConnectError, RetriableError
from connect.spi.records import TopicPartition
from tests.connect.harness import FakeSinkContext, FakeSourceContext, sink_record
from tests.connect.objects.scripted_store import BUCKET, Fault, error, scripted_store

P0 = TopicPartition("t", 0)
COUNT = 20
FIRST = "topics/t/partition=0/t+0+0000000000.json"
OFFSET, DIGEST = "x-amz-meta-headwater-last-offset", "x-amz-meta-headwater-digest"


@pytest.fixture
def store(monkeypatch):
    monkeypatch.setattr(s3_creation.Backoff, "delay_ms", lambda *_: 1.0)
    with scripted_store() as found:
        yield found


def access(store):
    return {
        "s3.bucket.name": BUCKET, "store.url": store.url, "aws.access.key.id": "key",
        "aws.secret.access.key": "secret",
    }  # fmt: skip


def sink(store, **config):
    """A process that knows nothing of one before it, and has read all records."""
    told = {"flush.size": "5", **{name.replace("_", "."): v for name, v in config.items()}}
    parsed = S3SinkConnector.config.parse({**access(store), **told})
    task, context = S3SinkConnector(parsed).task(), FakeSinkContext()
    task.start(parsed, context)
    task.open([P0])
    return task, context


def records(count=COUNT):
    return [sink_record({"n": n}, offset=n) for n in range(count)]


def flushed(task, count=COUNT):
    """What is committed in the end, though the store fails for a while."""
    for _ in range(5):
        try:
            return task.flush({P0: count})[P0]
        except RetriableError:
            continue
    raise AssertionError("it does not come to an end")


def put(task, batch):
    try:
        task.put(batch)
    except RetriableError:
        task.put(batch)  # As the loop of a task does.


def finished(task, count=COUNT):
    """What is committed of so many records in the end."""
    put(task, records(count))
    return flushed(task, count)


def tried(task):
    task.put(records())
    task.flush({P0: COUNT})


def held(store):
    """All records of all objects, in their order; each object has those that it tells of."""
    found = []
    for _, kept in sorted(store.objects.items()):
        rows = [json.loads(line)["n"] for line in kept.body.splitlines()]
        assert str(rows[-1]) == kept.meta[OFFSET]
        found += rows
    return found


def all_of(body):
    return body


def nothing(_):
    return b""


def half(body):
    return body[: len(body) // 2]


def zeros(body):
    return bytes(len(body))


BROKEN = [nothing, half, zeros]

FAULTS = {
    "cut before the last byte": Fault("cut"),
    "taken, and cut": Fault(all_of),
    "lost, and cut": Fault(),
    "taken, and 500": Fault(all_of, answer=(500, error("InternalError"))),
    "taken, and 503": Fault(all_of, answer=(503, error("ServiceUnavailable"))),
    "lost, and 500": Fault(answer=(500, error("InternalError"))),
    "lost, and 409": Fault(answer=(409, error("ConditionalRequestConflict"))),
    "taken, and 409": Fault(all_of, answer=(409, error("ConditionalRequestConflict"))),
    "lost, and 404": Fault(answer=(404, error("NoSuchUpload"))),
    "lost, and 200 with an error": Fault(answer=(200, error("InternalError"))),
    "taken, and 200 with an error": Fault(all_of, answer=(200, error("InternalError"))),
    "lost, and 412": Fault(answer=(412, error("PreconditionFailed"))),
    **{f"{how.__name__} of it taken, and cut": Fault(how) for how in BROKEN},
    **{
        f"{how.__name__} of it taken, and 500": Fault(how, answer=(500, error("InternalError")))
        for how in BROKEN
    },
}


@pytest.mark.parametrize("often", [1, 2, 7])
@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_committed_is_in_the_store(store, fault, often):
    store.plan[:] = [FAULTS[fault]] * often
    task, context = sink(store)
    assert finished(task) == COUNT
    task.stop()
    assert store.plan == []
    assert held(store) == [*range(COUNT)]
    assert context.rewound == {}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_process_that_was_killed_meanwhile_leaves_no_doubt(store, fault):
    """It never heard of what became of its request."""
    store.plan[:] = [FAULTS[fault]] + [Fault()] * 100
    task, _ = sink(store)
    with pytest.raises(RetriableError):
        tried(task)
    task.stop()
    store.plan.clear()
    again, _ = sink(store)
    assert finished(again) == COUNT
    again.stop()
    assert held(store) == [*range(COUNT)]


def before(store, **config):
    """A process that put its first object there, and was killed before it committed."""
    task, _ = sink(store, **config)
    task.put(records(int(config.get("flush_size", 5))))
    flushed(task)
    task.stop()
    store.brought.clear()
    return store.objects[FIRST]


def test_an_object_of_a_process_before_is_read_and_left_as_it_is(store):
    there = before(store)
    task, _ = sink(store)
    assert finished(task) == COUNT
    assert store.objects[FIRST] == there
    assert (FIRST, there.e_tag) not in store.brought
    assert held(store) == [*range(COUNT)]
    task.stop()


@pytest.mark.parametrize("how", [*BROKEN, all_of])
def test_an_object_that_was_to_be_the_same_is_repaired(store, how, caplog):
    """Where all of it is there, the store does not send it."""
    there = before(store)
    store.damage(FIRST, how(there.body))
    if how is all_of:
        store.unreadable.add(FIRST)
    task, _ = sink(store)
    with caplog.at_level(logging.WARNING):
        assert finished(task) == COUNT
    assert FIRST in caplog.text
    assert (FIRST, there.e_tag) in store.brought, "only instead of that one"
    assert store.objects[FIRST] == there
    assert held(store) == [*range(COUNT)]
    task.stop()


def test_an_object_that_is_another_by_now_is_not_replaced(store):
    """A store told of it before it had it; by now it has it, of a process that closed its files
    elsewhere."""
    other = before(store, flush_size="7")
    store.objects.clear()
    there = before(store)
    store.damage(FIRST, b"")
    store.after_read.append(lambda store: store.keep(FIRST, other.body, other.meta))
    task, context = sink(store)
    assert finished(task) == 0
    assert context.rewound == {P0: 0}
    assert (FIRST, there.e_tag) in store.brought
    assert store.objects[FIRST].body == other.body
    assert finished(task) == 17, "those of a file that is full"
    assert held(store) == [*range(17)], "none is there twice"
    task.stop()


@pytest.mark.parametrize("how", BROKEN)
def test_an_object_that_was_to_be_another_and_is_damaged_fails_the_task(store, how):
    """By one of these records what follows it might have them twice."""
    there = before(store, flush_size="7")
    store.damage(FIRST, how(there.body))
    damaged = store.objects[FIRST]
    task, _ = sink(store)
    with pytest.raises(ConnectError, match=r"0000000000\.json' is there and damaged") as found:
        finished(task)
    assert not isinstance(found.value, RetriableError)
    assert there.meta[DIGEST] in str(found.value), "what it is to have"
    assert store.objects == {FIRST: damaged}, "nothing is written over it, and nothing behind it"
    task.stop()


def test_an_object_that_was_to_be_another_and_cannot_be_read_is_waited_for(store):
    before(store, flush_size="7")
    store.unreadable.add(FIRST)
    task, context = sink(store)
    for _ in range(2):
        with pytest.raises(RetriableError):
            tried(task)
    store.unreadable.clear()
    assert finished(task) == 0
    assert context.rewound == {P0: 0}
    assert finished(task, 17) == 17
    assert held(store) == [*range(17)]
    task.stop()


@pytest.mark.parametrize("body", [b"", b"somebody's"])
def test_what_says_nothing_is_nobody_s_to_replace(store, body):
    store.keep(FIRST, body, {})
    task, _ = sink(store)
    with pytest.raises(ConnectError, match="does not say which records it has") as found:
        finished(task)
    assert FIRST in str(found.value)
    assert not isinstance(found.value, RetriableError)
    assert {path: kept.body for path, kept in store.objects.items()} == {FIRST: body}
    task.stop()


@pytest.mark.parametrize("size", [5, 7])
def test_an_object_without_a_digest_is_whole_if_it_has_the_md5_that_the_store_took(store, size):
    """As they were created once: of the same records, or of more."""
    there = before(store, flush_size=str(size))
    store.keep(FIRST, there.body, {OFFSET: there.meta[OFFSET]})
    task, _ = sink(store)
    assert finished(task, size) == (5 if size == 5 else 0)
    task.stop()
    store.damage(FIRST, half(there.body))
    again, _ = sink(store)
    with pytest.raises(ConnectError, match="is there and damaged: it is to have md5-"):
        finished(again, size)
    again.stop()


# What counts. A digest is of one algorithm, so that those of two are never the same.

OURS, THEIRS, OTHER = (Digest(SHA256, 10, each * 64) for each in "abc")
MEANT = Meant(7, OURS)


@pytest.mark.parametrize(
    ("told", "read", "wanted"),
    [
        (Told(7, OURS, 10, '"e"'), [OURS], Standing.WHOLE),
        (Told(None, None, 10, '"e"'), [OURS], Standing.WHOLE),
        (Told(9, THEIRS, 10, '"e"'), [THEIRS], Standing.WHOLE),
        (Told(7, THEIRS, 10, '"e"'), [THEIRS], Standing.WHOLE),
        (Told(7, OURS, 10, '"e"'), [OTHER], Standing.TO_REPLACE),
        (Told(7, OURS, 10, '"e"'), [], Standing.TO_REPLACE),
        (Told(9, OURS, 10, '"e"'), [OTHER], Standing.DAMAGED),
        (Told(7, THEIRS, 10, '"e"'), [OTHER], Standing.DAMAGED),
        (Told(7, None, 10, f'"{"b" * 32}"'), [Digest("md5", 10, "b" * 32)], Standing.WHOLE),
        (Told(7, None, 10, f'"{"b" * 32}"'), [Digest("md5", 9, "b" * 32)], Standing.DAMAGED),
        (Told(7, None, 10, '"of-parts-2"'), [OTHER], Standing.DAMAGED),
        (Told(None, None, 0, ""), [OTHER], Standing.FOREIGN),
    ],
)
def test_standing(told, read, wanted):
    assert standing(MEANT, told, read) is wanted


@pytest.mark.parametrize("text", ["", "7", "sha1-1-ab", "crc32--ab", "crc32-1-", "crc32-1-xy"])
def test_a_text_that_is_no_digest(text):
    assert digest_told(text) is None
    assert digest_told(str(OURS)) == OURS


# What a source makes of objects that are not there yet.


def source(store):
    parsed = S3SourceConnector.config.parse({
        **access(store), "topic": "back", "poll.interval.ms": "100",
    })  # fmt: skip
    context = FakeSourceContext()
    context.stopping.wait = lambda _: False
    task = S3SourceConnector(parsed).task()
    task.start(parsed, context)
    return task, context


def polled(task, count):
    """As many, however often it has to look."""
    found = []
    while len(found) < count:
        found += task.poll()
    return found


def test_an_object_that_is_empty_for_now_is_read_once_it_is_not(store):
    store.keep("a.json", b"", {})
    store.keep("folder/", b"", {})
    task, context = source(store)
    assert list(task.poll()) == []
    assert context.offsets.stored == []
    store.keep("a.json", b'{"n": 1}\n{"n": 2}\n', {})
    assert [record.value["n"] for record in polled(task, 2)] == [1, 2]
    task.stop()


def test_an_object_that_is_not_as_long_as_it_was_listed_is_not_done_with(store):
    """It is listed whole, and sent without its end."""
    body = b'{"n": 1}\n{"n": 2}\n'
    store.keep("a.json", body, {})
    task, _ = source(store)
    listed = task._store.objects

    def short(prefix):
        found = list(listed(prefix))
        store.damage("a.json", body[:9])
        return iter(found)

    task._store.objects = short
    with pytest.raises(RetriableError, match=r"'a\.json' was listed with 18 bytes and came with 9"):
        polled(task, 1)
    task._store.objects = listed
    store.damage("a.json", body)
    assert [record.value["n"] for record in polled(task, 2)] == [1, 2]
    task.stop()
