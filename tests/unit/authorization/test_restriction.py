"""What a restricted key may be used for: a table, and rules that hold for every restriction."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokers.authorization.resource import Operation, PatternType, ResourceType
from brokers.authorization.restriction import KeyRestriction, NamePattern

TOPIC, GROUP = ResourceType.TOPIC, ResourceType.GROUP
CLUSTER, TRANSACTION = ResourceType.CLUSTER, ResourceType.TRANSACTIONAL_ID

ORDERS = KeyRestriction(topics=(NamePattern("orders"),))
ORDERS_AND_MORE = KeyRestriction(topics=(NamePattern("orders", PatternType.PREFIXED),))
BOARD = KeyRestriction(groups=(NamePattern("board"),))
NO_TOPICS = KeyRestriction(topics=())
READ_ONLY = KeyRestriction(read_only=True)
READS_ORDERS = KeyRestriction(topics=(NamePattern("orders"),), read_only=True)

NAMES = st.sampled_from(["orders", "orders-2", "order", "board", "", "Orders"])
PATTERNS = st.builds(
    NamePattern, NAMES.filter(bool), st.sampled_from([PatternType.LITERAL, PatternType.PREFIXED])
)
LISTS = st.none() | st.lists(PATTERNS, max_size=3).map(tuple)
RESTRICTIONS = st.builds(KeyRestriction, LISTS, LISTS, st.booleans())


@pytest.mark.parametrize(
    ("restriction", "operation", "resource_type", "name", "expected"),
    [
        (ORDERS, Operation.WRITE, TOPIC, "orders", True),
        (ORDERS, Operation.WRITE, TOPIC, "orders-2", False),
        (ORDERS, Operation.READ, GROUP, "any", True),
        (ORDERS, Operation.IDEMPOTENT_WRITE, CLUSTER, "kafka-cluster", True),
        (ORDERS, Operation.CREATE, CLUSTER, "kafka-cluster", False),
        (ORDERS, Operation.ALTER, CLUSTER, "kafka-cluster", False),
        (ORDERS, Operation.DESCRIBE, CLUSTER, "kafka-cluster", False),
        (ORDERS, Operation.WRITE, TRANSACTION, "t", True),
        (ORDERS_AND_MORE, Operation.WRITE, TOPIC, "orders-2", True),
        (ORDERS_AND_MORE, Operation.WRITE, TOPIC, "order", False),
        (BOARD, Operation.READ, GROUP, "board", True),
        (BOARD, Operation.READ, GROUP, "other", False),
        (BOARD, Operation.WRITE, TOPIC, "any", True),
        (NO_TOPICS, Operation.DESCRIBE, TOPIC, "orders", False),
        (READ_ONLY, Operation.READ, TOPIC, "orders", True),
        (READ_ONLY, Operation.READ, GROUP, "board", True),
        (READ_ONLY, Operation.DESCRIBE_CONFIGS, TOPIC, "orders", True),
        (READ_ONLY, Operation.DESCRIBE, CLUSTER, "kafka-cluster", True),
        (READ_ONLY, Operation.WRITE, TOPIC, "orders", False),
        (READ_ONLY, Operation.DELETE, GROUP, "board", False),
        (READ_ONLY, Operation.WRITE, TRANSACTION, "t", False),
        (READ_ONLY, Operation.IDEMPOTENT_WRITE, CLUSTER, "kafka-cluster", False),
        (READ_ONLY, Operation.ALTER, CLUSTER, "kafka-cluster", False),
        (READ_ONLY, Operation.ALL, TOPIC, "orders", False),
        (READS_ORDERS, Operation.READ, TOPIC, "orders", True),
        (READS_ORDERS, Operation.READ, TOPIC, "other", False),
        (READS_ORDERS, Operation.WRITE, TOPIC, "orders", False),
    ],
)
def test_what_a_key_may_be_used_for(restriction, operation, resource_type, name, expected):
    assert restriction.allows(operation, resource_type, name) is expected


@given(RESTRICTIONS, st.sampled_from(Operation), st.sampled_from(ResourceType), NAMES)
def test_any_is_true_wherever_one_is(restriction, operation, resource_type, name):
    if restriction.allows(operation, resource_type, name):
        assert restriction.allows_any(operation, resource_type)


@given(RESTRICTIONS)
def test_no_restricted_key_can_change_who_may_do_what(restriction):
    if restriction != KeyRestriction():
        assert not restriction.allows(Operation.ALTER, CLUSTER, "kafka-cluster")


@given(RESTRICTIONS)
def test_json_and_back(restriction):
    assert KeyRestriction.from_json(json.loads(json.dumps(restriction.to_json()))) == restriction
