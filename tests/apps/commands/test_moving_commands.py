"""``brokers``, ``partitions`` and ``reassign``: looking after where partitions are."""

import io
import json
from datetime import timedelta

import pytest
from django.db.models.functions import Now

from brokers.metadata.lags import ReplicaLag
from brokers.models import Broker, Partition
from brokers.node.ports import Report
from brokers.services.fence_broker import fence_broker
from brokers.services.heartbeat import heartbeat
from brokers.services.mend_partitions import mend_partitions
from brokers.services.register_broker import register_broker
from brokers.services.stop_broker import stop_broker
from tenants import scope
from tenants.cli import watching
from tests.apps.brokers.registrations import registration

pytestmark = pytest.mark.usefixtures("acme", "three_brokers")


@pytest.fixture
def three_brokers(db):
    for number in (1, 2, 3):
        register_broker(registration(number))


@pytest.fixture
def flights(run):
    """Three partitions of two replicas each."""
    return run(
        "topics", "--create", "--topic", "flights", "--partitions", "3", "--replication-factor",
        "2", "--json",
    ).document  # fmt: skip


def put(**fields):
    with scope.system("test"):
        Partition.objects.update(**fields)


def in_sync():
    with scope.system("test"):
        for row in Partition.objects.all():
            row.isr = row.replicas
            row.save()
    mend_partitions(rebalance=False)


def partitions(run, *arguments):
    return run("partitions", *arguments, "--json").document["partitions"]


class TestBrokers:
    def test_draining_only_says_what_it_would_do_until_it_is_to(self, run, flights):
        asked = run("brokers", "--drain", "3", "--json").document
        assert asked == {
            "broker": 3, "action": "drain", "executed": False, "moving": 2, "begun": 2,
            "stuck": [],
        }  # fmt: skip
        assert "--execute" in run("brokers", "--drain", "3").out
        assert not Broker.objects.get(id=3).draining
        done = run("brokers", "--drain", "3", "--execute", "--json").document
        assert (done["executed"], done["moving"]) == (True, 2)
        third = run("brokers", "--json").document["brokers"][2]
        assert (third["draining"], third["partitions"], third["leaving"]) == (True, 2, 2)
        in_sync()
        third = run("brokers", "--json").document["brokers"][2]
        assert (third["partitions"], third["leaving"]) == (0, 0)

    def test_a_drain_is_taken_back(self, run, flights):
        run("brokers", "--drain", "3", "--execute")
        assert run("brokers", "--undrain", "3", "--json").document["executed"] is False
        back = run("brokers", "--undrain", "3", "--execute", "--json").document
        assert back["cancelled"] == 2
        assert run("brokers", "--json").document["brokers"][2]["leaving"] == 0

    def test_an_empty_stopped_broker_is_removed(self, run, flights):
        held = run("brokers", "--remove", "3", "--json")
        assert (held.exit_code, held.document["error"]["code"]) == (1, "INVALID_REQUEST")
        run("brokers", "--drain", "3", "--execute")
        in_sync()
        stop_broker(3, 1)
        assert run("brokers", "--remove", "3", "--json").document["executed"] is False
        assert run("brokers", "--remove", "3", "--execute", "--json").exit_code == 0
        assert [each["id"] for each in run("brokers", "--json").document["brokers"]] == [1, 2]

    @pytest.mark.parametrize(
        "arguments",
        [
            ["--drain", "x"],
            ["--drain", "1", "--remove", "1"],
            ["--execute"],
            ["--watch", "--drain", "1"],
        ],
    )
    def test_what_makes_no_sense_is_not_tried(self, run, arguments):
        assert run("brokers", *arguments, "--json").exit_code == 2

    def test_an_absent_broker_is_named(self, run):
        refused = run("brokers", "--drain", "9", "--json")
        assert refused.document["error"]["code"] == "BROKER_ID_NOT_REGISTERED"

    def test_watching_shows_each_change_once_until_ctrl_c(self, run, monkeypatch):
        turns = iter([lambda: None, lambda: fence_broker(2, 1, by="test"), None])

        def sleep(_):
            turn = next(turns)
            if turn is None:
                raise KeyboardInterrupt
            turn()

        monkeypatch.setattr(watching.time, "sleep", sleep)
        watched = run("brokers", "--watch", "--json")
        assert watched.exit_code == 0
        shown = [json.loads(line)["brokers"] for line in watched.out.splitlines()]
        assert [[each["state"] for each in brokers] for brokers in shown] == [
            ["running", "running", "running"],
            ["running", "fenced", "running"],
        ]


