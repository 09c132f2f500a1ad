"""Transactions that are larger than a task's memory: through kills amidst them nothing is missing
or out of order, and once where that is promised; what a task holds does not grow with them."""

import json
from pathlib import Path

import pytest

from connect.task.assignment import MEMORY_BYTES
from tests.connect.task.conftest import NUMBERS, broker, site  # noqa: F401 (fixtures)
from tests.connect.task.running_task import TaskProcess
from tests.node.harness import wait_until

ROWS = 100_000
"""Each is inserted and then updated, in one transaction."""
PATIENCE_S = 240
T = "CREATE TABLE t (id int PRIMARY KEY, n int)"


def document(site, shop, prefix, support):  # noqa: F811
    config = {
        **shop.config, "topic.prefix": prefix, "exactly.once.support": support,
        "key.converter.schemas.enable": "false", "value.converter.schemas.enable": "false",
        # The database here gives up after 3 s of silence.
        "slot.watch.interval.ms": "500",
    }  # fmt: skip
    return site.document(
        "source", "postgresql-cdc", config,
        egress={"allow": ["127.0.0.0/8"]}, offset_flush_interval_ms=200,
    )  # fmt: skip


def told(site, topic):  # noqa: F811
    """(operation, id) of each record that is committed, in their order."""
    values = [json.loads(each.value()) for each in site.read(topic, 0)]
    return [(value["op"], value["after"]["id"]) for value in values]


def peak_bytes(process):
    """Of the memory that it has had at once."""
    lines = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii").splitlines()
    (peak,) = [line for line in lines if line.startswith("VmHWM:")]
    return int(peak.split()[1]) * 1024


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("support", "faults"),
    [
        # With records written and the transaction open; committed, and the database not told.
        ("required", ["before-commit:12", "after-commit:10"]),
        ("requested", ["produce:90000", "produce:40000"]),
    ],
)
def test_killed_amidst_a_transaction_of_200_000_changes(
    site, shop, tmp_path, support, faults  # noqa: F811
):  # fmt: skip
    prefix = f"large{next(NUMBERS)}"
    topic = f"{prefix}.public.t"
    site.add_topic(topic)
    shop.run(T, "INSERT INTO t VALUES (0, 0)")
    task_document = document(site, shop, prefix, support)
    for number, fault in enumerate(faults, 1):
        marker = tmp_path / f"died-{number}"
        dying = TaskProcess(task_document, FAULT=fault, MARKER=str(marker), LASTS_S="240")
        if number == 1:
            wait_until(lambda: told(site, topic), "the tables", PATIENCE_S)
            shop.run(
                f"INSERT INTO t SELECT n, 0 FROM generate_series(1, {ROWS}) n",
                "UPDATE t SET n = 1 WHERE id > 0",
            )
            ((end,),) = shop.rows("SELECT pg_current_wal_insert_lsn()")
            shop.run("INSERT INTO t VALUES (-1, 0)")
        assert dying.ended(PATIENCE_S) == -9
        assert marker.exists()
        assert ("u", ROWS) not in told(site, topic), "amidst it"
    task = TaskProcess(task_document, LASTS_S="240")
    stored = f"SELECT 1 FROM pg_replication_slots WHERE confirmed_flush_lsn >= '{end}'"
    wait_until(lambda: shop.rows(stored), "all of it", PATIENCE_S)
    wait_until(lambda: ("c", -1) in told(site, topic), "the last change", PATIENCE_S)
    peak = peak_bytes(task.process)
    assert task.stop() == 0
    changes = [(op, row) for op in "cu" for row in range(1, ROWS + 1)]
    _check(told(site, topic), [("r", 0), *changes, ("c", -1)], once=support == "required")
    assert peak < MEMORY_BYTES


def _check(found, expected, *, once):
    if once:
        assert found == expected
        return
    # Each comes first when all before it have come, so each key's are in order; after a kill some
    # come again.
    places = {each: place for place, each in enumerate(expected)}
    reached = -1
    for place in map(places.__getitem__, found):
        assert place <= reached + 1
        reached = max(reached, place)
    assert reached == len(expected) - 1
    assert found[-1] == expected[-1]
