"""The JSON files of ``kafka-reassign-partitions``, read and written."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from brokers.kernel.ids import BrokerId, PartitionIndex, TopicName
from brokers.node.ports import PartitionAssignment
from tenants.cli.failures import UsageProblem

VERSION = 1


def read_assignments(path: str) -> list[PartitionAssignment]:
    """``{"version": 1, "partitions": [{"topic", "partition", "replicas"}]}``.

    Raises ``UsageProblem`` for what is not that. ``log_dirs`` are passed over: a broker has one.
    """
    try:
        return [
            PartitionAssignment(
                TopicName(_text(each["topic"])),
                PartitionIndex(_number(each["partition"])),
                tuple(BrokerId(_number(broker)) for broker in each["replicas"]),
            )
            for each in _load(path)["partitions"]
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise UsageProblem(
            f"{path} is no assignment ({error!r}); it has the form "
            '{"version": 1, "partitions": [{"topic": "t", "partition": 0, "replicas": [1, 2]}]}.'
        ) from error


def read_topics(path: str) -> list[TopicName]:
    """``{"version": 1, "topics": [{"topic"}]}``. Raises ``UsageProblem``."""
    try:
        return [TopicName(_text(each["topic"])) for each in _load(path)["topics"]]
    except (KeyError, TypeError, ValueError) as error:
        raise UsageProblem(
            f"{path} is no list of topics ({error!r}); it has the form "
            '{"version": 1, "topics": [{"topic": "t"}]}.'
        ) from error


def assignment_document(assignments: Sequence[PartitionAssignment]) -> dict[str, Any]:
    """What ``read_assignments`` reads."""
    return {
        "version": VERSION,
        "partitions": [
            {
                "topic": each.topic_name,
                "partition": each.index,
                "replicas": list(each.replicas or ()),
            }
            for each in assignments
        ],
    }


def _load(path: str) -> dict[str, Any]:
    try:
        document = json.loads(Path(path).read_bytes())
    except OSError as error:
        raise UsageProblem(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise UsageProblem(f"{path} is not JSON: {error}.") from error
    if not isinstance(document, dict) or document.get("version", VERSION) != VERSION:
        raise UsageProblem(f"{path} is not a JSON object of version {VERSION}.")
    return document


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{value!r} is not a number from 0")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a name")
    return value
