"""How far a table has been read, and what is stored of it as an offset. Pure.

A position is the values of the columns that rows are read in the order of. That of a timestamp
alone does not tell rows of one moment apart: a position must not be inside of such a moment, or a
restart would leave out the rest of it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connect.spi.errors import ConnectError

Values = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """The columns that rows are read in the order of: a timestamp, then others; or others only.

    ``unique``: no two rows have the same values.
    """

    timestamp: bool
    others: tuple[str, ...]
    unique: bool

    def offset(self, position: Values | None) -> dict[str, Any]:
        """As JSON: ``timestamp`` as ISO text with what precision it has, ``incrementing`` or
        ``key``."""
        if position is None:
            return {}
        found: dict[str, Any] = {}
        rest = list(position)
        if self.timestamp:
            moment = rest.pop(0)
            found["timestamp"] = moment.isoformat(" ") if isinstance(moment, datetime) else moment
        if len(rest) == 1 and isinstance(rest[0], int):
            found["incrementing"] = rest[0]
        elif rest:
            found["key"] = rest
        return found

    def position(self, offset: Mapping[str, Any] | None, *, text: bool) -> Values | None:
        """Raises ``ConnectError`` for an offset of another order: of other columns, say.

        Args:
            text: timestamps are kept as text by the database.
        """
        if not offset:
            return None
        found: list[Any] = []
        try:
            if self.timestamp:
                moment = offset["timestamp"]
                found.append(moment if text else datetime.fromisoformat(moment))
            if self.others:
                rest = [offset["incrementing"]] if "incrementing" in offset else offset["key"]
                if len(rest) != len(self.others):
                    raise ValueError(f"{len(rest)} values for {len(self.others)} columns")
                found += rest
        except (KeyError, TypeError, ValueError) as error:
            raise ConnectError(
                f"the stored offset {dict(offset)} is of another mode or primary key; reset the "
                "connector's offsets to begin anew"
            ) from error
        return tuple(found)


def positions(
    rows: Iterable[tuple[Values, Any]], begun: Values | None, *, unique: bool
) -> Iterator[tuple[Any, Values | None]]:
    """Each row with the position that is reached once it has been delivered.

    Of rows whose values are the same, only the last moves the position on, so that after a restart
    all of them come again rather than some of them not at all.

    Args:
        rows: (values, row), in order.
        begun: the position before the first.
    """
    if unique:
        for values, row in rows:
            yield row, values
        return
    reached = begun
    held: tuple[Values, Any] | None = None
    for values, row in rows:
        if held is not None:
            if held[0] != values:
                reached = held[0]
            yield held[1], reached
        held = (values, row)
    if held is not None:
        yield held[1], held[0]
