"""The members of all groups of a tenant have so much of a broker's memory, and no more."""

from itertools import count

import pytest

from brokers.groups.classic.config import ClassicConfig
from brokers.groups.classic.member import Protocol
from brokers.groups.classic.requests import Departure, JoinRequest, SyncRequest
from brokers.groups.classic.timers import JoinTimer
from brokers.groups.config import GroupsConfig
from brokers.groups.consumer.requests import HeartbeatRequest
from brokers.groups.kept_bytes import MEMBER_BYTES
from brokers.groups.shard import GroupShard
from brokers.kernel.clock import Instant
from brokers.kernel.decision import Reply, SetTimer
from brokers.kernel.errors import ErrorCode
from tests.unit.groups.coordinator import FakeTopics

NOW = Instant(1_000, 1_000)
ROOM = 20_000
FULL = ErrorCode.GROUP_MAX_SIZE_REACHED


class Broker:
    """Two coordinators of one broker, which do what they decide at once; nobody else joins."""

    def __init__(self):
        config = GroupsConfig(classic=ClassicConfig(initial_rebalance_delay_ms=0))
        topics = FakeTopics(flights=1)
        self.shards = [GroupShard(config, lambda _: topics, self.room_of) for _ in range(2)]
        self.tokens = count(1)

    def room_of(self, group_id):
        return ROOM - self.kept(group_id)

    def kept(self, group_id="acme/any"):
        return sum(shard.kept.beside(group_id) for shard in self.shards)

    def shard(self, group_id):
        """By the last letter of its name."""
        return self.shards[ord(group_id[-1]) % 2]

    def do(self, group_id, decision):
        """What is replied, to whoever asked."""
        shard = self.shard(group_id)
        for record in decision.records:
            shard.replay(record)
        for event in decision.events:
            shard.replay_event(event)
        for effect in decision.effects:
            if isinstance(effect, SetTimer) and isinstance(effect.key, JoinTimer):
                return self.do(group_id, shard.fired(effect.key, NOW))
        replies = [each.result for each in decision.effects if isinstance(each, Reply)]
        return replies[-1] if replies else None

    def join(self, group_id, says, member_id="", version=3):
        request = JoinRequest(
            member_id, None, f"{group_id}-{next(self.tokens)}", "client", "/1.2.3.4", 10_000,
            10_000, "consumer", (Protocol("range", b"x" * says),), version,
        )  # fmt: skip
        shard = self.shard(group_id)
        return self.do(group_id, shard.join(group_id, request, next(self.tokens), NOW))

    def assign(self, group_id, joined, size):
        assignments = {joined.member_id: b"x" * size}
        request = SyncRequest(joined.member_id, None, joined.generation, assignments=assignments)
        shard = self.shard(group_id)
        return self.do(group_id, shard.sync(group_id, request, next(self.tokens), NOW))

    def leave(self, group_id, member_id):
        departures = [Departure(member_id)]
        shard = self.shard(group_id)
        return self.do(group_id, shard.leave(group_id, departures, next(self.tokens), NOW))

    def heartbeat(self, group_id, member_id, epoch=0, **said):
        request = HeartbeatRequest(member_id, epoch, rebalance_timeout_ms=10_000, owned={}, **said)
        shard = self.shard(group_id)
        token = next(self.tokens)
        return self.do(group_id, shard.consumer_heartbeat(group_id, request, token, NOW))


@pytest.fixture
def broker():
    return Broker()


def names(size):
    return frozenset([f"flights{'x' * size}"])


def test_all_groups_of_a_tenant_have_one_room_and_others_have_theirs(broker):
    assert broker.join("acme/a", 8_000).error is ErrorCode.NONE
    assert broker.join("acme/b", 8_000).error is ErrorCode.NONE
    assert broker.join("acme/c", 8_000).error is FULL
    assert broker.heartbeat("acme/d", "m", topic_names=names(8_000)).error is FULL
    assert broker.join("rival/a", 8_000).error is ErrorCode.NONE


