"""What one client process is told: a JSON file that only its owner reads, for a secret is in it."""

import json
import os
import signal
import threading
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests import login
from tests.torture.layout import TOPICS, Place


class Login(login.Login):
    """One API key of a tenant under torture; clients log in in more than one way."""

    def librdkafka(self, mechanism: str = "PLAIN", **more: Any) -> dict[str, Any]:
        patience = {"log_level": 0, "reconnect.backoff.max.ms": 500}
        return super().librdkafka(mechanism, **{**patience, **more})

    def python(self, mechanism: str = "SCRAM-SHA-256", **more: Any) -> dict[str, Any]:
        return super().python(mechanism, **more)


@dataclass(frozen=True, slots=True)
class Task:
    """``rate`` is sends per second. Readers begin at the beginning, or with ``from_end`` at the
    end; one with ``until`` ends by itself once it has read up to there, exclusive. ``slot`` tells
    members of one role apart, and stays when one is replaced."""

    role: str
    number: int
    history: str
    login: Login
    rate: float = 0.0
    from_end: bool = False
    slot: int = 0
    until: dict[Place, int] = field(default_factory=dict)

    def write(self, path: Path) -> None:
        document = asdict(self) | {"until": [[*place, end] for place, end in self.until.items()]}
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            json.dump(document, file)

    @classmethod
    def read(cls, path: Path) -> "Task":
        document = json.loads(path.read_text())
        login = Login(**document.pop("login"))
        until = {Place(topic, number): end for topic, number, end in document.pop("until")}
        return cls(**document, login=login, until=until)


def told_to_stop() -> threading.Event:
    """Set by SIGTERM; Ctrl-C, which a terminal sends to everybody, is the run's own affair."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return stop


def name_of(place: Place) -> tuple[str, int]:
    """A place as clients name it."""
    return TOPICS[place.topic].name, place.partition


def place_of(topic: str, partition: int) -> Place:
    return Place(NUMBERS[topic], partition)


NUMBERS = {plan.name: number for number, plan in enumerate(TOPICS)}
