"""What a real Kafka Connect 3.9 answered, asked of ours in the same order.

``kafka_connect_3_9.json`` was recorded from a standalone worker with the file connectors of Kafka,
without the texts of its documentation. Where ours answers otherwise on purpose ``DIFFERENCES`` says
what; docs/connect.md says why.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.connect.rest.client import ConnectClient

RECORDED = json.loads((Path(__file__).parent / "kafka_connect_3_9.json").read_text())


def _without_ghosts(answer: Any) -> Any:
    """Kafka's worker told of a task that there never was after it was asked to restart it."""
    for each in answer.values():
        if "status" in each:
            each["status"]["tasks"] = [task for task in each["status"]["tasks"] if task["id"] != 7]
    return answer


def _by_short_names(answer: Any) -> Any:
    """Sources come first here."""
    short = {"sink": "FileStreamSink", "source": "FileStreamSource"}
    return [{**each, "class": short[each["type"]]} for each in reversed(answer)]


def _without_tasks(answer: Any) -> Any:
    """Ours are made by a worker, a moment after the answer."""
    return {**answer, "tasks": []}


@dataclass(frozen=True)
class Ours:
    """What differs: the status, and a part of the message (None: whatever Kafka said)."""

    status: int
    message: str | None = None


NOT_KAFKAS = frozenset({"poll.interval.ms"})
"""Keys that the file plugin has here and not in Kafka."""

DIFFERENCES = {
    "GET /connector-plugins": _by_short_names,
    "GET /nope": Ours(404, "is not an endpoint of Kafka Connect's"),
    "PUT /connectors": Ours(405, "not allowed"),
    'POST /connectors "notjson"': Ours(400, "must be a JSON object"),
    'POST /connectors {"name": "x"}': Ours(400, "config is missing"),
    'POST /connectors {"config": {}}': Ours(400, "a connector's name is"),
    'POST /connectors {"name": "x", "config": {"connector.class": "Nope"}}': Ours(
        400, "Failed to find any connector plugin"
    ),
    'PATCH /connectors/fs/offsets {"offsets": [{"partition": {"bad": 1}, "offset": '
    '{"position": 2}}]}': Ours(400),
    'PUT /admin/loggers/org.apache.kafka.connect {"level": "DEBUG"}': Ours(404, "not found"),
    'PUT /admin/loggers/org.apache.kafka.connect?scope=cluster {"level": "INFO"}': Ours(
        404, "not found"
    ),
    "GET /connectors?expand=status": _without_ghosts,
    "GET /connectors?expand=info&expand=status": _without_ghosts,
    'PUT /connectors/new1/config {"connector.class": "FileStreamSource", "tasks.max": "1", '
    '"file": "/data/in.txt", "topic": "fs2"}': _without_tasks,
    'POST /connectors {"name": "fs", "config": {"connector.class": "FileStreamSource", '
    '"tasks.max": "abc", "file": "/data/in.txt", "topic": "fsource"}}': Ours(
        400, "Invalid value abc for configuration tasks.max: Not a number of type INT\nYou can also"
    ),
    "PUT /connectors/nope/stop": Ours(404, "Connector nope not found"),
    "POST /connectors/nope/restart": Ours(404, "Connector nope not found"),
}  # fmt: skip


@pytest.mark.django_db
def test_the_transcript(connect: ConnectClient) -> None:
    """In one go, as each answer depends on what was done before."""
    wrong = []
    for recorded in RECORDED:
        response = connect.ask(recorded["method"], recorded["path"], recorded["body"])
        told = json.loads(response.content) if response.content else ""
        expected = _expected(recorded)
        answered = (response.status_code, _normal(told))
        if DIFFERENCES.get(_label(recorded)) is not None:
            answered = _without_words(answered, expected)
        if answered != expected:
            wrong.append((_label(recorded), expected, answered))
        if "location" in recorded:
            assert response["Location"].endswith(f"/connect{recorded['location']}")
        if told != "":
            assert response["Content-Type"] == "application/json", _label(recorded)
    assert not wrong, "\n".join(map(repr, wrong))
    assert {_label(each) for each in RECORDED} > set(DIFFERENCES), "nothing like it was recorded"


def _expected(recorded: dict[str, Any]) -> tuple[int, Any]:
    """Status and body that ours answers."""
    difference = DIFFERENCES.get(_label(recorded))
    match difference:
        case None:
            return recorded["status"], _normal(recorded["answer"])
        case Ours():
            message = difference.message or recorded["answer"]["message"]
            return difference.status, {"error_code": difference.status, "message": message}
    return recorded["status"], _normal(difference(recorded["answer"]))


def _without_words(answered: tuple[int, Any], expected: tuple[int, Any]) -> tuple[int, Any]:
    """``answered`` with the expected part of its message alone, if it has it."""
    status, told = answered
    if isinstance(told, dict) and expected[1].get("message", "") in told.get("message", ""):
        told = {**told, "message": expected[1]["message"]} if "message" in told else told
    return status, told


def _label(recorded: dict[str, Any]) -> str:
    body = recorded["body"]
    words = f"{recorded['method']} {recorded['path']}"
    return words if body is None else f"{words} {json.dumps(body)}"


def _normal(answer: Any) -> Any:
    """Without what names the worker or the release, and without keys that are not ours; lists of
    definitions by name."""
    match answer:
        case [{"definition": _}, *_]:
            answer = {
                each["value"]["name"]: each
                for each in answer
                if each["value"]["name"] not in NOT_KAFKAS
            }
        case [{"importance": _}, *_]:
            answer = {each["name"]: each for each in answer if each["name"] not in NOT_KAFKAS}
    match answer:
        case dict():
            return {key: _normal(value) for key, value in answer.items() if key not in _UNTOLD}
        case list():
            return [_normal(each) for each in answer]
    return answer


_UNTOLD = frozenset(
    {"worker_id", "version", "commit", "kafka_cluster_id", "level", "task.class", "documentation"}
)
