"""Apache Kafka's own Java clients: topic ids, flexible versions, idempotence by default."""

import subprocess
from pathlib import Path

import pytest

from bench.kafka_jars import JarsUnavailable, kafka_class_path
from tests.compat.clients import Login

SOURCE = Path(__file__).parent / "java" / "Journey.java"


def test_produce_consume_and_administer(login: Login) -> None:
    try:
        class_path = kafka_class_path()
    except JarsUnavailable as missing:
        pytest.skip(f"needs: Apache Kafka's jars ({missing})")
    settings = [f"{name}={value}" for name, value in login.java().items()]
    done = subprocess.run(
        ["java", "-cp", class_path, str(SOURCE), *settings],
        capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        f"cluster {login.cluster_id}",
        "produced 100",
        "latest 100",
        "consumed 100",
        "earliest 40",
        "partitions 3",
        "segment.bytes 1073741824",
        "logdirs True".lower(),
        "deleted true",
    ]
