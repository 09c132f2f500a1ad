"""How much memory a record's value takes, so that batches of wide ones are short. Pure."""

from sys import getsizeof
from typing import Any


def held_bytes(value: Any) -> int:
    """About, with all that is in it."""
    found, waiting = 0, [value]
    while waiting:
        each = waiting.pop()
        found += getsizeof(each)
        if isinstance(each, dict):
            waiting += each.values()
        elif isinstance(each, list | tuple):
            waiting += each
    return found
