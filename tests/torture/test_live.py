"""Whether a reader has read what is acknowledged, as its history and the writers' tell."""

import pytest

from tests.torture import history
from tests.torture.history import Kind
from tests.torture.layout import TOPICS, Place
from tests.torture.live import FINDS_END_WITHIN_S, LiveView

PROMISED = Place(next(n for n, topic in enumerate(TOPICS) if topic.is_promised), 0)


def note(folder, name, kind, *, value=0, offset=-1, time=0.0):
    with (folder / f"{name}.history").open("ab") as file:
        file.write(
            history._EVENT.pack(kind, PROMISED.topic, PROMISED.partition, 0, value, offset, time)
        )


@pytest.fixture
def live(tmp_path):
    note(tmp_path, "writer", Kind.INVOKE, value=1, time=9.0)
    note(tmp_path, "writer", Kind.OK, value=1, offset=5, time=10.0)
    return LiveView(tmp_path)


@pytest.mark.parametrize(
    ("began", "is_behind"), [(11.0, False), (10.0 - FINDS_END_WITHIN_S - 1, True)]
)
def test_who_began_at_the_end_need_not_read_what_was_there(tmp_path, live, began, is_behind):
    note(tmp_path, "reader", Kind.ASSIGN, time=began)
    live.refresh()
    assert live.is_behind("reader.history", PROMISED) is is_behind


def test_who_was_told_where_the_end_is_reads_on_from_there(tmp_path, live):
    note(tmp_path, "reader", Kind.ASSIGN, time=1.0)
    note(tmp_path, "reader", Kind.ASSIGN, offset=6, time=30.0)
    live.refresh()
    assert not live.is_behind("reader.history", PROMISED)
    note(tmp_path, "writer", Kind.INVOKE, value=2, time=31.0)
    note(tmp_path, "writer", Kind.OK, value=2, offset=6, time=31.0)
    live.refresh()
    assert live.is_behind("reader.history", PROMISED)


def test_who_began_at_the_beginning_reads_it_all(tmp_path, live):
    note(tmp_path, "reader", Kind.ASSIGN, offset=0, time=11.0)
    live.refresh()
    assert live.is_behind("reader.history", PROMISED)
    note(tmp_path, "reader", Kind.POLL, offset=4, time=12.0)
    live.refresh()
    assert live.is_behind("reader.history", PROMISED)
    note(tmp_path, "reader", Kind.POLL, offset=5, time=12.0)
    live.refresh()
    assert not live.is_behind("reader.history", PROMISED)
