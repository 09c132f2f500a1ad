"""What a person's scopes come to: each right once, however many scopes give it."""

import pytest

from brokers.authorization.resource import Operation, ResourceType
from brokers.metadata.image import MetadataImage
from brokers.node.authorization import Rights
from brokers.node.session import Scope, Session

READ, WRITE, ADMINISTER = Scope.READ, Scope.WRITE, Scope.ADMINISTER
BOTH = READ | WRITE


def rights(scope):
    session = Session("tenant", "User:someone", scope, None)
    return Rights(session, "127.0.0.1", MetadataImage())


def allowed(scope, kind):
    bits = rights(scope).operations(kind, "orders")
    return {operation for operation in Operation if bits >> operation & 1}


@pytest.mark.parametrize(
    ("scope", "operations"),
    [
        (READ, {Operation.READ, Operation.DESCRIBE, Operation.DESCRIBE_CONFIGS}),
        (WRITE, {Operation.WRITE, Operation.DESCRIBE}),
        (
            BOTH,
            {Operation.READ, Operation.WRITE, Operation.DESCRIBE, Operation.DESCRIBE_CONFIGS},
        ),
    ],
)
def test_of_topics(scope, operations):
    assert allowed(scope, ResourceType.TOPIC) == operations


@pytest.mark.parametrize("kind", list(ResourceType)[2:])
def test_more_scopes_never_take_away(kind):
    for smaller, larger in [
        (READ, READ | WRITE),
        (WRITE, READ | WRITE),
        (READ | WRITE, ADMINISTER),
    ]:
        assert allowed(smaller, kind) <= allowed(larger, kind)
