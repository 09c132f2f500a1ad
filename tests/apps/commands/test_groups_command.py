"""``groups`` against real brokers: consumers that run, consumers that are gone, and their lag."""

import json
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from django.conf import settings

from brokers.kernel.errors import ErrorCode, Refusal
from streaming.cli.asking import asking
from streaming.cli.identity import administrator_of
from streaming.cli.kafka import client_settings
from streaming.groups.reset import NamedTopics, execute_reset, propose_reset
from streaming.groups.reset_plan import ToEarliest
from streaming.records.identity import ADMINISTER, READ, WRITE
from tenants.cli import watching
from tenants.cli.tenant_choice import operator
from tenants.selectors.audit_log import AuditFilter, entries_of
from tests.apps.edge_service import wait_for

SECONDS = 30
_numbers = count(1)


@pytest.fixture
def groups(run_beside, tenant):
    """``groups("--list")``: the command for that tenant, with ``--json``."""
    return lambda *arguments: run_beside("groups", *arguments, "--tenant", tenant.name, "--json")


@pytest.fixture
def group(edge, tenant, groups):
    """A name that no group has yet, and a topic of two partitions for it."""
    return GroupUnderTest(f"group{next(_numbers)}", edge.topic(tenant, 2), tenant, groups)


class GroupUnderTest:
    """One group and one topic, what consumers do with them, and what the command tells."""

    def __init__(self, name, topic, tenant, groups):
        self.name = name
        self.topic = topic
        self.identity = administrator_of(tenant.name, READ, WRITE, ADMINISTER)
        self.client = client_settings(settings.HEADWATER, self.identity)
        self._groups = groups

    def produce(self, timestamps, partition=0, **config):
        """One record for each timestamp (Unix ms)."""
        producer = Producer(self.client | config)
        for number, timestamp in enumerate(timestamps):
            producer.produce(self.topic, f"{number}", partition=partition, timestamp=timestamp)
        assert producer.flush(SECONDS) == 0

    def delete_before(self, offset):
        """Delete the records of partition 0 below ``offset``."""
        admin = AdminClient(self.client)
        (deleted,) = admin.delete_records([TopicPartition(self.topic, 0, offset)]).values()

        def is_done():
            admin.poll(0.02)  # Where its token is asked for.
            return deleted.done()

        wait_for(is_done, "the records are deleted")
        assert deleted.result().low_watermark == offset

    def commit(self, offset, partition=0, name=None):
        """Commit as a consumer that assigns its partitions itself."""
        consumer = Consumer(self.client | {"group.id": name or self.name})
        at = [TopicPartition(self.topic, partition, offset)]
        assert consumer.commit(offsets=at, asynchronous=False)[0].error is None
        consumer.close()

    def consumer(self, **config):
        """One that is subscribed to the topic and commits nothing by itself."""
        ours = {"group.id": self.name, "client.id": "reader", "enable.auto.commit": False}
        consumer = Consumer(self.client | ours | config)
        consumer.subscribe([self.topic])
        return consumer

    @contextmanager
    def member(self, **config):
        """A consumer that is in the group and has been assigned all of the topic."""
        consumer = self.consumer(**config)

        def has_all():
            consumer.poll(0.1)
            return len(consumer.assignment()) == 2

        try:
            wait_for(has_all, "the consumer has its partitions")
            yield consumer
        finally:
            consumer.close()

    def offsets(self):
        """The rows of ``--describe`` by partition."""
        ran = self._groups("--describe", "--group", self.name)
        assert ran.exit_code == 0, ran.out
        (document,) = ran.document["groups"]
        assert {row["topic"] for row in document["offsets"]} <= {self.topic}
        return {row["partition"]: row for row in document["offsets"]}

    def current(self):
        """What is committed, by partition."""
        return {partition: row["current_offset"] for partition, row in self.offsets().items()}

    def reset(self, *arguments):
        """What ``--reset-offsets`` answered about the group."""
        ran = self._groups("--reset-offsets", "--group", self.name, *arguments)
        assert ran.exit_code == 0, ran.out + ran.err
        (document,) = ran.document["groups"]
        return document


def now_ms():
    return time.time_ns() // 1_000_000