class TestPartitions:
    def test_all_of_it_is_told(self, run, flights):
        first = partitions(run)[0]
        assert first == {
            "tenant": "acme", "topic": "flights", "partition": 0, "leader": first["replicas"][0],
            "leader_epoch": 0, "partition_epoch": 0, "replicas": first["replicas"],
            "isr": first["replicas"], "eligible_leaders": [], "adding": [], "removing": [],
            "min_isr": 2,
            "lag": [{"replica": first["replicas"][1], "records": 0, "behind_ms": 0}],
        }  # fmt: skip
        assert len(partitions(run, "--topic", "flights", "--partition", "2")) == 1
        assert partitions(run, "--topic", "nope") == []
        assert run("partitions").out.startswith("TENANT\tTOPIC\tPARTITION\tLEADER")

    def test_lag_is_what_the_leader_said_and_unknown_without_it(self, run, flights):
        put(replicas=[1, 2, 3], isr=[1, 2], leader=1)
        topic_id = bytes.fromhex(flights["topic_id"].replace("-", ""))
        heartbeat(1, 1, Report(lags=(ReplicaLag(topic_id, 0, 3, 1500, 4200, 99, 0),)))
        first, second, _ = partitions(run)
        keeps_up = {"replica": 2, "records": 0, "behind_ms": 0}
        unknown = {"replica": 3, "records": None, "behind_ms": None}
        assert first["lag"] == [keeps_up, {"replica": 3, "records": 1500, "behind_ms": 4200}]
        assert second["lag"] == [keeps_up, unknown]
        assert "2:0 3:1500/4.2s" in run("partitions").out
        Broker.objects.filter(id=1).update(heartbeat_at=Now() - timedelta(seconds=6))
        assert partitions(run)[0]["lag"] == [
            keeps_up | {"records": None, "behind_ms": None},
            unknown,
        ]
        assert "2:? 3:?" in run("partitions").out

    def test_a_tenant_can_be_chosen(self, run, flights):
        run("tenants", "--create", "--tenant", "rival")
        assert partitions(run, "--tenant", "rival") == []
        assert len(partitions(run, "--tenant", "acme")) == 3
        absent = run("partitions", "--tenant", "nobody", "--json")
        assert absent.document["error"]["code"] == "NOT_FOUND"

    def test_what_is_at_risk_can_be_picked_out(self, run, flights):
        flags = (
            "--under-replicated-partitions", "--under-min-isr-partitions",
            "--at-min-isr-partitions", "--unavailable-partitions", "--moving-partitions",
        )  # fmt: skip

        def counts():
            return [len(partitions(run, flag)) for flag in flags]

        assert counts() == [0, 0, 3, 0, 0]
        fence_broker(3, 1, by="test")
        assert counts() == [2, 2, 1, 0, 0]
        fence_broker(2, 1, by="test")
        fence_broker(1, 1, by="test")
        assert counts() == [3, 3, 0, 3, 0]

    def test_preferred_leaders_are_elected(self, run, flights):
        put(replicas=[1, 2], isr=[1, 2], leader=2)
        done = partitions(run, "--elect-preferred", "--topic", "flights", "--partition", "0")
        assert done == [
            {"tenant": "acme", "topic": "flights", "partition": 0, "elected": True, "error": None}
        ]
        put(isr=[2], leader=2)
        rest = partitions(run, "--elect-preferred")
        assert {each["error"] for each in rest} == {"PREFERRED_LEADER_NOT_AVAILABLE"}
        named = partitions(run, "--elect-preferred", "--topic", "flights")
        assert [each["partition"] for each in named] == [0, 1, 2]

    def test_an_unclean_election_wants_to_be_meant(self, run, flights, monkeypatch):
        put(replicas=[1, 2], isr=[], leader=None)
        arguments = [
            "partitions", "--elect-unclean", "--topic", "flights", "--partition", "0", "--broker",
            "2",
        ]  # fmt: skip
        unasked = run(*arguments)
        assert unasked.exit_code == 2
        assert "lost for good" in unasked.err
        monkeypatch.setattr("sys.stdin", io.StringIO("something\n"))
        monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
        assert run(*arguments).exit_code == 2
        assert partitions(run)[0]["leader"] is None
        monkeypatch.setattr("sys.stdin", io.StringIO("flights\n"))
        monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
        assert run(*arguments).exit_code == 0
        assert partitions(run)[0]["leader"] == 2
        again = run(*arguments, "--yes", "--json")
        assert again.document["error"]["code"] == "ELECTION_NOT_NEEDED"

    @pytest.mark.parametrize(
        "arguments",
        [
            ["--elect-unclean", "--topic", "flights", "--partition", "0", "--yes"],
            ["--elect-preferred", "--partition", "0"],
            ["--elect-preferred", "--watch"],
            ["--under-min-isr-partitions", "--unavailable-partitions"],
        ],
    )
    def test_what_makes_no_sense_is_not_tried(self, run, flights, arguments):
        assert run("partitions", *arguments, "--json").exit_code == 2


