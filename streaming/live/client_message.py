"""What a subscriber may say once it is connected.

``parse_topic_message`` reads what is said on a socket with one subscription, which needs no id;
``parse_stream_message`` what is said on one with many.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from brokers.kernel.limits import PARTITIONS_PER_TOPIC_MAX
from streaming.live.cursor import InvalidCursor, decode_cursor
from streaming.live.feed_request import FeedRequest
from streaming.live.message_fields import (
    InvalidMessage,
    MessageTooBig,
    only_fields,
    require_id,
)
from streaming.live.produce_message import Produce, parse_produce
from streaming.live.start_from import InvalidRequest, Start, parse_start
from streaming.live.subscribe_message import parse_subscribe
from streaming.live.subscription import CREDITS_MAX
from streaming.rest.storable_json import check_storable

MESSAGE_CHARACTERS_MAX: Final = 16 * 1024
PRODUCE_CHARACTERS_MAX: Final = 1024 * 1024
"""What the server takes in one message; larger records are produced by REST or a Kafka client."""
OFFSET_MAX: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Permit:
    """``{"type": "permit", "records": N}``: that many records more can be taken."""

    id: str | None
    records: int


@dataclass(frozen=True, slots=True)
class Pause:
    """``{"type": "pause"}``: no records until ``resume``."""

    id: str | None


@dataclass(frozen=True, slots=True)
class Resume:
    """``{"type": "resume"}``"""

    id: str | None


@dataclass(frozen=True, slots=True)
class Ping:
    """``{"type": "ping", "id": …}``; the pong carries the same id."""

    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Authenticate:
    """``{"type": "auth", "api_key": …, "api_secret": …}``, for those who cannot set a header."""

    api_key: str
    api_secret: str


@dataclass(frozen=True, slots=True)
class Seek:
    """``{"type": "seek", "id", "from" | "resume"}``: go on from somewhere else."""

    id: str
    start: Start
    resume: dict[int, int]


@dataclass(frozen=True, slots=True)
class Refilter:
    """``{"type": "filter", "id", "filter": CEL or null}``"""

    id: str
    filter: str | None


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """``{"type": "unsubscribe", "id"}``"""

    id: str


@dataclass(frozen=True, slots=True)
class Commit:
    """``{"type": "commit", "id", "cursor" | "offsets"}``: next offset by partition."""

    id: str
    offsets: dict[int, int]


@dataclass(frozen=True, slots=True)
class Release:
    """``{"type": "release", "id"}``: what the group takes back may go, all is committed."""

    id: str


ClientMessage = (
    Permit
    | Pause
    | Resume
    | Ping
    | Authenticate
    | FeedRequest
    | Seek
    | Refilter
    | Unsubscribe
    | Commit
    | Release
    | Produce
)


def parse_topic_message(text: str | None) -> ClientMessage:
    """Read one message; None stands for a binary one. Raises ``InvalidMessage``."""
    body = _body(text, MESSAGE_CHARACTERS_MAX)
    _check_storable(body)
    match body:
        case {"type": "permit" | "pause" | "resume"}:
            return _flow(None, body)
        case {"type": "ping"}:
            return Ping(body)
        case {"type": "auth"}:
            return _authenticate(body)
    raise InvalidMessage("a message is an object of type permit, pause, resume, ping or auth")


def parse_stream_message(text: str | None, href: str) -> ClientMessage:
    """As ``parse_topic_message``; ``href`` is the path of the tenant's topics, for links."""
    body = _body(text, PRODUCE_CHARACTERS_MAX)
    kind = body.get("type")
    if kind != "produce" and text is not None and len(text) > 4 * MESSAGE_CHARACTERS_MAX:
        raise MessageTooBig(f"a message may have {4 * MESSAGE_CHARACTERS_MAX} characters")
    if kind != "produce":  # Of a record it is said which part cannot be written.
        _check_storable(body)
    match kind:
        case "ping":
            return Ping(body)
        case "auth":
            return _authenticate(body)
        case "subscribe":
            return parse_subscribe(body, href)
        case "produce":
            return parse_produce(body)
        case "permit" | "pause" | "resume":
            return _flow(require_id(body), body)
        case "seek":
            return _seek(body)
        case "filter":
            return _refilter(body)
        case "unsubscribe":
            only_fields(body, "type", "id")
            return Unsubscribe(require_id(body))
        case "commit":
            return Commit(require_id(body), _offsets(body))
        case "release":
            only_fields(body, "type", "id")
            return Release(require_id(body))
    raise InvalidMessage(
        "a message is an object of type subscribe, permit, pause, resume, seek, filter, "
        "unsubscribe, commit, release, produce, ping or auth"
    )


