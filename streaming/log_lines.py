"""How a line of the log is written, so that nobody else writes one.

Paths, names and clients' words stand in log lines. With a line feed in them they would be lines of
their own, that say whatever their author likes; with an escape sequence they would command the
terminal that shows them.
"""

import logging
import unicodedata
from typing import Any, Final

_ESCAPED_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Control and formatting characters, halves of surrogate pairs, separators of lines."""


class LogLines(logging.Formatter):
    """One line for a message, and a traceback below it, where no line begins as one of the log."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        return escaped(super().formatMessage(record))

    def formatException(self, ei: Any) -> str:
        lines = super().formatException(ei).split("\n")
        return "\n".join(f"  {escaped(line)}" for line in lines)


def escaped(text: str) -> str:
    """``text`` with every character that is not to be seen as Python writes it: ``\\n``."""
    if text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if unicodedata.category(character) not in _ESCAPED_CATEGORIES:
        return character
    return character.encode("unicode_escape").decode()
