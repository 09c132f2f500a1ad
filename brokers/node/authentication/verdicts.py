"""What a mechanism says about one message of a login."""

from dataclasses import dataclass
from typing import Protocol

from brokers.metadata.records import CredentialRecord
from brokers.node.session import Session


@dataclass(frozen=True, slots=True)
class Challenge:
    """Go on: send ``message`` and wait for the client's next one."""

    message: bytes


@dataclass(frozen=True, slots=True)
class Accepted:
    """The client has proved who it is. ``message`` is the mechanism's last word, often empty."""

    session: Session
    message: bytes = b""


@dataclass(frozen=True, slots=True)
class Rejected:
    """``reason`` is for the broker's log; the client hears the same sentence whatever it is."""

    reason: str


Verdict = Challenge | Accepted | Rejected


class Exchange(Protocol):
    """One login by one mechanism: used once, message by message."""

    def key_id(self, message: bytes) -> str | None:
        """The API key that the message names, so that it can be looked up; None when it names
        none."""
        ...

    def step(self, message: bytes, credential: CredentialRecord | None) -> Verdict:
        """Judge the client's next message; ``credential`` is what ``key_id`` was found to be."""
        ...
