"""Connect values as plain JSON, for targets that speak it. Pure.

Decimals become JSON numbers with all their digits, bytes base64, times ISO 8601 (UTC with ``Z``),
a float that JSON cannot say (NaN, infinity) null, a map's keys text.
"""

import base64
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

import orjson

from connect.spi.errors import DataError

_OPTIONS: Final = orjson.OPT_NON_STR_KEYS | orjson.OPT_UTC_Z
_LINE: Final = _OPTIONS | orjson.OPT_APPEND_NEWLINE


def to_json(value: Any) -> bytes:
    """
    Raises:
        DataError: something in ``value`` is not a Connect value, or an integer above 64 bits.
    """
    try:
        return orjson.dumps(value, _foreign, _OPTIONS)
    except (TypeError, orjson.JSONEncodeError) as error:
        raise _refused(error) from error


def json_lines(values: Iterable[Any]) -> bytes:
    """Each as ``to_json`` writes it, and a line end behind it. Raises ``DataError``."""
    dumps = orjson.dumps
    try:
        return b"".join([dumps(value, _foreign, _LINE) for value in values])
    except (TypeError, orjson.JSONEncodeError) as error:
        raise _refused(error) from error


def _refused(error: Exception) -> DataError:
    return DataError(f"this value cannot be written as JSON: {error}")


def _foreign(value: Any) -> Any:
    if isinstance(value, Decimal):
        return orjson.Fragment(format(value, "f") if value.is_finite() else "null")
    if isinstance(value, bytes | bytearray | memoryview):
        return base64.b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} is no Connect value")
