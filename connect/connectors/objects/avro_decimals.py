"""Decimals in Avro's files, read within bounds.

fastavro makes one of however many bytes a file says, which takes the square of them: 200 kB take
some 4 s. A file says in its own schema how it is read, so the reader itself is what is replaced.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from fastavro.read import LOGICAL_READERS

from connect.converters import logical


def bound_decimals() -> None:
    """Have fastavro read them by ``read_decimal``, in this whole process."""
    LOGICAL_READERS["bytes-decimal"] = LOGICAL_READERS["fixed-decimal"] = read_decimal


def read_decimal(
    data: bytes, written_by: Mapping[str, Any] | None, _read_by: Mapping[str, Any] | None = None
) -> Decimal:
    """All digits that there are, more than the schema's precision too. Raises ``DataError`` for
    more than any converter reads."""
    return logical.decimal_of(data, int((written_by or {}).get("scale", 0)))
