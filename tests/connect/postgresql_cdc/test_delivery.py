"""The source in a task's process, with brokers: what is in the topic after kills, and what the
database was told."""

import json

import pytest

from tests.connect.task.conftest import broker, site  # noqa: F401 (fixtures)
from tests.connect.task.running_task import TaskProcess
from tests.node.harness import wait_until

TOPIC = "x.public.t"


def document(site, shop, **more):  # noqa: F811
    return site.document(
        "source", "postgresql-cdc",
        {
            **shop.config, "value.converter.schemas.enable": "false", "max.batch.size": "50",
            "heartbeat.interval.ms": "100", **more,
        },
        egress={"allow": ["127.0.0.0/8"]}, offset_flush_interval_ms=200,
    )  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def topic(broker):  # noqa: F811
    broker.add_topic(TOPIC)


def ids(site):  # noqa: F811
    return [json.loads(each.value())["after"]["id"] for each in site.read(TOPIC, 0)]


def insert(shop, first, last):
    for number in range(first, last + 1, 10):
        shop.run(f"INSERT INTO t SELECT generate_series({number}, {number + 9})")


@pytest.mark.parametrize(
    ("support", "faults"),
    [
        # Killed with records written and the transaction open; committed, the database not told.
        ("required", ["before-commit:4", "after-commit:3"]),
        ("requested", []),
    ],
)
def test_all_is_in_the_topic_once_and_the_database_may_forget_it(
    site, shop, tmp_path, support, faults  # noqa: F811
):  # fmt: skip
    before = len(ids(site))
    shop.run("CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t SELECT generate_series(1, 10)")
    told = document(site, shop, **{"exactly.once.support": support})
    for number, fault in enumerate(faults, 1):
        marker = tmp_path / f"died-{number}"
        dying = TaskProcess(told, FAULT=fault, MARKER=str(marker))
        dying.wait_for("RUNNING")
        wait_until(lambda: 10 in ids(site)[before:], "the tables")
        insert(shop, 100 * number, 100 * number + 99)
        assert dying.ended() == -9
        assert marker.exists()
    task = TaskProcess(told)
    task.wait_for("RUNNING")
    wait_until(lambda: 10 in ids(site)[before:], "the tables")
    insert(shop, 1000, 1009)
    wait_until(lambda: 1009 in ids(site)[before:], "the last change")
    ((end,),) = shop.rows("SELECT pg_current_wal_lsn()")
    forgets = f"SELECT 1 FROM pg_replication_slots WHERE confirmed_flush_lsn >= '{end}'"
    wait_until(lambda: shop.rows(forgets), "that the database may forget")
    assert task.stop() == 0
    expected = [*range(1, 11), *(range(100, 300) if faults else ()), *range(1000, 1010)]
    assert ids(site)[before:] == expected
    ((partition, offset),) = site.stored()
    assert partition == {"server": "x"}
    confirmed = "SELECT (confirmed_flush_lsn - '0/0')::bigint FROM pg_replication_slots"
    assert shop.rows(confirmed)[0][0] <= offset["lsn"]
