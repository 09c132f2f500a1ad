"""A compiled filter, and what it makes of records."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from brokers.kernel.errors import HeadwaterError
from brokers.wire.records import Record
from streaming.filters.evaluator import WorkerDied, current_evaluator
from streaming.filters.limits import SLICE_RECORDS_MAX, TEXT_CHARACTERS_MAX

_SLICE_BYTES_MAX: Final = 4 * 1024 * 1024
_SYNTAX_ERROR: Final = re.compile(r"<input>:(\d+):(\d+): (?:Syntax error: )?(.*)")


class InvalidFilter(HeadwaterError):
    """The text is no filter. ``line`` and ``column`` count from 1; None where there is no place."""

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


class FilterTooCostly(HeadwaterError):
    """Matching took more time or memory than a filter may; it is given up as a whole."""


@dataclass(frozen=True, slots=True)
class FilterFailure:
    """The filter has no answer for this record, as when it names a field that is not there."""

    reason: str


Outcome = bool | FilterFailure


@dataclass(frozen=True, slots=True)
class Filter:
    """An expression that compiles. Variables: ``key``, ``value`` (a JSON object or array as such,
    else text, else bytes), ``headers`` (text by name), ``offset``, ``timestamp`` (Unix ms),
    ``partition`` and ``size`` (bytes of key and value)."""

    text: str

    async def outcomes(self, partition: int, records: Sequence[Record]) -> list[Outcome]:
        """One per record: whether it matches. Raises ``FilterTooCostly``."""
        outcomes: list[Outcome] = []
        while len(outcomes) < len(records):
            rows = _slice(partition, records, len(outcomes))
            try:
                answer = await current_evaluator().ask("match", self.text, rows)
            except WorkerDied as error:
                last = records[len(outcomes) + len(rows) - 1].offset
                raise FilterTooCostly(
                    "the filter took more time or memory than one may for a record between offsets "
                    f"{records[len(outcomes)].offset} and {last} of partition {partition}; "
                    "simplify it"
                ) from error
            outcomes += (told if isinstance(told, bool) else FilterFailure(told) for told in answer)
        return outcomes


async def compile_filter(text: str) -> Filter:
    """The filter that ``text`` says. Raises ``InvalidFilter``."""
    if not text.strip():
        raise InvalidFilter("the filter is empty; leave it out to get every record")
    if len(text) > TEXT_CHARACTERS_MAX:
        raise InvalidFilter(f"the filter is longer than {TEXT_CHARACTERS_MAX} characters")
    try:
        told = await current_evaluator().ask("compile", text)
    except WorkerDied as error:
        raise InvalidFilter("the filter takes too long to compile; simplify it") from error
    if told is None:
        return Filter(text)
    place = _SYNTAX_ERROR.search(told)
    if place is None:
        raise InvalidFilter(f"the filter is not valid: {told}")
    line, column = int(place[1]), int(place[2])
    raise InvalidFilter(
        f"the filter is not valid at line {line}, column {column}: {place[3]}", line, column
    )


def _slice(partition: int, records: Sequence[Record], first: int) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    room = _SLICE_BYTES_MAX
    for record in islice(records, first, first + SLICE_RECORDS_MAX):
        if room <= 0:
            break
        rows.append((partition, *record))
        room -= len(record.key or b"") + len(record.value or b"")
    return rows
