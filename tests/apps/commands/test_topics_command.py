"""``topics`` and ``brokers``: Kafka's flags, the JSON that scripts rely on, and the exit codes."""

import io

import pytest

from brokers.kernel.ids import BrokerId, Incarnation
from brokers.services.fence_broker import fence_broker

pytestmark = pytest.mark.usefixtures("acme", "two_brokers")


@pytest.fixture
def flights(run):
    return run(
        "topics", "--create", "--topic", "flights", "--partitions", "4", "--replication-factor",
        "1", "--config", "retention.ms=1000", "--config", "flush=os", "--json",
    ).document  # fmt: skip


def test_create_answers_with_the_topic(flights):
    topic_id = flights.pop("topic_id")
    assert len(topic_id) == 36
    assert flights == {
        "topic": "flights",
        "partition_count": 4,
        "replication_factor": 1,
        "internal": False,
        "configs": {"retention.ms": "1000", "flush": "os"},
        "created": True,
    }


def test_create_again_is_refused_unless_it_may_exist(run, flights):
    again = run("topics", "--create", "--topic", "flights", "--json")
    assert (again.exit_code, again.document["error"]["code"]) == (1, "TOPIC_ALREADY_EXISTS")

    kept = run("topics", "--create", "--topic", "flights", "--if-not-exists", "--json")
    assert (kept.exit_code, kept.document["created"]) == (0, False)
    assert kept.document["partition_count"] == 4


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--topic", "../x"], "INVALID_TOPIC_EXCEPTION"),
        (["--topic", "x", "--partitions", "100000"], "INVALID_PARTITIONS"),
        (["--topic", "x", "--replication-factor", "3"], "INVALID_REPLICATION_FACTOR"),
        (["--topic", "x", "--config", "no.such.config=1"], "INVALID_CONFIG"),
    ],
)
def test_what_cannot_be_created_is_refused_by_kafkas_name(run, arguments, code):
    refused = run("topics", "--create", *arguments, "--json")
    assert (refused.exit_code, refused.document["error"]["code"]) == (1, code)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--create"],
        ["--create", "--list"],
        ["--create", "--topic", "x", "--partitions", "0"],
        ["--create", "--topic", "x", "--config", "retention.ms"],
        ["--alter", "--topic", "x"],
        ["--delete"],
    ],
)
def test_a_wrong_command_line_ends_with_2(run, arguments):
    wrong = run("topics", *arguments, "--json")
    assert (wrong.exit_code, wrong.document["error"]["code"]) == (2, "USAGE")


def test_list_and_describe_show_what_was_created(run, flights):
    run("topics", "--create", "--topic", "another")
    listed = run("topics", "--list", "--json").document
    assert listed["tenant"] == "acme"
    assert [each["topic"] for each in listed["topics"]] == ["another", "flights"]
    assert [each["partition_count"] for each in listed["topics"]] == [6, 4]

    described = run("topics", "--describe", "--topic", "flights", "--json").document["topics"]
    assert [each["topic"] for each in described] == ["flights"]
    partitions = described[0]["partitions"]
    assert [each["partition"] for each in partitions] == [0, 1, 2, 3]
    assert sorted(each["leader"] for each in partitions) == [1, 1, 2, 2]
    assert all(each["replicas"] == each["isr"] == [each["leader"]] for each in partitions)


def test_a_pipe_gets_one_line_per_topic(run, flights):
    header, line = run("topics", "--list").out.splitlines()
    assert header.split("\t")[0] == "TOPIC"
    assert line.split("\t")[0] == "flights"


def test_alter_changes_all_or_nothing(run, flights):
    alter = ["topics", "--alter", "--topic", "flights", "--partitions", "6"]
    assert run(*alter, "--config", "nope=1").exit_code == 1
    assert run("topics", "--list", "--json").document["topics"][0]["partition_count"] == 4

    altered = run(
        *alter, "--config", "retention.bytes=5", "--delete-config", "retention.ms", "--json"
    ).document
    assert altered["partition_count"] == 6
    assert altered["configs"] == {"retention.bytes": "5", "flush": "os"}


