"""What a connector's account may do, and what it may not."""

import pytest

from connect.permissions import connector_acls
from connect.states import Kind


def allowed(kind, config, **topics):
    acls = connector_acls(principal="User:connect-x", kind=kind, name="x", config=config, **topics)
    assert {(acl.principal, acl.permission, acl.host) for acl in acls} == {
        ("User:connect-x", "allow", "*")
    }
    return {
        (acl.resource_type, acl.pattern_type, acl.resource_name, acl.operation) for acl in acls
    } - {("cluster", "literal", "kafka-cluster", "idempotent_write")}


def test_a_sink_reads_its_topics_in_its_group():
    config = {"topics": "a, b", "errors.deadletterqueue.topic.name": "lost"}
    assert allowed(Kind.SINK, config) == {
        *((("topic", "literal", name, op)) for name in "ab" for op in ("read", "describe")),
        *(("topic", "literal", "lost", op) for op in ("write", "create", "describe")),
        ("group", "literal", "connect-x", "read"),
    }


@pytest.mark.parametrize(
    ("regex", "pattern"),
    [
        (r"orders-.*", ("prefixed", "orders-")),
        (r"orders-?x", ("prefixed", "orders")),
        (r"orders\..*", ("prefixed", "orders")),
        (r".*", ("literal", "*")),
        (r"a.*|b.*", ("literal", "*")),
    ],
)
def test_a_regular_expression_gives_what_its_topics_begin_with(regex, pattern):
    topics = {
        each[1:3] for each in allowed(Kind.SINK, {"topics.regex": regex}) if each[0] == "topic"
    }
    assert topics == {pattern}


def test_a_source_writes_what_it_asked_for_and_its_offsets():
    found = allowed(Kind.SOURCE, {}, writes=["orders", "cdc.*"], reads=["in"])
    assert ("topic", "literal", "orders", "create") in found
    assert ("topic", "prefixed", "cdc.", "write") in found
    assert ("topic", "prefixed", "cdc.", "describe_configs") in found
    assert ("topic", "literal", "in", "read") in found
    assert ("topic", "literal", "in", "write") not in found
    assert ("topic", "literal", "connect-offsets", "read") in found
    assert ("transactional_id", "prefixed", "connect-x-", "write") in found
    assert {each for each in found if each[0] == "group"} == {
        ("group", "literal", "connect-x", "read")
    }
