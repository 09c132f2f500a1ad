"""The body of an async view's request as JSON (RFC 8259)."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from streaming.rest.body import InvalidBody
from streaming.rest.storable_json import check_storable


def parse_json(data: bytes) -> Any:
    """``data``, which is within ``BODY_BYTES_MAX`` already. Raises ``InvalidBody``."""
    with json_faults():
        return json.loads(data.decode(), parse_constant=_no_constant)


def parse_storable_json(data: bytes) -> Any:
    """As ``parse_json``, for what is no record. Raises ``InvalidBody``, as ``check_storable`` does
    too."""
    document = parse_json(data)
    with json_faults():
        check_storable(document)
    return document


@contextmanager
def json_faults() -> Iterator[None]:
    """Has what is wrong with a body as JSON be an ``InvalidBody``."""
    try:
        yield
    except RecursionError:
        raise InvalidBody(
            "the body is not JSON that can be read: it is nested too deeply"
        ) from None
    except ValueError as error:
        raise InvalidBody(f"the body is not valid JSON in UTF-8: {error}") from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