def test_groups_are_listed_with_their_state_whoever_coordinates_them(groups, group):
    idle = [f"idle{next(_numbers)}" for _ in range(3)]
    for name in idle:
        group.commit(0, name=name)
    busy = group.name
    with group.member():
        listed = {row["group"]: row for row in groups("--list").document["groups"]}
        assert listed[busy] == {
            "group": busy, "type": "classic", "protocol_type": "consumer", "state": "Stable",
        }  # fmt: skip
        assert {listed[name]["state"] for name in idle} == {"Empty"}
        assert list(listed) == sorted(listed)

        stable = groups("--list", "--state", "stable,preparingrebalance").document["groups"]
        assert [row["group"] for row in stable] == [busy]
        assert set(idle) <= {r["group"] for r in groups("--list", "--state").document["groups"]}
        assert groups("--list", "--type", "share").document["groups"] == []


def test_lag_is_told_in_records_and_in_seconds(group):
    begun = now_ms()
    ages = [500_000, 400_000, 300_000, 200_000]
    group.produce([begun - age for age in ages])
    group.produce([begun], partition=1)
    group.commit(1)
    group.commit(1, partition=1)

    rows = group.offsets()
    behind, done = rows[0], rows[1]
    seconds = behind.pop("lag_seconds")
    # The first record that it has not read is the second: 400 s old when the test began.
    assert 400 <= seconds <= 400 + (now_ms() - begun) / 1000
    assert behind == {
        "topic": group.topic, "partition": 0, "current_offset": 1, "leader_epoch": None,
        "metadata": "", "log_start_offset": 0, "log_end_offset": 4, "lag": 3,
        "member_id": None, "host": None, "client_id": None,
    }  # fmt: skip
    assert (done["lag"], done["lag_seconds"]) == (0, 0.0)


def test_the_age_is_the_records_own_inside_of_a_batch(group):
    begun = now_ms()
    batched = {"linger.ms": 200, "compression.type": "lz4"}
    group.produce([begun - 1000 * age for age in range(100, 0, -1)], **batched)
    group.commit(90)
    row = group.offsets()[0]
    assert row["lag"] == 10
    assert 10 <= row["lag_seconds"] <= 10 + (now_ms() - begun) / 1000


def test_deleted_records_count_in_kafkas_lag_and_not_in_seconds(group):
    begun = now_ms()
    group.produce([begun - age for age in (900_000, 800_000, 50_000)])
    group.commit(0)
    group.delete_before(2)
    row = group.offsets()[0]
    assert (row["log_start_offset"], row["lag"]) == (2, 3)
    assert 50 <= row["lag_seconds"] <= 50 + (now_ms() - begun) / 1000


def test_what_is_not_known_is_null(group):
    with group.member():
        row = group.offsets()[0]
        assert row["log_end_offset"] == 0
        assert [row[key] for key in ("current_offset", "lag", "lag_seconds")] == [None] * 3
        assert row["client_id"] == "reader"
        assert row["host"] == "127.0.0.1"


def test_members_and_state_of_a_group(groups, group):
    with group.member(**{"group.instance.id": "one"}):
        shown = groups("--describe", "--group", group.name, "--members", "--state")
        (document,) = shown.document["groups"]
        (reader,) = document.pop("members")
        assert document.pop("coordinator") in (1, 2)
        assert document == {
            "group": group.name, "type": "classic", "protocol_type": "consumer", "state": "Stable",
            "assignor": "range", "epoch": None, "member_count": 1,
        }  # fmt: skip
        assert reader.pop("member_id")
        assert reader == {
            "instance_id": "one", "host": "127.0.0.1", "client_id": "reader", "epoch": None,
            "partition_count": 2, "assignment": [{"topic": group.topic, "partitions": [0, 1]}],
            "target_assignment": None,
        }  # fmt: skip


def test_people_get_tables(run_beside, tenant, group):
    group.produce([now_ms()] * 3)
    group.commit(1)
    shown = run_beside("groups", "--describe", "--group", group.name, "--tenant", tenant.name)
    note, header, row = shown.out.splitlines()
    assert note == f"group {group.name} has no members"
    cells = dict(zip(header.split("\t"), row.split("\t"), strict=True))
    assert (cells["CURRENT-OFFSET"], cells["LOG-END-OFFSET"], cells["LAG"]) == ("1", "3", "2")
    assert cells["CONSUMER-ID"] == "-"