def test_members_that_say_nothing_take_room_too(broker):
    joined = [broker.join(f"acme/{number}", 0).error for number in range(ROOM // MEMBER_BYTES + 1)]
    assert joined[0] is ErrorCode.NONE
    assert joined[-1] is FULL
    assert broker.kept() <= ROOM


def test_ids_that_are_given_out_take_room(broker):
    codes = {broker.join("acme/a", 0, version=4).error for _ in range(200)}
    assert codes == {ErrorCode.MEMBER_ID_REQUIRED, FULL}
    assert broker.kept() <= ROOM


def test_whoever_leaves_makes_room(broker):
    first = broker.join("acme/a", 8_000)
    broker.join("acme/b", 8_000)
    assert broker.join("acme/c", 8_000).error is FULL
    broker.leave("acme/a", first.member_id)
    assert broker.join("acme/c", 8_000).error is ErrorCode.NONE


def test_a_member_that_says_something_else_takes_what_it_is_longer(broker):
    first = broker.join("acme/a", 8_000)
    broker.assign("acme/a", first, 1)
    broker.join("acme/b", 8_000)
    again = broker.join("acme/a", 8_500, first.member_id)
    assert again.error is ErrorCode.NONE
    assert broker.join("acme/a", 18_000, first.member_id).error is FULL


def test_what_a_leader_assigns_takes_room(broker):
    joined = broker.join("acme/a", 1_000)
    assert broker.assign("acme/a", joined, ROOM).error is FULL
    assert broker.assign("acme/a", joined, 1_000).error is ErrorCode.NONE
    assert broker.join("acme/b", 16_500).error is FULL
    assert broker.join("acme/b", 14_500).error is ErrorCode.NONE


def test_a_member_of_the_new_protocol_that_says_more(broker):
    joined = broker.heartbeat("acme/a", "m", topic_names=names(10))
    assert joined.error is ErrorCode.NONE
    grown = broker.heartbeat("acme/a", "m", joined.member_epoch, topic_names=names(ROOM))
    assert grown.error is FULL
    assert "subscribe to fewer topics" in grown.message
    stays = broker.heartbeat("acme/a", "m", joined.member_epoch)
    assert stays.error is ErrorCode.NONE
    broker.heartbeat("acme/a", "m", -1)
    assert broker.kept() == 0


def test_classic_members_of_a_group_of_the_new_protocol(broker):
    broker.heartbeat("acme/a", "m", topic_names=names(10))
    assert broker.join("acme/a", ROOM).error is not ErrorCode.NONE
    before = broker.kept()
    assert before < ROOM


def test_where_more_has_come_than_there_is_room_who_is_there_stays(broker, monkeypatch):
    """As when this broker takes over the groups of one that has ended."""
    joined = broker.heartbeat("acme/a", "m", topic_names=names(8_000))
    monkeypatch.setattr(broker, "room_of", lambda _: -1)
    broker.shards[1]._room_of = broker.room_of
    assert broker.heartbeat("acme/a", "m", joined.member_epoch).error is ErrorCode.NONE
    shorter = broker.heartbeat("acme/a", "m", joined.member_epoch, topic_names=names(10))
    assert shorter.error is ErrorCode.NONE


def test_a_coordinator_that_replays_the_log_knows_what_is_kept(broker):
    shard, log = broker.shard("acme/a"), []
    usual = shard.replay
    shard.replay = lambda record: (log.append(record), usual(record))
    joined = broker.join("acme/a", 1_000)
    broker.assign("acme/a", joined, 500)
    broker.heartbeat("acme/k", "m", topic_names=names(100))
    successor = GroupShard(GroupsConfig(), lambda _: FakeTopics(), lambda _: 0)
    for record in log:
        successor.replay(record)
    assert successor.kept.beside("acme/any") == broker.kept() > 2 * MEMBER_BYTES
