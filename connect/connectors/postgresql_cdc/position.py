"""How far the database has been read. Pure.

Transactions come in the order of their commits, whole: so a place is a commit's position in the log
and how many of the transaction's changes have been given. A stored offset is that of a record, and
says "go on after this one".
"""

import reprlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from connect.spi.errors import ConnectError

BEFORE: Final = -1
"""The ``step`` of a place before all changes of the transaction that is committed there."""


class Place(NamedTuple):
    """``lsn``: all that was committed before it has been given; of the transaction committed right
    there, the records up to ``step``."""

    lsn: int
    step: int = BEFORE


@dataclass(frozen=True, slots=True)
class StoredPosition:
    """``in_snapshot``: the first reading of the tables had not ended."""

    place: Place
    in_snapshot: bool = False


def stored_position(offset: Mapping[str, Any] | None) -> StoredPosition | None:
    """What a stored offset says. Raises ``ConnectError`` for one that says nothing."""
    if offset is None:
        return None
    lsn, step = offset.get("lsn"), offset.get("index", BEFORE)
    if not _is_count(lsn) or not (step == BEFORE or _is_count(step)):
        raise ConnectError(
            'an offset of this connector is {"lsn": a position in the log, as a number, "index": '
            f"how far in its transaction}}, not {reprlib.repr(dict(offset))}"
        )
    assert isinstance(lsn, int)
    assert isinstance(step, int)
    return StoredPosition(Place(lsn, step), offset.get("snapshot") is True)


def snapshot_offset(lsn: int, *, is_last: bool) -> dict[str, Any]:
    """Of a record of the snapshot that was taken at ``lsn``."""
    return {"lsn": lsn, "index": BEFORE, "snapshot": "last" if is_last else True}


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**64
