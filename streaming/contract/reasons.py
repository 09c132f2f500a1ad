"""Why documents differ where they do: the table of a Markdown file.

A row is ``| `pattern` | reason |``. A pattern is a difference's line, where ``*`` stands for
anything.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

_ROW: Final = re.compile(r"^\|\s*`([^`]+)`\s*\|\s*(.+?)\s*\|\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Reason:
    pattern: str
    text: str

    def explains(self, difference: str) -> bool:
        parts = map(re.escape, self.pattern.split("*"))
        return re.fullmatch(".*".join(parts), difference) is not None


@dataclass(frozen=True, slots=True)
class Explained:
    """``reason`` is None where nobody has given one."""

    difference: str
    reason: str | None


def parse_reasons(markdown: str) -> list[Reason]:
    """In the order of the file."""
    return [Reason(pattern, text) for pattern, text in _ROW.findall(markdown)]


def explained(differences: Iterable[str], reasons: Iterable[Reason]) -> list[Explained]:
    """Each difference with the first reason that explains it."""
    known = list(reasons)
    return [
        Explained(each, next((why.text for why in known if why.explains(each)), None))
        for each in differences
    ]


def idle(differences: Iterable[str], reasons: Iterable[Reason]) -> list[str]:
    """Patterns that explain nothing any more."""
    lines = list(differences)
    return [why.pattern for why in reasons if not any(map(why.explains, lines))]
