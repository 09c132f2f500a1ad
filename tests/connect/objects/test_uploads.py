"""What a task does while objects are on their way: it goes on, and hears of what became of them."""

import threading
from dataclasses import dataclass, field

import pytest

from connect.connectors.objects import sink as sinks
from connect.connectors.objects import uploads
from connect.connectors.objects.sink import ObjectSinkTask
from connect.connectors.objects.sink_config import FILES, LAYOUT
from connect.connectors.objects.uploads import Uploads
from connect.spi.errors import ConnectError, RetriableError
from connect.spi.records import TopicPartition
from tests.connect.harness import FakeSinkContext, sink_record
from tests.connect.objects.held_uploads import HeldUploads
from tests.node.harness import wait_until

P0, P1 = TopicPartition("t", 0), TopicPartition("t", 1)
PATIENCE_S = 30


@dataclass
class Store:
    """``troubles`` are raised by the next attempts to create, one each; ``open`` lets them in, in
    any order but for their turns. ``begun`` are all attempts."""

    objects: dict[str, bytes] = field(default_factory=dict)
    troubles: list = field(default_factory=list)
    open: threading.Event = field(default_factory=threading.Event)
    slow: dict[str, threading.Event] = field(default_factory=dict)
    """What is not let in before its own event."""
    begun: list = field(default_factory=list)
    at_once: list = field(default_factory=list)
    most_at_once: int = 0

    def create(self, path, file, size, last_offset, turn):
        self.begun.append(path)
        self.at_once.append(path)
        self.most_at_once = max(self.most_at_once, len(self.at_once))
        try:
            assert self.slow.get(path, self.open).wait(PATIENCE_S)
            if self.troubles:
                raise self.troubles.pop(0)
            turn()
            assert path not in self.objects
            self.objects[path] = file.read(size)
        finally:
            self.at_once.remove(path)
        return True

    def close(self):
        """Nothing is open."""


class Task(ObjectSinkTask):
    def __init__(self, store, make_uploads):
        super().__init__(uploads=make_uploads)
        self._given = store

    def open_store(self, config, context):
        return self._given


def started(store, make_uploads=HeldUploads, **config):
    """A task that closes a file for every two records."""
    context = FakeSinkContext()
    task = Task(store, make_uploads)
    told = {name.replace("_", "."): value for name, value in config.items()}
    task.start((LAYOUT + FILES).parse({"flush.size": "2", **told}), context)
    task.open([P0, P1])
    return task, context


def rows(first, count, partition=0):
    return [
        sink_record({"n": n}, partition=partition, offset=n) for n in range(first, first + count)
    ]


def name(offset, partition=0):
    return f"topics/t/partition={partition}/t+{partition}+{offset:010d}.json"


def opened():
    store = Store()
    store.open.set()
    return store


def test_records_are_taken_while_an_object_is_on_its_way():
    task, _ = started(store := Store(), Uploads)
    for first in (0, 2, 4):
        task.put(rows(first, 2))
    assert not store.objects, "nothing waited for the store"
    store.open.set()
    assert task.flush({P0: 6}) == {P0: 6}
    assert sorted(store.objects) == [name(0), name(2), name(4)]
    task.stop()


def test_objects_of_a_partition_follow_each_other_and_none_of_another():
    task, _ = started(opened())
    task.put([*rows(0, 4), *rows(0, 4, partition=1)])
    waiting = {each.path: each for each in task._uploads.waiting}
    assert {path: each.after and each.after.path for path, each in waiting.items()} == {
        name(0): None, name(2): name(0),
        name(0, partition=1): None, name(2, partition=1): name(0, partition=1),
    }  # fmt: skip


def test_all_that_is_closed_goes_up_though_the_task_is_not_called_again():
    task, _ = started(store := opened(), Uploads)
    task.put(rows(0, 2 * sinks.CLOSED_MAX))
    wait_until(lambda: len(store.objects) == sinks.CLOSED_MAX, "nothing more is asked for")


def test_an_object_is_not_there_before_the_one_before_it():
    task, _ = started(store := opened(), Uploads)
    store.slow[name(0)] = threading.Event()
    task.put([*rows(0, 4), *rows(0, 2, partition=1)])
    wait_until(lambda: len(store.begun) == 3, "all are under way")
    wait_until(lambda: store.objects, "what waits for none is there")
    assert list(store.objects) == [name(0, partition=1)]
    store.slow[name(0)].set()
    assert task.flush({P0: 4, P1: 2}) == {P0: 4, P1: 2}
    assert list(store.objects) == [name(0, partition=1), name(0), name(2)]