def test_partitions_are_never_taken_away(run, flights):
    fewer = run("topics", "--alter", "--topic", "flights", "--partitions", "3", "--json")
    assert (fewer.exit_code, fewer.document["error"]["code"]) == (1, "INVALID_PARTITIONS")


def test_delete_asks_a_person_and_wants_yes_from_a_script(run, flights, monkeypatch):
    scripted = run("topics", "--delete", "--topic", "flights")
    assert scripted.exit_code == 2
    assert "--yes" in scripted.err

    class Person(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setattr("sys.stdin", Person("flight\n"))
    assert run("topics", "--delete", "--topic", "flights").exit_code == 2
    assert len(run("topics", "--list", "--json").document["topics"]) == 1

    monkeypatch.setattr("sys.stdin", Person("flights\n"))
    assert run("topics", "--delete", "--topic", "flights").exit_code == 0
    assert run("topics", "--list", "--json").document["topics"] == []


def test_a_dry_run_deletes_nothing(run, flights):
    dry = run("topics", "--delete", "--topic", "flights", "--dry-run", "--json")
    assert (dry.exit_code, dry.document["deleted"]) == (0, False)
    assert len(run("topics", "--list", "--json").document["topics"]) == 1


def test_an_absent_topic_is_a_refusal_unless_it_may_be_absent(run):
    for action in (["--delete", "--yes"], ["--alter", "--partitions", "9"], ["--describe"]):
        absent = run("topics", *action, "--topic", "nope", "--json")
        code = absent.document["error"]["code"]
        assert (absent.exit_code, code) == (1, "UNKNOWN_TOPIC_OR_PARTITION")
    for action in (["--delete", "--yes"], ["--alter", "--partitions", "9"]):
        assert run("topics", *action, "--topic", "nope", "--if-exists").exit_code == 0


def test_a_foreign_topic_and_an_absent_one_answer_alike(run, flights):
    run("tenants", "--create", "--tenant", "other")
    foreign, absent = (
        run("topics", "--describe", "--tenant", "other", "--topic", topic, "--json")
        for topic in ("flights", "absents")
    )
    assert foreign.exit_code == absent.exit_code == 1
    assert foreign.out.replace("flights", "T") == absent.out.replace("absents", "T")


def test_brokers_are_listed_with_what_they_hold(run, flights):
    brokers = run("brokers", "--json").document["brokers"]
    assert [each["id"] for each in brokers] == [1, 2]
    assert brokers[1] == {
        "id": 2,
        "state": "running",
        "draining": False,
        "lacks_room": False,
        "host": "127.0.0.1",
        "port": 9093,
        "rack": None,
        "volume": "volume-2",
        "path": "/volumes/2",
        "incarnation": 1,
        "partitions": 2,
        "leaders": 2,
        "leaving": 0,
    }


def test_a_broker_that_is_gone_is_fenced_and_gets_no_partitions(run):
    fence_broker(BrokerId(2), Incarnation(1), by="test")
    states = [each["state"] for each in run("brokers", "--json").document["brokers"]]
    assert states == ["running", "fenced"]
    run("topics", "--create", "--topic", "t", "--partitions", "3")
    described = run("topics", "--describe", "--json").document["topics"][0]["partitions"]
    assert {each["leader"] for each in described} == {1}


def test_without_a_broker_a_topic_cannot_be_placed(run):
    for number in (1, 2):
        fence_broker(BrokerId(number), Incarnation(1), by="test")
    refused = run("topics", "--create", "--topic", "t", "--json")
    assert (refused.exit_code, refused.document["error"]["code"]) == (
        1,
        "INVALID_REPLICATION_FACTOR",
    )
