"""What a converter takes of memory for one value."""

import tracemalloc

from connect.converters.converter import Converter
from connect.spi.errors import DataError

T = "flights"


def decoded_peak(converter: Converter, data: bytes) -> tuple[bool, int]:
    """Whether it is let through, and the most bytes of memory that it took. What is refused is
    refused for its memory."""
    told = ""
    tracemalloc.start()
    try:
        converter.from_bytes(T, data, ())
    except DataError as error:
        told = str(error)
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert not told or "bytes of memory" in told
    return not told, peak
