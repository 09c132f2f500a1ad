"""The authorizer against a naive one, which goes through all bindings for each question.

Kafka has four properties of 5,000 cases each (``StandardAuthorizerPropertyTest``). Here are 100,000
lists, each drawn by itself and asked one question; and all that can be asked about a small world,
after each of a run of edits, which is 100,000 questions and more.
"""

from itertools import product
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from brokers.authorization.acl import AclBinding
from brokers.authorization.authorizer import UNKNOWN_HOST, Authorizer
from brokers.authorization.resource import (
    CLUSTER_NAME,
    OPERATIONS_OF,
    Operation,
    PatternType,
    Permission,
    ResourceType,
)

PRINCIPALS = ("User:ann", "User:bob", "User:*")
HOSTS = ("10.0.0.1", "10.0.0.2", "*")
NAMES = ("a", "ab", "abc", "b", "*", "ba")
TYPES = (ResourceType.TOPIC, ResourceType.GROUP, ResourceType.CLUSTER)
OPERATIONS = (Operation.READ, Operation.WRITE, Operation.DESCRIBE, Operation.ALTER_CONFIGS,
              Operation.DESCRIBE_CONFIGS, Operation.DELETE, Operation.IDEMPOTENT_WRITE)  # fmt: skip
CASES_WANTED = 100_000

bindings = st.builds(
    AclBinding,
    st.sampled_from(PRINCIPALS),
    st.sampled_from(HOSTS),
    st.sampled_from(TYPES[:2]),
    st.sampled_from([PatternType.LITERAL, PatternType.PREFIXED]),
    st.sampled_from(NAMES),
    st.sampled_from([*OPERATIONS, Operation.ALL]),
    st.sampled_from([Permission.ALLOW, Permission.ALLOW, Permission.DENY]),
)
edits = st.lists(
    st.tuples(st.sampled_from("12345678"), st.none() | bindings), min_size=1, max_size=14
)
"""Put a binding under an id, or remove what has it."""

IMPLIED_BY = {
    Operation.DESCRIBE: {Operation.READ, Operation.WRITE, Operation.DELETE, Operation.ALTER},
    Operation.DESCRIBE_CONFIGS: {Operation.ALTER_CONFIGS},
}


def covers(binding, who, kind, name):
    principal, host = who
    is_from_there = binding.host in (host, "*") or (
        host == UNKNOWN_HOST and binding.permission == Permission.DENY
    )
    return (
        binding.principal in (principal, "User:*")
        and is_from_there
        and binding.resource_type == kind
        and (
            binding.resource_name in (name, "*")
            if binding.pattern_type == PatternType.LITERAL
            else name.startswith(binding.resource_name)
        )
    )


def naive(held, who, operation, kind, name):
    relevant = [each for each in held if covers(each, who, kind, name)]
    if operation not in OPERATIONS_OF[kind]:
        return False
    if any(
        each.permission == Permission.DENY and each.operation in (operation, Operation.ALL)
        for each in relevant
    ):
        return False
    good = {operation, Operation.ALL, *IMPLIED_BY.get(operation, ())}
    return any(each.permission == Permission.ALLOW and each.operation in good for each in relevant)


def naive_any(held, principal, host, operation, kind):
    """Some name that nobody has thought of may be allowed: try each that could matter."""
    tried = {
        suffix
        for binding in held
        for suffix in (binding.resource_name, binding.resource_name + "~")
        if suffix not in ("*", "*~") or binding.pattern_type == PatternType.PREFIXED
    } | {"~"}
    return any(naive(held, (principal, host), operation, kind, name) for name in tried)


asked = 0


@settings(max_examples=90, deadline=None)
@given(edits)
def check_against_the_naive_one(edits):
    global asked
    authorizer, held = Authorizer(), {}
    for number, (binding_id, binding) in enumerate(edits):
        if binding is None:
            authorizer.remove(binding_id)
            held.pop(binding_id, None)
        else:
            authorizer.put(binding_id, binding)
            held[binding_id] = binding
        # Answers are kept, so that some must have been given before the bindings change.
        hosts = HOSTS[:2] if number == len(edits) - 1 else HOSTS[:1]
        for principal, host, kind, name in product(PRINCIPALS[:2], hosts, TYPES, NAMES):
            bits = authorizer.operations(principal, host, kind, name)
            for operation in OPERATIONS:
                asked += 1
                said = authorizer.allows(principal, host, operation, kind, name)
                wanted = naive(held.values(), (principal, host), operation, kind, name)
                question = (held, principal, host, operation.name, kind.name, name)
                assert said == wanted == bool(bits >> operation & 1), question


