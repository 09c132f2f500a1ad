"""Apache Kafka's own Java clients: topic ids, flexible versions, idempotence by default."""

import json
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from bench.kafka_jars import kafka_class_path
from bench.maven_jars import JarsUnavailable
from tests.compat.clients import JAVA, Login
from tests.service import ServiceUnderTest

PROGRAMS = Path(__file__).parent / "java"


def said(program: str, login: Login) -> list[str]:
    """What a program of ``java/`` prints, by line."""
    try:
        class_path = kafka_class_path()
    except JarsUnavailable as missing:
        pytest.skip(f"needs: Apache Kafka's jars ({missing})")
    settings = [f"{name}={value}" for name, value in login.java().items()]
    done = subprocess.run(
        [*JAVA, "-cp", class_path, str(PROGRAMS / program), *settings],
        capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


def test_produce_consume_and_administer(login: Login) -> None:
    assert said("Journey.java", login) == [
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


def test_groups_of_each_kind(cell: ServiceUnderTest, login: Login) -> None:
    """Line by line what Apache Kafka 4.2 makes of the same program. Where its administrator moved a
    group is in the audit log; what members committed is not."""
    kinds = {
        "cooperative": ("[2]", "Classic cooperative-sticky", "Classic"),
        "eager": ("[4]", "Classic range", "Classic"),
        "kip848": ("[2]", "Consumer uniform", "Consumer"),
    }
    assert said("Groups.java", login) == [
        f"{kind}: {line}"
        for kind, (taken, described, group_type) in kinds.items()
        for line in (
            f"took from the first {taken}",
            "shared 20 and 20",
            "took over 40=1 to 20",
            "static member came back true, read again 0",
            f"described Stable {described} {{goes=2, stays=2}}",
            f"listed [consumer {group_type} Stable]",
            "delete while used: GroupNotEmptyException",
            "alter while used: UnknownMemberIdException",
            "forget while used: GroupSubscribedToTopicException",
            "emptied Empty",
            "offset of 0 3 by hand",
            "offset of 2 15 ",
            "offset of 3 15 ",
            "described when deleted: GroupIdNotFoundException",
        )
    ] + ["kip848: pattern matches 5"]
    moved = {
        entry["object"].split("-")[1]: [
            (each["partition"], each["to"]) for each in entry["detail"]["offsets"]
        ]
        for entry in resets(cell, [f"group-{kind}-" for kind in kinds])
    }
    assert moved == {kind: [(0, 3)] for kind in kinds}


def resets(cell: ServiceUnderTest, groups: list[str]) -> list[dict[str, Any]]:
    """The entries about offsets of groups that are called so, as soon as there is one of each."""
    asked = ("audit", "--list", "--tenant", "compat", "--action", "group.reset_offsets", "--json")
    deadline = time.monotonic() + 30
    while True:
        told: list[dict[str, Any]] = json.loads(cell.run(*asked).stdout)["entries"]
        entries = [each for each in told if each["object"].startswith(tuple(groups))]
        if len(entries) >= len(groups):
            assert len(entries) == len(groups)
            return entries
        assert time.monotonic() < deadline, entries


def test_administrators_of_transactions(login: Login) -> None:
    """As Apache Kafka 4.2, but for abortTransaction: it would have a tenant's client write markers
    (WriteTxnMarkers), which brokers alone may, so that the client finds no version of it."""
    assert said("TransactionsAdministered.java", login) == [
        "described Ongoing 60000 true true",
        "producer true true 0 0",
        "listed true",
        "listed by producer true",
        "listed by pattern true",
        "listed by others false",
        "abort UnsupportedVersionException",
        "still Ongoing",
        "fenced to a later epoch true",
        "its producer InvalidProducerEpochException",
        "aborted",
        "unknown TransactionalIdNotFoundException",
    ]