def test_a_reset_is_a_dry_run_until_it_is_executed(group):
    group.produce([now_ms()] * 5)
    group.commit(3)
    dry = group.reset("--to-earliest", "--topic", group.topic)
    assert (dry["state"], dry["member_count"], dry["executed"]) == ("Empty", 0, False)
    assert dry["partitions"] == [
        {
            "topic": group.topic, "partition": 0, "before": 3, "after": 0, "log_start_offset": 0,
            "log_end_offset": 5, "read_again": 3, "skipped": 0, "warning": None,
        },
        {
            "topic": group.topic, "partition": 1, "before": None, "after": 0, "log_start_offset": 0,
            "log_end_offset": 0, "read_again": None, "skipped": None, "warning": None,
        },
    ]  # fmt: skip
    assert group.reset("--to-earliest", "--topic", group.topic, "--dry-run") == dry
    assert group.current() == {0: 3}

    done = group.reset("--to-earliest", "--topic", f"{group.topic}:0", "--execute")
    assert done["executed"]
    assert group.current() == {0: 0}


def test_consumers_go_on_where_they_were_put(group):
    group.produce([now_ms()] * 5)
    group.commit(5)
    group.reset("--shift-by", "-2", "--all-topics", "--execute")
    got = []
    consumer = group.consumer()

    def has_two():
        got.extend(each.offset() for each in consumer.consume(10, 0.1) if each.error() is None)
        return len(got) >= 2

    wait_for(has_two, "what was put back is read")
    consumer.close()
    assert got == [3, 4]


def test_where_each_strategy_puts_a_group(group):
    group.produce([now_ms() - age * 1000 for age in (600, 500, 400, 300, 200, 100)])
    group.delete_before(2)
    group.commit(4)
    told = {
        strategy: group.reset(*strategy.split(), "--topic", f"{group.topic}:0")["partitions"]
        for strategy in (
            "--to-latest", "--to-current", "--to-offset 5", "--to-offset 0", "--to-offset 99",
            "--shift-by 1", "--shift-by -3", "--by-duration PT250S", "--by-duration 150s",
            "--by-duration 1s",
        )
    }  # fmt: skip
    assert {
        strategy: (row["after"], row["read_again"], row["skipped"], row["warning"] is not None)
        for strategy, (row,) in told.items()
    } == {
        "--to-latest": (6, 0, 2, False),
        "--to-current": (4, 0, 0, False),
        "--to-offset 5": (5, 0, 1, False),
        "--to-offset 0": (2, 2, 0, True),
        "--to-offset 99": (6, 0, 2, True),
        "--shift-by 1": (5, 0, 1, False),
        "--shift-by -3": (2, 2, 0, True),
        "--by-duration PT250S": (4, 0, 0, False),
        "--by-duration 150s": (5, 0, 1, False),
        "--by-duration 1s": (6, 0, 2, True),
    }


def test_times_are_those_of_the_calendar(group):
    begun = datetime.now(UTC).replace(microsecond=0)  # Older ones are past their retention.
    group.produce([int((begun + timedelta(minutes=each)).timestamp()) * 1000 for each in (-2, -1)])
    between = begun - timedelta(seconds=90)
    to_time = ("--to-datetime", between.strftime("%Y-%m-%dT%H:%M:%S.000"))
    (row,) = group.reset(*to_time, "--topic", f"{group.topic}:0")["partitions"]
    assert row["after"] == 1


def test_what_was_exported_can_be_put_back(run_beside, tenant, group, tmp_path):
    group.produce([now_ms()] * 5)
    group.commit(3)
    exported = run_beside(
        "groups", "--reset-offsets", "--group", group.name, "--to-current", "--all-topics",
        "--export", "--tenant", tenant.name,
    )  # fmt: skip
    assert exported.out == f"{group.topic},0,3\n"
    file = tmp_path / "offsets.csv"
    file.write_text(exported.out)

    group.reset("--to-latest", "--topic", group.topic, "--execute")
    assert group.current()[0] == 5
    group.reset("--from-file", str(file), "--execute")
    assert group.current()[0] == 3


