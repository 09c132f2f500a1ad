"""Tables whose rows are megabytes wide are read within a task's memory."""

import json
import tracemalloc
from pathlib import Path

import pytest
from test_jdbc_source import Source

from connect.connectors.jdbc.source import BATCH_BYTES
from connect.task.assignment import MEMORY_BYTES
from tests.connect.task.conftest import NUMBERS, broker, site  # noqa: F401 (fixtures)
from tests.connect.task.running_task import TaskProcess

ROWS, WIDTH = 60, 4_000_000
LONG_TEXT = {"postgresql": "TEXT", "mariadb": "LONGTEXT", "sqlite": "TEXT"}


def fill(target, rows, width):
    kind = LONG_TEXT[target.engine.dialect.name]
    target.run(f"CREATE TABLE t (id BIGINT NOT NULL PRIMARY KEY, big {kind} NOT NULL)")
    with target.engine.begin() as connection:
        for number in range(rows):
            row = (number, "x" * width)
            mark = "?" if kind == "TEXT" and target.files else "%s"
            connection.exec_driver_sql(f"INSERT INTO t VALUES ({mark}, {mark})", row)


def test_a_batch_is_bounded_by_rows_and_by_their_bytes(target):
    fill(target, 30, 500_000)
    target.run(*(f"INSERT INTO t VALUES ({n}, 'x')" for n in range(30, 70)))
    source = Source(target, mode="incrementing", batch_max_rows="20")
    found = [source.batch() for _ in range(8)]
    sizes = [len(each) for each in found if each]
    of_wide = BATCH_BYTES // 500_000 + 1
    assert sizes[:3] == [of_wide] * 3
    assert max(sizes) <= 20
    assert [each.value["id"] for batch in found for each in batch] == list(range(70))


def test_no_more_of_wide_rows_is_held_than_a_batch_and_what_is_fetched(target):
    fill(target, 40, 2_000_000)
    source = Source(target, mode="incrementing")
    tracemalloc.start()
    count = 0
    while count < 40:
        count += len(source.batch())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 50_000_000, "of 80"


@pytest.mark.timeout(300)
def test_rows_of_megabytes_are_read_within_the_memory_of_a_task(site, postgresql):  # noqa: F811
    """What the database's own library holds is seen in the process alone."""
    fill(postgresql, ROWS, WIDTH)
    prefix = f"wide{next(NUMBERS)}-"
    site.add_topic(f"{prefix}t")
    config = {
        **postgresql.config, "topic.prefix": prefix, "mode": "incrementing", "task.count": "1",
        "value.converter.schemas.enable": "false",
        # The topic takes no such values; the rows are made into records all the same.
        "transforms": "id", "transforms.id.type": "ExtractField$Value", "transforms.id.field": "id",
    }  # fmt: skip
    document = site.document("source", "jdbc-source", config, egress={"allow": ["127.0.0.0/8"]})
    task = TaskProcess(document)
    found = [json.loads(each.value()) for each in site.read(f"{prefix}t", ROWS)]
    lines = Path(f"/proc/{task.process.pid}/status").read_text(encoding="ascii").splitlines()
    (peak,) = [int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")]
    assert task.stop() == 0
    assert found == list(range(ROWS))
    assert peak < MEMORY_BYTES
