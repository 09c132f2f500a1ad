"""A short run as the command makes it: a whole service, a few faults, everything checked."""

import pytest

from tests.torture import report
from tests.torture.options import Options
from tests.torture.run import torture


@pytest.mark.timeout(600)
def test_kills_and_a_store_that_stops_break_no_promise() -> None:
    options = Options(
        minutes=0.5,
        seed=3,
        rate=300,
        faults=(
            "kill-leader",
            "end-broker",
            "pause-leader",
            "kill-group-coordinator",
            "kill-transaction-coordinator",
            "pause-postgres",
            "cut-off",
            "cut-at-commit",
        ),
    )
    outcome = torture(options)
    told = report.document(options, outcome)
    assert told["verdict"] == "good", report.text(told, outcome)
    assert sum(told["faults"].values()) >= 2
    assert told["acknowledged"] > 0
    assert told["read"] >= told["acknowledged"]
    assert told["neighbour_read"] >= told["neighbour_acknowledged"] > 0
    assert told["transformed"] > 0
    assert told["commits"] > 0
    assert told["late_ends"] > 0
