"""What a live socket asks for in its URL, read and checked."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs

from brokers.kernel.limits import PARTITIONS_PER_TOPIC_MAX
from streaming.live.cursor import InvalidCursor, decode_cursor
from streaming.live.feed_request import FeedRequest
from streaming.live.start_from import InvalidRequest, Start, is_number, parse_start
from streaming.live.subscription import CREDITS_DEFAULT, CREDITS_MAX, Mode

_PARAMETERS: Final = frozenset({"cluster_id", "from", "mode", "partitions", "resume", "credits"})
_QUERY_BYTES_MAX: Final = 32 * 1024


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

    def feed(self, topic: str) -> FeedRequest:
        """The one subscription of the socket."""
        return FeedRequest(
            None, topic, self.start, self.mode, self.partitions, self.resume, self.credits
        )


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
    if len(numbers) > PARTITIONS_PER_TOPIC_MAX or not all(map(is_number, numbers)):
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
    if not is_number(text) or int(text) > CREDITS_MAX:
        raise InvalidRequest(f"credits must be 0 to {CREDITS_MAX}, or unlimited")
    return int(text)
