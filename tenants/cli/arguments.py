"""Types of command-line arguments: parsers that raise ``ValueError``, made fit for argparse."""

import argparse
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def argument(parse: Callable[[str], T]) -> Callable[[str], T]:
    """``parse`` as an argparse type that passes the message of its ``ValueError`` on."""

    def typed(text: str) -> T:
        try:
            return parse(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return typed


def not_negative(text: str) -> int:
    """A whole number from 0."""
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"{text!r} is not a whole number from 0")
    return int(text)


def positive(text: str) -> int:
    """A whole number from 1."""
    number = not_negative(text)
    if number == 0:
        raise ValueError("0 is too few; it must be at least 1")
    return number


def name_and_value(text: str) -> tuple[str, str]:
    """``NAME=VALUE``; the value may be empty and hold further ``=``."""
    name, equals, value = text.partition("=")
    if not name.strip() or not equals:
        raise ValueError(f"{text!r} is not a setting; write NAME=VALUE")
    return name.strip(), value
