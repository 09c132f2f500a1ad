"""What a live socket asks for in its URL, read and checked."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs

from brokers.kernel.limits import PARTITIONS_PER_TOPIC_MAX
from streaming.live.cursor import InvalidCursor, decode_cursor
from streaming.live.subscription import CREDITS_MAX, Mode

CREDITS_DEFAULT: Final = 1_000
_PARAMETERS: Final = frozenset({"cluster_id", "from", "mode", "partitions", "resume", "credits"})
_QUERY_BYTES_MAX: Final = 32 * 1024
_NUMBER_DIGITS_MAX: Final = 18


class InvalidRequest(Exception):
    """A parameter cannot be understood; the message names it and says what it may be."""


@dataclass(frozen=True, slots=True)
class FromLatest:
    """Records committed from now on."""


@dataclass(frozen=True, slots=True)
class FromEarliest:
    """The oldest record that is kept."""


@dataclass(frozen=True, slots=True)
class FromEnd:
    """The last ``records`` of each partition."""

    records: int


@dataclass(frozen=True, slots=True)
class FromOffset:
    """The same offset in each partition."""

    offset: int


@dataclass(frozen=True, slots=True)
class FromTimestamp:
    """The first record at or after a moment (Unix ms)."""

    timestamp_ms: int


Start = FromLatest | FromEarliest | FromEnd | FromOffset | FromTimestamp


@dataclass(frozen=True, slots=True)
class TailRequest:
    cluster_id: str | None
    start: Start
    mode: Mode
    partitions: tuple[int, ...] | None
    """None is all of them, and those that the topic will grow."""
    resume: dict[int, int]
    """Next offset by partition; stronger than ``start``."""
    credits: int | None
    """None is without limit."""


def parse_tail_request(query: bytes) -> TailRequest:
    """Read the query string. Raises ``InvalidRequest``."""
    if len(query) > _QUERY_BYTES_MAX:
        raise InvalidRequest(f"the query is longer than {_QUERY_BYTES_MAX} bytes")
    try:
        parameters = parse_qs(query.decode("ascii"), keep_blank_values=True, errors="strict")
    except ValueError as error:
        raise InvalidRequest("the query is not valid UTF-8 in percent-encoding") from error
    for name, values in parameters.items():
        if name not in _PARAMETERS:
            raise InvalidRequest(f"unknown parameter {name[:64]!r}; known: {_known()}")
        if len(values) > 1:
            raise InvalidRequest(f"{name} is given {len(values)} times; give it once")
    given = {name: values[0] for name, values in parameters.items()}
    return TailRequest(
        cluster_id=given.get("cluster_id"),
        start=parse_start(given.get("from", "latest")),
        mode=_mode(given.get("mode", Mode.TAIL)),
        partitions=_partitions(given.get("partitions")),
        resume=_resume(given.get("resume")),
        credits=_credits(given.get("credits")),
    )


def parse_start(text: str) -> Start:
    """``latest``, ``earliest``, ``end-N``, ``offset:N`` or ``ts:UNIX_MS``."""
    match text.partition(":"):
        case ("latest", "", ""):
            return FromLatest()
        case ("earliest", "", ""):
            return FromEarliest()
        case ("offset", ":", number) if _is_number(number):
            return FromOffset(int(number))
        case ("ts", ":", number) if _is_number(number):
            return FromTimestamp(int(number))
        case (end, "", "") if end.startswith("end-") and _is_number(end[4:]):
            return FromEnd(int(end[4:]))
    raise InvalidRequest("from must be latest, earliest, end-N, offset:N or ts:UNIX_MILLISECONDS")


def _known() -> str:
    return ", ".join(sorted(_PARAMETERS))


def _mode(text: str) -> Mode:
    try:
        return Mode(text)
    except ValueError:
        raise InvalidRequest("mode must be tail or lossless") from None


def _partitions(text: str | None) -> tuple[int, ...] | None:
    if text is None:
        return None
    numbers = text.split(",")
    if len(numbers) > PARTITIONS_PER_TOPIC_MAX or not all(map(_is_number, numbers)):
        raise InvalidRequest("partitions must be whole numbers with commas between them, as 0,3")
    return tuple(sorted({int(number) for number in numbers}))


def _resume(text: str | None) -> dict[int, int]:
    try:
        return {} if text is None else decode_cursor(text)
    except InvalidCursor as error:
        raise InvalidRequest(str(error)) from error


def _credits(text: str | None) -> int | None:
    if text is None:
        return CREDITS_DEFAULT
    if text == "unlimited":
        return None
    if not _is_number(text) or int(text) > CREDITS_MAX:
        raise InvalidRequest(f"credits must be 0 to {CREDITS_MAX}, or unlimited")
    return int(text)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _NUMBER_DIGITS_MAX
