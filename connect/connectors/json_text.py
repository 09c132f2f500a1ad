"""Connect values as plain JSON, for targets that speak it. Pure.

Decimals become JSON numbers with all their digits, bytes base64, times ISO 8601 (UTC with ``Z``),
a float that JSON cannot say (NaN, infinity) null, a map's keys text.
"""

import base64
from decimal import Decimal
from typing import Any, Final

import orjson

from connect.spi.errors import DataError

_OPTIONS: Final = orjson.OPT_NON_STR_KEYS | orjson.OPT_UTC_Z


def to_json(value: Any) -> bytes:
    """
    Raises:
        DataError: something in ``value`` is not a Connect value, or an integer above 64 bits.
    """
    try:
        return orjson.dumps(value, _foreign, _OPTIONS)
    except (TypeError, orjson.JSONEncodeError) as error:
        raise DataError(f"this value cannot be written as JSON: {error}") from error


def _foreign(value: Any) -> Any:
    if isinstance(value, Decimal):
        return orjson.Fragment(format(value, "f") if value.is_finite() else "null")
    if isinstance(value, bytes | bytearray | memoryview):
        return base64.b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} is no Connect value")
