"""One request to a records endpoint and its reply, whichever way it came.

The hot endpoints are written against these two, so that one implementation serves both doors:
``records_door`` (API keys, straight from ASGI) and ``records_views`` (sessions, through Django).
"""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field

from streaming.access.caller import TenantAccess
from streaming.rest.request_body import RequestBody


@dataclass(slots=True)
class Exchange:
    """``path`` is decoded; ``query`` has the last value of each parameter; ``header`` takes a name
    in lower case; ``origin`` gives ``https://host`` of this service as the client named it."""

    access: TenantAccess
    path: str
    query: Mapping[str, str]
    header: Callable[[str], str | None]
    origin: Callable[[], str]
    body: RequestBody | None = None

    @property
    def is_json(self) -> bool:
        content_type = (self.header("content-type") or "").partition(";")[0].strip().lower()
        return content_type in ("application/json", "text/json")

    @property
    def content_length(self) -> int | None:
        """Bytes of the body; None when it lasts as long as the client likes."""
        text = self.header("content-length")
        return int(text) if text is not None and text.isascii() and text.isdigit() else None


@dataclass(slots=True)
class Reply:
    """A body, or the pieces of one as they come to be; JSON in UTF-8."""

    body: bytes | AsyncIterator[bytes]
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
