"""Filters over bindings: KIP-290's table of what matches what."""

import pytest

from brokers.authorization.acl import AclBinding, AclFilter
from brokers.authorization.resource import Operation, PatternType, Permission, ResourceType
from brokers.metadata.records import AclRecord

LITERAL, PREFIXED = PatternType.LITERAL, PatternType.PREFIXED


def binding(kind=LITERAL, name="orders", **changes):
    whole = AclBinding(
        "User:app", "*", ResourceType.TOPIC, kind, name, Operation.READ, Permission.ALLOW
    )
    return whole._replace(**changes)


@pytest.mark.parametrize(
    ("kind", "name", "found"),
    [
        (LITERAL, "orders", {"orders"}),
        (LITERAL, "*", {"*"}),
        (PREFIXED, "ord", {"ord*"}),
        (PREFIXED, "orders", set()),
        (PatternType.ANY, "orders", {"orders"}),
        (PatternType.ANY, "ord", {"ord*"}),
        (PatternType.MATCH, "orders", {"orders", "*", "ord*"}),
        (PatternType.MATCH, "other", {"*"}),
        (PatternType.ANY, None, {"orders", "*", "ord*"}),
        (PatternType.MATCH, None, {"orders", "*", "ord*"}),
        (PREFIXED, None, {"ord*"}),
        (LITERAL, None, {"orders", "*"}),
    ],
)
def test_names_and_patterns(kind, name, found):
    held = {
        "orders": binding(),
        "*": binding(name="*"),
        "ord*": binding(PREFIXED, "ord"),
    }
    asked = AclFilter(pattern_type=kind, resource_name=name)
    assert {label for label, each in held.items() if asked.matches(each)} == found


@pytest.mark.parametrize(
    "other",
    [
        {"principal": "User:other"},
        {"host": "10.0.0.1"},
        {"resource_type": ResourceType.GROUP},
        {"operation": Operation.WRITE},
        {"permission": Permission.DENY},
    ],
)
def test_each_field_tells_bindings_apart(other):
    (field,) = other
    exact = AclFilter(**{field: getattr(binding(), field)})
    assert exact.matches(binding())
    assert not exact.matches(binding(**other))
    assert AclFilter().matches(binding(**other))


def test_a_binding_survives_its_change():
    record = AclRecord("an id", "a tenant", binding(PREFIXED, operation=Operation.ALTER_CONFIGS))
    assert AclRecord.from_json(record.to_json()) == record
    assert record.to_json()["operation"] == "alter_configs"