class TestReassign:
    @pytest.fixture
    def files(self, tmp_path):
        def write(name, document):
            path = tmp_path / name
            path.write_text(document if isinstance(document, str) else json.dumps(document))
            return str(path)

        return write

    def test_generate_execute_verify(self, run, flights, files):
        topics = files("topics.json", {"version": 1, "topics": [{"topic": "flights"}]})
        proposal = run(
            "reassign", "--generate", "--topics-to-move-json-file", topics, "--broker-list",
            "1,2", "--json",
        ).document  # fmt: skip
        assert {tuple(sorted(each["replicas"])) for each in proposal["proposed"]["partitions"]} == {
            (1, 2)
        }
        plan = files("plan.json", proposal["proposed"])
        options = ["--reassignment-json-file", plan, "--json"]
        begun = run("reassign", "--execute", *options).document
        assert begun["before"] == proposal["current"]
        states = [
            each["state"] for each in run("reassign", "--verify", *options).document["partitions"]
        ]
        assert set(states) == {"in progress", "completed"}
        assert len(run("reassign", "--list", "--json").document["partitions"]) == states.count(
            "in progress"
        )
        in_sync()
        states = run("reassign", "--verify", *options).document["partitions"]
        assert {each["state"] for each in states} == {"completed"}

    def test_moves_are_cancelled(self, run, flights, files):
        before = partitions(run)[0]["replicas"]
        other = next(number for number in (1, 2, 3) if number not in before)
        plan = files(
            "plan.json",
            {"partitions": [{"topic": "flights", "partition": 0, "replicas": [other, before[0]]}]},
        )
        options = ["--reassignment-json-file", plan, "--json"]
        run("reassign", "--execute", *options)
        assert partitions(run)[0]["adding"] == [other]
        assert run("reassign", "--cancel", *options).exit_code == 0
        assert set(partitions(run)[0]["replicas"]) == set(before)
        again = run("reassign", "--cancel", *options)
        assert again.document["error"]["code"] == "NO_REASSIGNMENT_IN_PROGRESS"
        states = run("reassign", "--verify", *options).document["partitions"]
        assert [each["state"] for each in states] == ["elsewhere"]

    def test_what_is_left_is_shown_for_each_new_replica(self, run, flights, files):
        put(replicas=[1, 2], isr=[1, 2], leader=1)
        moves = [{"topic": "flights", "partition": 0, "replicas": [3, 1]}]
        plan = files("plan.json", {"partitions": moves})
        options = ["--reassignment-json-file", plan]
        run("reassign", "--execute", *options)
        (unknown,) = run("reassign", "--list", "--json").document["partitions"][0]["left"]
        assert unknown == {"replica": 3} | dict.fromkeys(
            ("records", "bytes", "bytes_per_second", "seconds")
        )
        topic_id = bytes.fromhex(flights["topic_id"].replace("-", ""))
        lag = ReplicaLag(topic_id, 0, 3, 1500, 4200, 9_300_000, 1_000_000)
        heartbeat(1, 1, Report(lags=(lag,)))
        told = {
            "replica": 3, "records": 1500, "bytes": 9_300_000, "bytes_per_second": 1_000_000,
            "seconds": 9,
        }  # fmt: skip
        assert run("reassign", "--list", "--json").document["partitions"][0]["left"] == [told]
        (verified,) = run("reassign", "--verify", *options, "--json").document["partitions"]
        assert (verified["state"], verified["left"]) == ("in progress", [told])
        assert "3: 1500 records, 9.3 MB at 1.0 MB/s, 9 s" in run("reassign", "--list").out
        # In sync, it has nothing left; so shown until the controller's next round.
        put(isr=[1, 2, 3], replicas=[3, 1, 2], adding=[3])
        heartbeat(1, 1)
        (done,) = run("reassign", "--list", "--json").document["partitions"][0]["left"]
        assert (done["records"], done["seconds"]) == (0, 0)

    def test_the_throttle_is_set_changed_and_removed(self, run, flights, files):
        before = partitions(run)[0]["replicas"]
        other = next(number for number in (1, 2, 3) if number not in before)
        moves = [{"topic": "flights", "partition": 0, "replicas": [other, before[0]]}]
        plan = files("plan.json", {"partitions": moves})
        options = ["--reassignment-json-file", plan, "--throttle", "5000", "--json"]
        assert run("reassign", "--execute", *options).exit_code == 0
        assert {each.copy_bytes_per_second for each in Broker.objects.all()} == {5000}
        register_broker(registration(4))
        assert Broker.objects.get(id=4).copy_bytes_per_second == 5000
        assert run("reassign", "--list", "--json").document["throttle"] == 5000
        changed = run("reassign", "--set-throttle", "--throttle", "7000", "--json").document
        assert changed == {"throttle": 7000}
        assert "7000 bytes/s" in run("reassign", "--list").out
        assert run("reassign", "--remove-throttle", "--json").document == {"throttle": None}
        assert {each.copy_bytes_per_second for each in Broker.objects.all()} == {None}

    @pytest.mark.parametrize(
        "arguments",
        [
            ["--set-throttle"],
            ["--set-throttle", "--throttle", "0"],
            ["--list", "--throttle", "5"],
            ["--remove-throttle", "--watch"],
        ],
    )
    def test_a_throttle_that_makes_no_sense_is_not_tried(self, run, arguments):
        assert run("reassign", *arguments, "--json").exit_code == 2

    def test_what_was_refused_is_said_and_the_rest_done(self, run, flights, files):
        moves = [
            {"topic": "flights", "partition": 0, "replicas": [1, 9]},
            {"topic": "flights", "partition": 1, "replicas": [1, 2, 3]},
        ]
        plan = files("plan.json", {"version": 1, "partitions": moves})
        refused = run("reassign", "--execute", "--reassignment-json-file", plan, "--json")
        assert refused.exit_code == 1
        error = refused.document["error"]
        assert error["code"] == "INVALID_REPLICA_ASSIGNMENT"
        assert "1 of 2" in error["message"]
        assert "flights-0" in error["message"]
        assert len(partitions(run)[1]["replicas"]) == 3

    @pytest.mark.parametrize(
        "content",
        [
            "{",
            "[]",
            {"version": 2, "partitions": []},
            {"partitions": [{"topic": "t", "partition": "0", "replicas": [1]}]},
            {"partitions": [{"topic": "t", "partition": 0}]},
            {"partitions": [{"topic": 7, "partition": 0, "replicas": [1]}]},
            {"partitions": [{"topic": "t", "partition": 0, "replicas": [-1]}]},
        ],
    )
    def test_files_that_are_none_are_not_tried(self, run, flights, files, content):
        plan = files("plan.json", content)
        ran = run("reassign", "--execute", "--reassignment-json-file", plan, "--json")
        assert (ran.exit_code, ran.document["error"]["code"]) == (2, "USAGE")

    @pytest.mark.parametrize(
        ("brokers", "code"),
        [("1", "INVALID_REPLICATION_FACTOR"), ("1,9", "BROKER_ID_NOT_REGISTERED")],
    )
    def test_proposals_that_cannot_be(self, run, flights, files, brokers, code):
        topics = files("topics.json", {"topics": [{"topic": "flights"}]})
        ran = run(
            "reassign", "--generate", "--topics-to-move-json-file", topics, "--broker-list",
            brokers, "--json",
        )  # fmt: skip
        assert ran.document["error"]["code"] == code

    def test_topics_that_are_not_there(self, run, flights, files):
        topics = files("topics.json", {"topics": [{"topic": "nope"}]})
        ran = run(
            "reassign", "--generate", "--topics-to-move-json-file", topics, "--broker-list", "1",
            "--json",
        )  # fmt: skip
        assert ran.document["error"]["code"] == "UNKNOWN_TOPIC_OR_PARTITION"