def test_what_follows_an_upload_that_failed_is_made_after_it_when_it_is_made_again():
    task, context = started(store := opened(), Uploads)
    store.slow[name(0)] = threading.Event()
    task.put(rows(0, 6))
    wait_until(lambda: len(store.begun) == 3, "all are under way")
    store.troubles = [RetriableError("away")]
    store.slow.pop(name(0)).set()
    with pytest.raises(RetriableError, match="away"):
        task.flush({P0: 6})
    assert not store.objects
    assert task.flush({P0: 6}) == {P0: 6}
    assert list(store.objects) == [name(0), name(2), name(4)]
    assert context.rewound == {}


def test_put_waits_while_too_much_is_left():
    task, _ = started(store := opened())
    task.put(rows(0, 2 * sinks.CLOSED_MAX))
    assert not store.objects
    task.put(rows(2 * sinks.CLOSED_MAX, 4))
    assert sorted(store.objects) == [name(0), name(2)]


def test_put_waits_while_what_is_left_takes_too_much_of_the_disk():
    task, _ = started(store := opened(), spool_bytes_max=str(2**20))
    text = "x" * 2**20
    task.put([sink_record({"text": text}, offset=n) for n in range(2)])
    assert sorted(store.objects) == [name(0)]


def test_no_more_go_up_at_once_than_a_store_is_to_have():
    task, _ = started(store := Store(), Uploads)
    task.put(rows(0, 2 * sinks.CLOSED_MAX))
    assert sinks.CLOSED_MAX > uploads.AT_ONCE
    wait_until(lambda: len(store.begun) == uploads.AT_ONCE, "as many as there are threads")
    store.open.set()
    assert task.flush({P0: 2 * sinks.CLOSED_MAX}) == {P0: 2 * sinks.CLOSED_MAX}
    assert store.most_at_once == uploads.AT_ONCE


def test_what_has_not_begun_as_its_partition_goes_does_not():
    task, _ = started(store := Store(), Uploads)
    task.put(rows(0, 2 * sinks.CLOSED_MAX))
    wait_until(lambda: len(store.begun) == uploads.AT_ONCE, "one waits for a thread")
    task.close([P0])
    store.open.set()
    task.put(rows(0, 2, partition=1))
    assert task.flush({P1: 2}) == {P1: 2}
    assert sorted(store.begun) == [name(0), name(2), name(4), name(0, partition=1)]


def test_an_upload_that_may_pass_is_made_again_before_more_is_read():
    task, _ = started(store := opened())
    store.troubles = [RetriableError(f"not {name(0)}"), RetriableError("still not")]
    task.put(rows(0, 2))
    task._uploads.go_on()
    with pytest.raises(RetriableError, match=r"t\+0\+0000000000"):
        task.put(rows(2, 2))
    with pytest.raises(RetriableError, match="still not"):
        task.put(rows(2, 2))  # Waits for it, and for nothing else.
    task.put(rows(2, 2))
    assert list(store.objects) == [name(0)]
    assert task.flush({P0: 4}) == {P0: 4}
    assert store.objects == {name(0): b'{"n":0}\n{"n":1}\n', name(2): b'{"n":2}\n{"n":3}\n'}


def test_a_flush_says_that_an_upload_failed_and_commits_nothing_past_it():
    task, _ = started(store := opened())
    task.put(rows(0, 5))
    store.troubles = [RetriableError("away")]
    with pytest.raises(RetriableError, match="away"):
        task.flush({P0: 5})
    assert task.flush({P0: 5}) == {P0: 4}


@pytest.mark.parametrize("when", ["put", "flush"])
@pytest.mark.parametrize("kind", [OSError, BaseException])  # As the library's panics are.
def test_an_upload_that_will_not_pass_fails_the_task_and_no_record(kind, when):
    task, context = started(store := opened())
    store.troubles = [kind("the disk is broken")]
    task.put(rows(0, 2))
    task._uploads.go_on()
    with pytest.raises(ConnectError, match=r"t\+0\+0000000000.json' could not be .* broken") as it:
        task.put(rows(2, 1)) if when == "put" else task.flush({P0: 2})
    assert type(it.value) is ConnectError
    assert context.reported == []


def test_what_is_under_way_as_its_partition_goes_is_whole_and_the_other_partition_goes_on():
    task, context = started(store := Store(), Uploads)
    task.put([*rows(0, 2), *rows(0, 2, partition=1)])
    task.close([P0])
    store.open.set()
    assert task.flush({P1: 2}) == {P1: 2}
    task.open([P0])
    # Nobody knows of the first object, whose records come again.
    task.put(rows(2, 2))
    assert task.flush({P0: 4}) == {P0: 4}
    wait_until(lambda: len(store.objects) == 3, "the one that was under way")
    assert store.objects == {
        name(0): b'{"n":0}\n{"n":1}\n',
        name(0, partition=1): b'{"n":0}\n{"n":1}\n',
        name(2): b'{"n":2}\n{"n":3}\n',
    }
    assert context.rewound == {}


def test_a_task_that_stops_does_not_wait_for_the_store():
    task, _ = started(store := Store(), Uploads)
    task.put(rows(0, 2))
    task.stop()
    assert not store.objects
    store.open.set()
