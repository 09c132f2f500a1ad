"""``recover`` and what ``brokers`` says of a halt."""

import pytest

from brokers.kernel.ids import ChangeNumber, Incarnation
from brokers.metadata.recovery import Seen
from brokers.node.ports import ReplicaReport
from brokers.services.heartbeat import heartbeat
from brokers.services.report_replicas import report_replicas
from tests.apps.brokers.registrations import registration

AHEAD = Seen(ChangeNumber(10_000), 0, Incarnation(1), 0)


def report(number):
    report_replicas(ReplicaReport(registration(number), Incarnation(1), True, (), ()))


@pytest.fixture
def halted(two_brokers):
    heartbeat(1, 1, seen=AHEAD)
    report(1)


def test_a_good_cell_has_nothing_to_recover(run, two_brokers):
    assert run("recover", "--json").document == {"halted": False}
    assert run("brokers", "--json").document["halt"] is None
    assert run("recover", "--apply").exit_code == 1


def test_brokers_says_that_the_cell_is_halted_and_what_to_do(run, halted):
    told = run("brokers", "--json").document["halt"]
    assert told["reported"] == [1]
    assert "broker 1 has seen change 10000" in told["reason"]
    assert "`recover` shows" in run("brokers").out


def test_a_verb_is_refused_with_what_to_do(run, halted):
    refused = run("topics", "--create", "--topic", "t", "--tenant", "acme")
    assert refused.exit_code == 1
    made = run("brokers", "--drain", "1", "--execute")
    assert made.exit_code == 1
    assert "recover --apply" in made.err


def test_recover_says_first_and_does_then(run, halted):
    planned = run("recover", "--json").document
    assert (planned["missing"], planned["applied"], planned["halted"]) == ([2], False, True)
    assert run("recover", "--apply").exit_code == 1
    assert "missing: 2" in run("recover").out
    report(2)
    assert run("recover", "--apply", "--json").document["halted"] is False
    assert run("brokers", "--json").document["halt"] is None


def test_a_broker_may_be_forgotten(run, halted):
    done = run("recover", "--forget-broker", "2", "--apply", "--json").document
    assert (done["forgotten"], done["applied"]) == ([2], True)
    states = {each["id"]: each["state"] for each in run("brokers", "--json").document["brokers"]}
    assert states == {1: "running", 2: "fenced"}


def test_an_operator_halts_before_brokers_start(run, two_brokers):
    assert run("recover", "--halt", "--json").document == {"halted": True, "new": True}
    assert run("recover", "--halt", "--json").document == {"halted": True, "new": False}
    assert run("recover", "--halt", "--apply").exit_code == 2
