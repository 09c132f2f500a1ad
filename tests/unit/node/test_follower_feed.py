"""What a follower is told of a partition that its leader does not lead quite yet."""

from types import SimpleNamespace
from typing import Any

import pytest

from brokers.kernel.errors import ErrorCode
from brokers.kernel.ids import BrokerId, Incarnation, TopicId
from brokers.node.follower_feed import FollowerFeed
from brokers.wire.messages.fetch_request import FetchPartition, FetchRequest, FetchTopic

TOPIC = TopicId(bytes(range(16)))
FOLLOWER = BrokerId(2)


class Place:
    """A node with one partition, which it leads at epoch 0 once that is open."""

    def __init__(self) -> None:
        self.is_open = False
        self.fetched: list[int] = []
        live = SimpleNamespace(fenced=False, incarnation=Incarnation(1))
        record = SimpleNamespace(replicas=(1, FOLLOWER))
        self.image: Any = SimpleNamespace(partition=lambda *_: record, brokers={FOLLOWER: live})
        self.clock: Any = None
        log = SimpleNamespace(
            log_start_offset=0, log_end_offset=0, read=lambda *_, **__: SimpleNamespace(data=b"")
        )
        self.opened: Any = SimpleNamespace(
            topic_id=TOPIC, index=0, is_leader=True, leader_epoch=0, high_watermark=0, log=log,
            last_stable_offset=0,
            feeds={}, follower_fetched=lambda _b, _i, end, **_: self.fetched.append(end),
        )  # fmt: skip

    def partition(self, _topic_id: TopicId, _index: int) -> Any:
        return self.opened if self.is_open else None


@pytest.fixture
def place() -> Place:
    return Place()


def named(epoch: int = 0) -> FetchRequest:
    asked = FetchPartition(
        partition=0, current_leader_epoch=0, fetch_offset=0, last_fetched_epoch=-1
    )
    return FetchRequest(
        session_epoch=epoch, topics=[FetchTopic(topic_id=TOPIC, partitions=[asked])]
    )


def told(feed: FollowerFeed) -> list[ErrorCode]:
    rows = [row for topic in feed.answer(1 << 20).responses for row in topic.partitions]
    return [ErrorCode(row.error_code) for row in rows]


def test_a_partition_that_is_named_before_it_is_led_is_refused(place: Place) -> None:
    feed = FollowerFeed(place, FOLLOWER, Incarnation(1), 1)
    feed.take(named())
    assert told(feed) == [ErrorCode.NOT_LEADER_OR_FOLLOWER]
    assert not place.fetched


def test_one_that_is_led_between_its_naming_and_the_answer_is_named_again(place: Place) -> None:
    feed = FollowerFeed(place, FOLLOWER, Incarnation(1), 1)
    feed.take(named())
    place.is_open = True
    assert told(feed) == [ErrorCode.REPLICA_NOT_AVAILABLE], "or it would wait for ever"
    feed.take(named(1))
    assert place.fetched == [0]
    assert place.opened.feeds == {FOLLOWER: feed}
    feed.appended(place.opened)
    assert told(feed) == [ErrorCode.NONE]


def test_what_comes_late_over_a_connection_that_was_given_up_changes_nothing(place: Place) -> None:
    """TCP sends it again when the network is whole, behind the first requests of the next one."""
    place.is_open = True
    given_up, current = (FollowerFeed(place, FOLLOWER, Incarnation(1), each) for each in (1, 2))
    given_up.take(named())
    current.take(named())
    given_up.take(named(1))
    assert told(given_up) == [ErrorCode.REPLICA_NOT_AVAILABLE]
    given_up.close()
    assert place.opened.feeds == {FOLLOWER: current}
    assert place.fetched == [0, 0]
    told(current)
    current.appended(place.opened)
    assert current.is_ready
