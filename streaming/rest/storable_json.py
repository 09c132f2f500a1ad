"""JSON that can be kept and told again. Pure."""

import json
from typing import Any


def check_storable(document: Any) -> None:
    """Raise ``ValueError`` for half of a surrogate pair, which neither UTF-8 nor the database can
    hold, and for a number that is larger than any: both are JSON (RFC 8259, 8.2) and no text or
    number. Raises ``RecursionError`` for what is nested too deeply.
    """
    try:
        json.dumps(document, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError:
        raise ValueError("it has half of a surrogate pair, which no UTF-8 can hold") from None
