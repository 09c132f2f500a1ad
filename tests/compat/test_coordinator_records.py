"""Apache Kafka's own classes write the coordinators' records as we do, byte for byte."""

import json
import random
import subprocess
from base64 import b64encode, urlsafe_b64encode
from pathlib import Path
from typing import Any

import pytest

from bench.kafka_jars import kafka_class_path
from bench.maven_jars import JarsUnavailable
from brokers.wire.generator.schema import Field, Message, Struct, load_coordinator_messages
from tests.compat.clients import JAVA
from tests.unit.wire.samples import Tree, draw, module_of, to_ours, without_ours

SOURCE = Path(__file__).parent / "java" / "CoordinatorRecords.java"
SAMPLES = 12


def test_every_record_and_version() -> None:
    try:
        class_path = kafka_class_path()
    except JarsUnavailable as missing:
        pytest.skip(f"needs: Apache Kafka's jars ({missing})")
    rng = random.Random(848)
    asked, ours = [], []
    for message in load_coordinator_messages():
        for version in message.range():
            for _ in range(SAMPLES):
                tree = without_ours(message.root, draw(message, version, rng))
                said = json.dumps(_json(message.root, tree))
                asked.append(f"{_class(message)} {version} {said}")
                ours.append(
                    b"".join(module_of(message).encode(version, to_ours(message, tree))).hex()
                )
    done = subprocess.run(
        [*JAVA, "-cp", class_path, str(SOURCE)], input="\n".join(asked),
        capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    theirs = done.stdout.split("\n")[:-1]
    assert len(theirs) == len(ours) > 30 * SAMPLES
    for line, mine, their in zip(asked, ours, theirs, strict=True):
        assert mine == their, line


def _class(message: Message) -> str:
    if message.direction == "data":
        return f"org.apache.kafka.common.message.{message.root.name}"
    topic = "transaction" if message.root.name.startswith("Transaction") else "group"
    return f"org.apache.kafka.coordinator.{topic}.generated.{message.root.name}"


def _json(struct: Struct, tree: Tree) -> Tree:
    """The tree as Kafka's JSON converters read it."""
    fields = {field.name: field for field in struct.fields}
    return {_camel(name): _json_value(fields[name], value) for name, value in tree.items()}


def _json_value(field: Field, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, list):
        return [_json_value(field, element) for element in value]
    if field.struct is not None:
        return _json(field.struct, value)
    if field.type == "uuid":
        return urlsafe_b64encode(value).decode().rstrip("=")
    return b64encode(value).decode() if field.type == "bytes" else value


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.title() for part in rest)