def _body(text: str | None, characters_max: int) -> dict[str, Any]:
    if text is None:
        raise InvalidMessage("messages are JSON text; this one was binary")
    if len(text) > characters_max:
        raise MessageTooBig(f"a message may have {characters_max} characters")
    try:
        body = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidMessage("the message is not valid JSON") from error
    return body if isinstance(body, dict) else {}


def _check_storable(body: Mapping[str, Any]) -> None:
    try:
        check_storable(body)
    except ValueError as error:
        raise InvalidMessage(f"the message cannot be taken: {error}") from error


def _flow(id: str | None, body: Mapping[str, Any]) -> Permit | Pause | Resume:
    match body:
        case {"type": "permit", "records": int(records)} if (
            records is not True and 0 < records <= CREDITS_MAX
        ):
            return Permit(id, records)
        case {"type": "permit"}:
            raise InvalidMessage(f"permit needs records, 1 to {CREDITS_MAX}", id)
        case {"type": "pause"}:
            return Pause(id)
    return Resume(id)


def _authenticate(body: Mapping[str, Any]) -> Authenticate:
    match body:
        case {"api_key": str(api_key), "api_secret": str(api_secret)}:
            return Authenticate(api_key, api_secret)
    raise InvalidMessage("auth needs api_key and api_secret, both text")


def _seek(body: Mapping[str, Any]) -> Seek:
    only_fields(body, "type", "id", "from", "resume")
    id = require_id(body)
    start, resume = body.get("from", "latest"), body.get("resume")
    if ("from" in body) == ("resume" in body) or not isinstance(start, str):
        raise InvalidMessage("seek needs from or resume, one of them, as text", id)
    try:
        return Seek(id, parse_start(start), {} if resume is None else _cursor(resume, id))
    except InvalidRequest as error:
        raise InvalidMessage(str(error), id) from error


def _refilter(body: Mapping[str, Any]) -> Refilter:
    only_fields(body, "type", "id", "filter")
    id = require_id(body)
    match body:
        case {"filter": str() | None as filter}:
            return Refilter(id, filter)
    raise InvalidMessage("filter needs filter: CEL text, or null for none", id)


def _offsets(body: Mapping[str, Any]) -> dict[int, int]:
    only_fields(body, "type", "id", "cursor", "offsets")
    id = require_id(body)
    match body:
        case {"cursor": cursor} if "offsets" not in body:
            return _cursor(cursor, id)
        case {"offsets": dict(offsets)} if "cursor" not in body:
            if 0 < len(offsets) <= PARTITIONS_PER_TOPIC_MAX:
                return {_number(key, id): _number(value, id) for key, value in offsets.items()}
    raise InvalidMessage('commit needs cursor, or offsets as {"0":"123"}, the next to read', id)


def _cursor(text: Any, id: str) -> dict[int, int]:
    try:
        return decode_cursor(text if isinstance(text, str) else "")
    except InvalidCursor as error:
        raise InvalidMessage(str(error), id) from error


def _number(text: Any, id: str) -> int:
    if isinstance(text, int) and text is not True and 0 <= text <= OFFSET_MAX:
        return text
    if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 20:
        number = int(text)
        if number <= OFFSET_MAX:
            return number
    raise InvalidMessage("partitions and offsets are whole numbers, 0 or greater", id)
