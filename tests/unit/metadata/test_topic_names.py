"""Names of topics."""

import pytest

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.metadata.topic_names import check_new_topic_name, check_topic_name, collision_key


@pytest.mark.parametrize("name", ["a", "flights", "A.b_c-9", "_x", "__consumer_offsets", "x" * 249])
def test_legal_names(name):
    check_new_topic_name(name)


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../x", "a/b", "a b", "a\n", "ä", "a\0", "x" * 250, "٣", "a:b", "a\\b"],
)
def test_illegal_names(name):
    with pytest.raises(Refusal) as caught:
        check_topic_name(name)
    assert caught.value.code is ErrorCode.INVALID_TOPIC_EXCEPTION
    assert len(caught.value.message) < 400


def test_the_services_own_names_are_not_to_be_had():
    check_topic_name("__headwater_metrics")
    with pytest.raises(Refusal):
        check_new_topic_name("__headwater_metrics")


def test_dot_and_underscore_collide():
    assert collision_key("a.b_c") == collision_key("a_b.c") != collision_key("a-b-c")
