"""Tables whose rows are megabytes wide are read within a task's memory."""

import pytest
from test_large_transactions import document, peak_bytes

from connect.task.assignment import MEMORY_BYTES
from tests.connect.task.conftest import NUMBERS, broker, site  # noqa: F401 (fixtures)
from tests.connect.task.running_task import TaskProcess

ROWS, WIDTH = 60, 4_000_000


@pytest.mark.timeout(300)
def test_rows_of_megabytes_are_read_within_the_memory_of_a_task(site, shop):  # noqa: F811
    """As many as one fetch was of once, and 240 MB of them."""
    prefix = f"wide{next(NUMBERS)}"
    site.add_topic(f"{prefix}.public.t")
    shop.run(
        "CREATE TABLE t (id int PRIMARY KEY, big text)",
        f"INSERT INTO t SELECT n, repeat('x', {WIDTH}) FROM generate_series(1, {ROWS}) n",
    )
    of_all = document(site, shop, prefix, "requested")
    # The topic takes no such values; the rows are made into records all the same.
    of_all["config"] |= {
        "heartbeat.interval.ms": "0", "transforms": "op",
        "transforms.op.type": "ExtractField$Value", "transforms.op.field": "op",
    }  # fmt: skip
    task = TaskProcess(of_all)
    assert len(site.read(f"{prefix}.public.t", ROWS)) == ROWS
    peak = peak_bytes(task.process)
    assert task.stop() == 0
    assert peak < MEMORY_BYTES
