"""What a subscriber may say once it is connected."""

import json
from dataclasses import dataclass
from typing import Any, Final

from streaming.live.subscription import CREDITS_MAX

MESSAGE_CHARACTERS_MAX: Final = 16 * 1024


class InvalidMessage(Exception):
    """The message cannot be understood; the text says what can."""


class MessageTooBig(InvalidMessage):
    """Longer than ``MESSAGE_CHARACTERS_MAX``."""


@dataclass(frozen=True, slots=True)
class Permit:
    """``{"type": "permit", "records": N}``: that many records more can be taken."""

    records: int


@dataclass(frozen=True, slots=True)
class Pause:
    """``{"type": "pause"}``: no records until ``resume``."""


@dataclass(frozen=True, slots=True)
class Resume:
    """``{"type": "resume"}``"""


@dataclass(frozen=True, slots=True)
class Ping:
    """``{"type": "ping", "id": …}``; the pong carries the same id."""

    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Authenticate:
    """``{"type": "auth", "api_key": …, "api_secret": …}``, for those who cannot set a header."""

    api_key: str
    api_secret: str


ClientMessage = Permit | Pause | Resume | Ping | Authenticate


def parse_client_message(text: str | None) -> ClientMessage:
    """Read one message; None stands for a binary one. Raises ``InvalidMessage``."""
    if text is None:
        raise InvalidMessage("messages are JSON text; this one was binary")
    if len(text) > MESSAGE_CHARACTERS_MAX:
        raise MessageTooBig(f"a message may have {MESSAGE_CHARACTERS_MAX} characters")
    try:
        body = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidMessage("the message is not valid JSON") from error
    match body:
        case {"type": "permit", "records": int(records)} if (
            records is not True and 0 < records <= CREDITS_MAX
        ):
            return Permit(records)
        case {"type": "permit"}:
            raise InvalidMessage(f"permit needs records, 1 to {CREDITS_MAX}")
        case {"type": "pause"}:
            return Pause()
        case {"type": "resume"}:
            return Resume()
        case {"type": "ping"}:
            return Ping(body)
        case {"type": "auth", "api_key": str(api_key), "api_secret": str(api_secret)}:
            return Authenticate(api_key, api_secret)
        case {"type": "auth"}:
            raise InvalidMessage("auth needs api_key and api_secret, both text")
    raise InvalidMessage("a message is an object of type permit, pause, resume, ping or auth")
