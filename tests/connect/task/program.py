"""A task's process as the service starts it, but for the connectors of these tests.

``FAULT=METHOD:N`` kills it with the N-th call of a producer's method, before it does anything.
``LASTS_S`` is how many seconds it may take, 60 unless it is said.
"""

import os
import signal
import sys
from typing import Any

from connect.catalogue import Kind
from connect.catalogue.built_in import BUILT_IN
from connect.task import run_source
from connect.task.process import main
from tests.connect.task.plugins import die_once

OWN = {
    Kind.SOURCE: {"tests.connect.task.plugins:CountingSource": ("counting",)},
    Kind.SINK: {"tests.connect.task.plugins:KeepingSink": ("keeping",)},
}


def offer() -> None:
    for kind, plugins in OWN.items():
        BUILT_IN[kind].update(plugins)


class FaultyProducer(run_source.Producer):  # type: ignore[misc]
    """All that was given to it is at the brokers when it dies."""

    calls = 0
    produced = 0

    def produce(self, *arguments: Any, **named: Any) -> None:
        fault, _, number = os.environ.get("FAULT", "").partition(":")
        FaultyProducer.produced += 1
        if fault == "produce" and FaultyProducer.produced == int(number):
            die_once(os.environ["MARKER"])
        super().produce(*arguments, **named)

    def commit_transaction(self, *arguments: Any) -> None:
        fault, _, number = os.environ.get("FAULT", "").partition(":")
        FaultyProducer.calls += 1
        if fault == "before-commit" and FaultyProducer.calls == int(number):
            self.flush(60)
            die_once(os.environ["MARKER"])
        super().commit_transaction(*arguments)
        if fault == "after-commit" and FaultyProducer.calls == int(number):
            die_once(os.environ["MARKER"])


if __name__ == "__main__":
    offer()
    run_source.Producer = FaultyProducer
    # Whatever goes wrong, no test leaves one behind.
    signal.alarm(int(os.environ.get("LASTS_S", "240")))
    main(sys.argv[1:])