def test_a_group_with_members_is_left_alone(groups, group):
    group.produce([now_ms()] * 3)
    group.commit(3)
    execute = ("--reset-offsets", "--to-earliest", "--topic", group.topic, "--execute")
    with group.member():
        refused = groups(*execute, "--group", group.name)
        assert (refused.exit_code, refused.document["error"]["code"]) == (1, "NON_EMPTY_GROUP")
        assert "1 member" in refused.document["error"]["message"]
        assert "stop its consumers" in refused.document["error"]["message"]
        dry = group.reset("--to-earliest", "--topic", group.topic)
        assert (dry["member_count"], dry["partitions"][0]["after"]) == (1, 0)

        delete = groups("--delete", "--group", group.name, "--yes")
        assert (delete.exit_code, delete.document["error"]["code"]) == (1, "NON_EMPTY_GROUP")
        forget = groups("--delete-offsets", "--group", group.name, "--topic", group.topic, "--yes")
        assert forget.document["error"]["code"] == "GROUP_SUBSCRIBED_TO_TOPIC"
        assert group.current()[0] == 3

    assert groups(*execute, "--group", group.name).exit_code == 0
    assert group.current()[0] == 0


def test_a_member_that_joins_after_the_plan_is_left_alone(group):
    """The broker refuses what the plan no longer knew."""
    scope = NamedTopics({group.topic: None})
    with asking(settings.HEADWATER, group.identity) as asker:
        proposal = asker.ask(lambda reader: propose_reset(reader, group.name, scope, ToEarliest()))
        assert proposal.obstacle is None
        with group.member(), pytest.raises(Refusal) as refused:
            asker.ask(lambda reader: execute_reset(reader, proposal))
    assert refused.value.code is ErrorCode.UNKNOWN_MEMBER_ID


def test_groups_are_deleted_with_what_they_committed(groups, group):
    group.commit(0)
    group.commit(0, partition=1)
    scripted = groups("--delete", "--group", group.name)
    assert scripted.exit_code == 2
    assert "--yes" in scripted.document["error"]["message"]
    row = {"group": group.name, "state": "Empty", "member_count": 0, "offset_count": 2}
    dry = groups("--delete", "--group", group.name, "--dry-run")
    assert dry.document["groups"] == [row | {"deleted": False}]
    assert len(group.offsets()) == 2

    deleted = groups("--delete", "--group", group.name, "--yes")
    assert deleted.document["groups"] == [row | {"deleted": True}]
    assert group.name not in {each["group"] for each in groups("--list").document["groups"]}
    again = groups("--delete", "--group", group.name, "--yes")
    assert (again.exit_code, again.document["error"]["code"]) == (1, "GROUP_ID_NOT_FOUND")


def test_some_of_several_are_deleted_and_the_rest_is_told(groups, group):
    other = f"other{next(_numbers)}"
    group.commit(0, name=other)
    with group.member():
        ran = groups("--delete", "--group", group.name, "--group", other, "--yes")
        assert (ran.exit_code, ran.document["error"]["code"]) == (1, "NON_EMPTY_GROUP")
        assert "1 of 2" in ran.document["error"]["message"]
        left = {each["group"] for each in groups("--list").document["groups"]}
        assert group.name in left
        assert other not in left


def test_offsets_of_a_topic_are_forgotten(groups, group):
    for partition in (0, 1):
        group.commit(0, partition)
    delete = ("--delete-offsets", "--group", group.name, "--topic", f"{group.topic}:1")
    assert groups(*delete).exit_code == 2
    assert groups(*delete, "--dry-run").document["deleted"] is False
    assert len(group.offsets()) == 2
    deleted = groups(*delete, "--yes").document
    assert deleted["partitions"] == [{"topic": group.topic, "partition": 1, "offset": 0}]
    assert set(group.offsets()) == {0}


def test_a_foreign_group_and_an_absent_one_answer_alike(edge, run_beside, group):
    group.commit(0)
    other = edge.tenant()
    for action in (
        ["--describe"],
        ["--delete", "--yes"],
        ["--delete-offsets", "--topic", group.topic, "--yes"],
    ):
        foreign, absent = (
            run_beside("groups", *action, "--group", name, "--tenant", other.name, "--json")
            for name in (group.name, "absent")
        )
        assert foreign.exit_code == absent.exit_code == 1
        assert foreign.out.replace(group.name, "G") == absent.out.replace("absent", "G")
        assert foreign.document["error"]["code"] == "GROUP_ID_NOT_FOUND"
    listed = run_beside("groups", "--list", "--tenant", other.name, "--json")
    assert listed.document["groups"] == []


