"""Reading offsets to the end that there was, while others go on writing."""

from itertools import count

from connect.task.offsets_store import _fold


class Message:
    def __init__(self, offset):
        self._offset = offset

    def topic(self):
        return "connect-offsets"

    def partition(self):
        return 0

    def offset(self):
        return self._offset

    def error(self):
        return None

    def key(self):
        return b'["mine",{"table":"a"}]'

    def value(self):
        return b'{"at":%d}' % self._offset


class BusyTopic:
    """It always has one more, so that librdkafka never tells of an end."""

    def __init__(self):
        self._next = count()

    def poll(self, _seconds):
        return Message(next(self._next))


def test_a_topic_that_never_rests_is_read_to_where_it_ended():
    found = _fold(BusyTopic(), {0: 3}, "mine")
    assert [stored.offset for stored in found.all()] == [{"at": 2}]
