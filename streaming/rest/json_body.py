"""The body of an async view's request as JSON (RFC 8259)."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from streaming.rest.body import InvalidBody


def parse_json(data: bytes) -> Any:
    """``data``, which is within ``BODY_BYTES_MAX`` already. Raises ``InvalidBody``."""
    with json_faults():
        return json.loads(data.decode(), parse_constant=_no_constant)


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