def test_what_cannot_be_planned_changes_nothing(groups, group):
    group.commit(0)
    for arguments, code in (
        (["--shift-by", "1", "--topic", group.topic], "INVALID"),
        (["--to-latest", "--topic", "no-such-topic"], "UNKNOWN_TOPIC_OR_PARTITION"),
        (["--to-latest", "--topic", f"{group.topic}:0,7"], "UNKNOWN_TOPIC_OR_PARTITION"),
    ):
        ran = groups("--reset-offsets", "--group", group.name, *arguments, "--execute")
        assert (ran.exit_code, ran.document["error"]["code"]) == (1, code)
    assert set(group.offsets()) == {0}


def test_watching_shows_each_change_once(groups, group, monkeypatch):
    group.produce([now_ms()] * 2)
    group.commit(2)
    looks = count()

    def sleep(_seconds):
        match next(looks):
            case 1:
                group.commit(1, partition=1)
            case 3:
                raise KeyboardInterrupt

    monkeypatch.setattr(watching.time, "sleep", sleep)
    watched = groups("--describe", "--group", group.name, "--watch")
    assert watched.exit_code == 0
    shown = [json.loads(line)["groups"][0]["offsets"] for line in watched.out.splitlines()]
    assert [len(rows) for rows in shown] == [1, 2]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--describe"],
        ["--delete"],
        ["--list", "--group", "g"],
        ["--list", "--to-offset", "0"],
        ["--list", "--execute"],
        ["--describe", "--group", "g", "--all-groups"],
        ["--describe", "--group", "g", "--state", "Stable"],
        ["--delete", "--group", "g", "--watch"],
        ["--delete-offsets", "--group", "g"],
        ["--delete-offsets", "--group", "g", "--group", "h", "--topic", "t"],
        ["--reset-offsets", "--group", "g", "--to-latest"],
        ["--reset-offsets", "--group", "g", "--topic", "t"],
        ["--reset-offsets", "--group", "g", "--topic", "t", "--to-latest", "--to-earliest"],
        ["--reset-offsets", "--group", "g", "--topic", "t", "--to-latest", "--to-offset", "1"],
        ["--reset-offsets", "--group", "g", "--topic", "t:x", "--to-latest"],
        ["--reset-offsets", "--group", "g", "--topic", "t", "--from-file", "f"],
        ["--reset-offsets", "--group", "g", "--from-file", "no-such-file"],
        [
            "--reset-offsets",
            "--all-groups",
            "--all-topics",
            "--to-latest",
            "--dry-run",
            "--execute",
        ],
        ["--reset-offsets", "--group", "g", "--topic", "t", "--by-duration", "soon"],
    ],
)
def test_a_wrong_command_line_ends_with_2(groups, arguments):
    wrong = groups(*arguments)
    assert (wrong.exit_code, wrong.document["error"]["code"]) == (2, "USAGE")


def test_what_is_done_to_a_group_is_in_the_audit_log(groups, group, edge, tenant):
    """The edge tells brokers to, and these leave the entry to it."""
    group.produce([now_ms()] * 2)
    for partition in (0, 1):
        group.commit(1 if partition == 0 else 0, partition)
    group.reset("--to-earliest", "--topic", f"{group.topic}:0")
    group.reset("--to-earliest", "--topic", f"{group.topic}:0", "--execute")
    forget = ("--delete-offsets", "--group", group.name, "--topic", f"{group.topic}:1", "--yes")
    assert groups(*forget).exit_code == 0
    assert groups("--delete", "--group", group.name, "--yes").exit_code == 0
    entries = entries_of(tenant.id, wanted=AuditFilter(object=group.name))
    assert [(each.action, each.detail) for each in reversed(entries)] == [
        ("group.reset_offsets", {"offsets": {f"{group.topic}/0": 0}}),
        ("group.delete_offsets", {"partitions": [f"{group.topic}/1"]}),
        ("group.delete", {}),
    ]
    assert {each.by for each in entries} == {operator()}