def test_every_answer_is_the_naive_ones():
    check_against_the_naive_one()
    assert asked >= CASES_WANTED, "the questions were fewer than promised"


EVERY_BINDING = [
    AclBinding(*each)
    for each in product(
        PRINCIPALS, HOSTS, TYPES[:2], (PatternType.LITERAL, PatternType.PREFIXED), NAMES,
        (*OPERATIONS, Operation.ALL), (Permission.ALLOW, Permission.ALLOW, Permission.DENY),
    )
] + [
    AclBinding(principal, host, ResourceType.CLUSTER, PatternType.LITERAL, CLUSTER_NAME, *what)
    for principal, host, *what in product(
        PRINCIPALS, HOSTS, (*OPERATIONS, Operation.ALL), (Permission.ALLOW, Permission.DENY)
    )
]  # fmt: skip
EVERY_QUESTION = [
    ((principal, host), operation, kind, name)
    for principal, host, operation, kind in product(
        PRINCIPALS[:2], (*HOSTS[:2], UNKNOWN_HOST), OPERATIONS, TYPES
    )
    for name in ((CLUSTER_NAME,) if kind is ResourceType.CLUSTER else NAMES)
]


def test_a_hundred_thousand_lists_each_with_a_question():
    chance = Random(6)
    allowed = 0
    for case in range(CASES_WANTED):
        held = chance.choices(EVERY_BINDING, k=chance.randrange(30))
        who, operation, kind, name = chance.choice(EVERY_QUESTION)
        authorizer = Authorizer()
        for number, binding in enumerate(held):
            authorizer.put(str(number), binding)
        said = authorizer.allows(*who, operation, kind, name)
        assert said == naive(held, who, operation, kind, name), (case, held, who, operation, name)
        allowed += said
    assert CASES_WANTED / 20 < allowed < CASES_WANTED / 2, "questions with one answer prove little"


@settings(max_examples=100, deadline=None)
@given(st.lists(bindings, max_size=8))
def test_any_resource_of_a_type(held):
    authorizer = Authorizer()
    for number, binding in enumerate(held):
        authorizer.put(str(number), binding)
    for principal, operation, kind in product(PRINCIPALS[:2], OPERATIONS, TYPES[:2]):
        said = authorizer.allows_any(principal, HOSTS[0], operation, kind)
        # Kafka looks at patterns, not at names: an allowed prefix counts even where each name that
        # begins with it might be denied one by one.
        if naive_any(held, principal, HOSTS[0], operation, kind):
            assert said, (held, principal, operation.name, kind.name)


def test_any_resource_of_a_type_where_denials_cover_everything():
    def any_write(*held):
        authorizer = Authorizer()
        for number, (kind, name, permission) in enumerate(held):
            authorizer.put(
                str(number),
                AclBinding("User:ann", "*", ResourceType.TOPIC, kind, name, Operation.WRITE,
                           permission),
            )  # fmt: skip
        return authorizer.allows_any("User:ann", "h", Operation.WRITE, ResourceType.TOPIC)

    literal, prefixed = PatternType.LITERAL, PatternType.PREFIXED
    allow, deny = Permission.ALLOW, Permission.DENY
    assert not any_write()
    assert any_write((literal, "a", allow))
    assert not any_write((literal, "a", allow), (literal, "a", deny))
    assert not any_write((literal, "a", allow), (literal, "*", deny))
    assert not any_write((literal, "abc", allow), (prefixed, "ab", deny))
    assert not any_write((prefixed, "abc", allow), (prefixed, "ab", deny))
    assert any_write((prefixed, "ab", allow), (prefixed, "abc", deny))
    assert any_write((prefixed, "ab", allow), (literal, "ab", deny))
    assert any_write((literal, "*", allow), (prefixed, "a", deny))
