"""Request bodies as JSON (RFC 8259): every way to be wrong is a 400, none a fault of ours."""

import json
from collections.abc import Mapping
from typing import IO, Any

from django.http import HttpRequest
from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser

from streaming.rest.storable_json import check_storable


class JsonParser(BaseParser):
    """Of ``application/json``, always UTF-8; the stream is within ``BODY_BYTES_MAX`` already."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Raises ``ParseError``."""
        return parse_json(stream.read())


def json_body(request: HttpRequest) -> Any:
    """The body of an async view's request. Raises ``ParseError``, ``UnsupportedMediaType``."""
    if request.content_type != JsonParser.media_type:
        raise UnsupportedMediaType(request.content_type or "none")
    return parse_json(request.body)


def parse_json(data: bytes) -> Any:
    """Raises ``ParseError``, also for NaN, for nesting deeper than the interpreter goes, and as
    ``check_storable`` does."""
    try:
        document = json.loads(data.decode(), parse_constant=_refuse_constant)
        check_storable(document)
        return document
    except RecursionError:
        raise ParseError("it is nested too deeply") from None
    except ValueError as error:
        raise ParseError(str(error)) from None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
