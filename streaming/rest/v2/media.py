"""The media types of REST v2: which format a body has, and which answer is wanted.

``application/vnd.kafka[.EMBEDDED].v2+json``; what is embedded is how keys and values are written.
"""

from typing import Final

from streaming.consumers.errors import FormatMismatch
from streaming.consumers.settings import Format

PLAIN: Final = "application/vnd.kafka.v2+json"
EMBEDDED: Final = {
    Format.BINARY: "application/vnd.kafka.binary.v2+json",
    Format.JSON: "application/vnd.kafka.json.v2+json",
}
SCHEMAS: Final = frozenset(
    f"application/vnd.kafka.{name}.v2+json" for name in ("avro", "jsonschema", "protobuf")
)
ANY: Final = frozenset({"*/*", "application/*"})
_FORMATS: Final = {media_type: each for each, media_type in EMBEDDED.items()}
_OURS: Final = frozenset({PLAIN, "application/json", *_FORMATS})
_HEADER_CHARACTERS_MAX: Final = 2_000


class UnsupportedBody(Exception):
    """A body of a media type that this endpoint does not take."""


class NotAcceptable(Exception):
    """None of the media types that the client takes is one that can be answered."""


def format_of_body(content_type: str | None) -> Format:
    """How the records of a produce body are written. Raises ``UnsupportedBody``."""
    media_type = (content_type or "").strip().lower()
    if media_type in _FORMATS:
        return _FORMATS[media_type]
    if media_type in SCHEMAS:
        raise UnsupportedBody(
            f"{media_type} needs a schema registry, which this release has not got. Serialise the "
            f"records yourself and send them as {EMBEDDED[Format.BINARY]}."
        )
    raise UnsupportedBody(
        f"Say how keys and values are written: send the records as {EMBEDDED[Format.JSON]} (any "
        f"JSON) or {EMBEDDED[Format.BINARY]} (base64)."
    )


def check_body(content_type: str | None) -> None:
    """Of any other body. Raises ``UnsupportedBody``."""
    media_type = (content_type or PLAIN).strip().lower()
    if media_type not in _OURS and media_type not in SCHEMAS:
        raise UnsupportedBody(f"Send the body as {PLAIN}.")


def check_accepted(accept: str | None) -> None:
    """Raises ``NotAcceptable`` unless ``PLAIN`` is an answer that the client takes."""
    wanted = _accepted(accept)
    if not any(each in ANY or each in _OURS or each in SCHEMAS for each in wanted):
        raise NotAcceptable(f"This endpoint answers {PLAIN}.")


def records_type(accept: str | None, own: Format) -> str:
    """The media type of an answer with records of an instance of format ``own``.

    Raises ``FormatMismatch`` when only others are taken.
    """
    wanted = _accepted(accept)
    if EMBEDDED[own] in wanted or any(
        each in ANY or each in (PLAIN, "application/json") for each in wanted
    ):
        return EMBEDDED[own]
    if not any(each in _FORMATS or each in SCHEMAS for each in wanted):
        raise NotAcceptable(f"Records of this instance are answered as {EMBEDDED[own]}.")
    raise FormatMismatch(
        f"This instance's format is {own.value}, so its records are {EMBEDDED[own]}. Accept that, "
        "or create an instance of the other format."
    )


def _accepted(accept: str | None) -> list[str]:
    """Media types of an Accept header (RFC 9110, 12.5.1), those with q=0 left out."""
    found = []
    for part in (accept or "*/*")[:_HEADER_CHARACTERS_MAX].split(","):
        media_type, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if not any(piece.replace(" ", "") in ("q=0", "q=0.0") for piece in parameters):
            found.append(media_type)
    return found
