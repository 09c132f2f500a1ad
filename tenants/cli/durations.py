"""Durations as people type them: ``90s``, ``1h30m``, ``7d``."""

import re

UNITS_MS = {
    "ms": 1,
    "s": 1_000,
    "m": 60_000,
    "h": 3_600_000,
    "d": 86_400_000,
    "w": 604_800_000,
}
PART = re.compile(r"(\d{1,12})(ms|[smhdw])")
DURATION = re.compile(rf"(?:{PART.pattern})+")


def parse_duration(text: str) -> int:
    """Milliseconds, more than zero. Raises ``ValueError`` that says what to write instead."""
    if DURATION.fullmatch(text):
        total = sum(int(number) * UNITS_MS[unit] for number, unit in PART.findall(text))
        if total:
            return total
    raise ValueError(
        f"{text!r} is not a duration; write numbers with ms, s, m, h, d or w, such as 1h30m or 30d"
    )
