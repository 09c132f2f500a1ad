"""How many transactional ids a tenant may have is bounded, and whose are kept is nobody else's
business."""

import pytest

from brokers.kernel.errors import ErrorCode
from brokers.transactions import coordinator
from brokers.transactions.requests import AddPartitions, InitProducerId
from brokers.transactions.state import NO_PRODUCER
from tests.unit.transactions.harness import A, Coordination

ACME, RIVAL = "a" * 32, "b" * 32
MAX = 3


@pytest.fixture
def coordination(monkeypatch) -> Coordination:
    monkeypatch.setattr(coordinator, "TRANSACTIONAL_IDS_PER_TENANT_MAX", MAX)
    return Coordination()


def begin(coordination, tenant, name):
    request = InitProducerId(f"{tenant}/{name}", 60_000, 5, NO_PRODUCER)
    fresh = next(coordination.producer_ids)
    decision = coordination.machine.init_producer_id(request, 1, coordination.now, fresh)
    return coordination.carry_out(decision)


def write(coordination, tenant, name, producer):
    request = AddPartitions(f"{tenant}/{name}", producer, frozenset([A]), 3)
    coordination.carry_out(coordination.machine.add_partitions(request, 1, coordination.now))


def kept(coordination, tenant):
    names = [name for name in "abcdef" if coordination.machine.transaction(f"{tenant}/{name}")]
    return "".join(names)


def test_the_one_that_was_used_longest_ago_is_forgotten(coordination):
    for name in "abc":
        begin(coordination, ACME, name)
    begin(coordination, ACME, "a")
    begin(coordination, ACME, "d")
    assert kept(coordination, ACME) == "acd"
    coordination.fail_over()
    assert kept(coordination, ACME) == "acd"
    begin(coordination, ACME, "e")
    assert kept(coordination, ACME) == "ade"


def test_another_tenant_s_are_left_alone(coordination):
    begin(coordination, RIVAL, "a")
    for name in "abcdef":
        begin(coordination, ACME, name)
    assert (kept(coordination, RIVAL), kept(coordination, ACME)) == ("a", "def")


def test_what_is_in_a_transaction_stays(coordination):
    for name in "abc":
        write(coordination, ACME, name, begin(coordination, ACME, name).producer)
    assert begin(coordination, ACME, "d").error is ErrorCode.POLICY_VIOLATION
    assert kept(coordination, ACME) == "abc"
    assert begin(coordination, RIVAL, "d").error is ErrorCode.NONE
