"""What values a config takes: the check, and how to tell people of it. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

INTEGER: Final = re.compile(r"-?[0-9]{1,19}")
DECIMAL: Final = re.compile(r"[0-9]{1,10}(\.[0-9]{1,20})?")


@dataclass(frozen=True, slots=True)
class Values:
    """``wanted`` completes "it takes …".

    ``low`` and ``high``, both included, are of a number; ``choices`` are all there are where they
    can be counted, and of a list the items that it may have.
    """

    wanted: str
    are_good: Callable[[str], bool]
    low: int | None = None
    high: int | None = None
    choices: tuple[str, ...] = ()


def integer(low: int, high: int) -> Values:
    def is_good(text: str) -> bool:
        return INTEGER.fullmatch(text) is not None and low <= int(text) <= high

    return Values(f"a whole number from {low} to {high}", is_good, low, high)


def fraction() -> Values:
    def is_good(text: str) -> bool:
        return DECIMAL.fullmatch(text) is not None and 0 <= float(text) <= 1

    return Values("a number from 0 to 1", is_good, 0, 1)


def one_of(*choices: str, because: str = "") -> Values:
    wanted = " or ".join(choices) + (f" ({because})" if because else "")
    return Values(wanted, choices.__contains__, choices=choices)


def some_of(*choices: str) -> Values:
    """A list, divided by commas."""

    def is_good(text: str) -> bool:
        items = [item.strip() for item in text.split(",")]
        return set(items) <= set(choices) and len(set(items)) == len(items)

    wanted = "one or more of " + " and ".join(choices) + ", divided by commas"
    return Values(wanted, is_good, choices=choices)
