"""Run one client: ``python -m tests.torture.clients TASK``."""

import importlib
import os
import sys
from pathlib import Path

from tests.torture.clients.task import Task, told_to_stop

ROLES = {
    "idempotent-writer": "writer",
    "leader-acks-writer": "writer",
    "no-acks-writer": "writer",
    "refused-writer": "refused_writer",
    "classic-transformer": "transformer",
    "consumer-transformer": "transformer",
    "auditor": "auditor",
    "late-ender": "late_ender",
    "confluent-reader": "confluent_reader",
    "aiokafka-reader": "aiokafka_reader",
    "kafka-python-reader": "kafka_python_reader",
}


YIELDS = 10
"""A client's niceness. All of their libraries spin in some trouble (librdkafka while a broker with
five requests is stopped, aiokafka and kafka-python while nobody leads) and would take all of a
small machine from the brokers that are to come back."""


def main() -> int:
    os.nice(YIELDS)
    stop = told_to_stop()
    task = Task.read(Path(sys.argv[1]))
    module = importlib.import_module(f"tests.torture.clients.{ROLES[task.role]}")
    code: int = module.run(task, stop)
    return code


if __name__ == "__main__":
    exit_code = main()
    sys.stderr.flush()
    os._exit(exit_code)  # A library's own threads may be waiting for a broker that is stopped.
