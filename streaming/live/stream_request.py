"""What ``/ws/v1/stream`` takes in its URL."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs

from streaming.live.start_from import InvalidRequest

_PARAMETERS: Final = ("cluster_id", "ticket")
_QUERY_BYTES_MAX: Final = 1024


@dataclass(frozen=True, slots=True)
class StreamRequest:
    cluster_id: str | None
    ticket: str | None


def parse_stream_request(query: bytes) -> StreamRequest:
    """Read the query string. Raises ``InvalidRequest``."""
    if len(query) > _QUERY_BYTES_MAX:
        raise InvalidRequest(f"the query is longer than {_QUERY_BYTES_MAX} bytes")
    try:
        given = parse_qs(query.decode("ascii"), keep_blank_values=True, errors="strict")
    except ValueError as error:
        raise InvalidRequest("the query is not valid UTF-8 in percent-encoding") from error
    for name, values in given.items():
        if name not in _PARAMETERS:
            raise InvalidRequest(
                f"unknown parameter {name[:64]!r}; known: {', '.join(_PARAMETERS)}. What is read "
                "is said in subscribe messages"
            )
        if len(values) > 1:
            raise InvalidRequest(f"{name} is given {len(values)} times; give it once")
    return StreamRequest(*(given.get(name, [None])[0] for name in _PARAMETERS))
