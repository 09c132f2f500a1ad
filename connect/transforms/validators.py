"""What transformations check of their settings beside what ``connect.spi.config`` has ready."""

from typing import Any

from connect.spi.config import Validator, invalid


def exactly_one_of(*allowed: str) -> Validator:
    """Upper and lower case are two: what follows looks the word up."""

    def validate(name: str, value: Any) -> None:
        if value not in allowed:
            raise invalid(name, value, f"String must be one of: {', '.join(allowed)}")

    return validate


def non_empty_list(name: str, value: Any) -> None:
    if not value:
        raise invalid(name, "[]", "Empty list")
