"""Groups of both kinds, and their offsets."""

from brokers.wire.registry import ApiKey
from tests.isolation.names import Mine, Thing
from tests.isolation.wire_case import Case

_MEMBER = {
    "group_id": Thing.GROUP,
    "member_id": Thing.MEMBER,
    "group_instance_id": Thing.INSTANCE,
    "generation_id": 1,
}
_JOINING = {
    "group_id": Thing.GROUP,
    "session_timeout_ms": 60_000,
    "rebalance_timeout_ms": 60_000,
    "protocol_type": "consumer",
    "protocols.name": "range",
    "protocols.metadata": b"",
    "reason": None,
}
_NEW_MEMBER = {"member_id": "", "group_instance_id": None}
_AS_MEMBER = {"member_id": Thing.MEMBER, "group_instance_id": Thing.INSTANCE}
_COMMITTED = {
    "group_id": Thing.GROUP,
    "generation_id_or_member_epoch": 1,
    "member_id": Thing.MEMBER,
    "group_instance_id": Thing.INSTANCE,
    "topics.name": Thing.TOPIC,
    "topics.topic_id": Thing.TOPIC_ID,
    "topics.partitions.committed_offset": 3,
    "topics.partitions.committed_metadata": None,
}
_READ = {
    "group_id": Thing.GROUP,
    "topics": None,
    "groups.group_id": Thing.GROUP,
    "groups.member_id": None,
    "groups.topics": None,
}
_READ_OF_TOPIC = {
    "group_id": Thing.GROUP,
    "topics.name": Thing.TOPIC,
    "topics.partition_indexes": 0,
    "groups.group_id": Thing.GROUP,
    "groups.member_id": None,
    "groups.topics.name": Thing.TOPIC,
    "groups.topics.topic_id": Thing.TOPIC_ID,
    "groups.topics.partition_indexes": 0,
}
_HEARTBEAT = {
    "group_id": Thing.CONSUMER_GROUP,
    "member_id": Thing.CONSUMER_MEMBER,
    "member_epoch": 1,
    "instance_id": None,
    "rack_id": None,
    "rebalance_timeout_ms": 60_000,
    "subscribed_topic_names": None,
    "subscribed_topic_regex": None,
    "server_assignor": None,
    "topic_partitions": None,
}
_LEFT = {
    "group_id": Thing.GROUP,
    "member_id": Thing.MEMBER,
    "members.member_id": Thing.MEMBER,
    "members.group_instance_id": Thing.INSTANCE,
    "members.reason": None,
}
_CREATES = "makes a group, whatever there is elsewhere"

ROWS = {
    ApiKey.JOIN_GROUP: (
        Case("as a member that is", _JOINING | _AS_MEMBER, spends="group"),
        Case(
            "as a new member",
            _JOINING | _NEW_MEMBER,
            masks=("member_id", "leader", "members.member_id"),
            spends="group",
            blind=_CREATES,
        ),
    ),
    ApiKey.SYNC_GROUP: (
        Case(
            "as a member that is",
            _MEMBER
            | {
                "protocol_type": "consumer",
                "protocol_name": "range",
                "assignments.member_id": Thing.MEMBER,
                "assignments.assignment": b"mine",
            },
        ),
    ),
    ApiKey.HEARTBEAT: (
        Case("as a member that is", _MEMBER),
        Case("as a member by instance", _MEMBER | {"member_id": ""}, since=3),
    ),
    ApiKey.LEAVE_GROUP: (Case("as a member that is", _LEFT, spends="group"),),
    ApiKey.OFFSET_COMMIT: (
        Case("as a member", _COMMITTED),
        Case(
            "as nobody's member",
            _COMMITTED
            | {"generation_id_or_member_epoch": -1, "member_id": "", "group_instance_id": None},
            spends="group",
        ),
        Case(
            "of a topic, in one's own group",
            _COMMITTED
            | {
                "group_id": Mine(Thing.GROUP),
                "member_id": Mine(Thing.MEMBER),
                "group_instance_id": Mine(Thing.INSTANCE),
            },
        ),
    ),
    ApiKey.OFFSET_FETCH: (
        Case("all of a group", _READ, since=2),
        Case("of a topic", _READ_OF_TOPIC),
        Case("as a member", _READ | {"groups.member_id": Thing.MEMBER}, since=9),
        Case(
            "of a topic, in one's own group",
            _READ_OF_TOPIC | {"group_id": Mine(Thing.GROUP), "groups.group_id": Mine(Thing.GROUP)},
        ),
    ),
    ApiKey.OFFSET_DELETE: (
        Case("of a group", {"group_id": Thing.GROUP, "topics.name": Thing.TOPIC}),
        Case(
            "of a topic, in one's own group",
            {"group_id": Mine(Thing.GROUP), "topics.name": Thing.TOPIC},
            blind="its member may read any topic",
        ),
    ),
    ApiKey.DESCRIBE_GROUPS: (
        Case("a group", {"groups": Thing.GROUP}),
        Case(
            "with what is allowed",
            {"groups": Thing.GROUP, "include_authorized_operations": True},
            since=3,
        ),
        Case(
            "one of the other kind",
            {"groups": Thing.CONSUMER_GROUP},
            blind="it is none of this kind",
        ),
    ),
    ApiKey.CONSUMER_GROUP_DESCRIBE: (
        Case("a group", {"group_ids": Thing.CONSUMER_GROUP}),
        Case(
            "with what is allowed",
            {"group_ids": Thing.CONSUMER_GROUP, "include_authorized_operations": True},
        ),
    ),
    ApiKey.CONSUMER_GROUP_HEARTBEAT: (
        Case("as a member that is", _HEARTBEAT),
        Case(
            "as a new member of a topic",
            _HEARTBEAT
            | {
                "group_id": Thing.CONSUMER_GROUP,
                "member_id": "0123456789abcdef",
                "member_epoch": 0,
                "subscribed_topic_names": Thing.TOPIC,
                "topic_partitions": [],
            },
            spends="consumers",
            blind=_CREATES,
        ),
        Case(
            "as a member that has a partition",
            _HEARTBEAT
            | {
                "topic_partitions.topic_id": Thing.TOPIC_ID,
                "topic_partitions.partitions": 0,
                "instance_id": Thing.INSTANCE,
            },
        ),
        Case(
            "by a pattern",
            _HEARTBEAT | {"member_epoch": 1, "subscribed_topic_regex": Thing.TOPIC},
            since=1,
        ),
    ),
    ApiKey.DELETE_GROUPS: (Case("a group", {"groups_names": Thing.GROUP}),),
    ApiKey.LIST_GROUPS: (
        Case("all", {}, listing=True),
        Case("by state", {"states_filter": "Stable"}, since=4, listing=True),
        Case("by kind", {"states_filter": [], "types_filter": "consumer"}, since=5, listing=True),
    ),
}
