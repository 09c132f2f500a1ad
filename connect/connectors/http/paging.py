"""How far a polled API has been read, and what to ask for next. Pure.

``State`` after each record is that record's source offset: a source that begins again there asks
for the page that it was on and leaves out what it had of it. What comes out is then what a source
that never stopped would have given, as long as the API gives a page's records in the same order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import groupby
from typing import Any

from connect.spi.errors import ConfigError, DataError


class Mode(Enum):
    NONE = "none"
    """One page, all of it whenever it has changed."""
    CURSOR = "cursor"
    """Each page says where the next one is, in its JSON."""
    LINK = "link"
    """Each page says so in its ``Link`` header (RFC 8288), with ``rel="next"``."""
    OFFSET = "offset"
    """The number of records to skip is asked for."""
    TIMESTAMP = "timestamp"
    """Records from a time on are asked for; they carry it."""


@dataclass(frozen=True, slots=True)
class State:
    """``cursor`` is what the page was asked with, None for the first. ``index`` records of it, or
    for ``Mode.TIMESTAMP`` of those with exactly that time, have been given, and ``beyond`` of the
    time that comes next: a time is asked from only when all its records have been given."""

    cursor: Any = None
    index: int = 0
    etag: str | None = None
    beyond: int = 0

    def offset(self) -> dict[str, Any]:
        said = {"cursor": self.cursor, "index": self.index, "etag": self.etag}
        return said | {"beyond": self.beyond} if self.beyond else said

    @classmethod
    def of(cls, offset: Mapping[str, Any] | None) -> "State":
        if offset is None:
            return cls()
        index, beyond = (int(offset.get(name) or 0) for name in ("index", "beyond"))
        return cls(offset.get("cursor"), index, offset.get("etag"), beyond)


@dataclass(frozen=True, slots=True)
class Read:
    """The new records of a page, each with the state after it; the state after the page; and
    whether the next page is there already."""

    records: tuple[tuple[Any, State], ...]
    state: State
    more: bool


def read_page(
    mode: Mode,
    state: State,
    items: Sequence[Any],
    *,
    following: Any = None,
    etag: str | None = None,
    times: Sequence[Any] = (),
) -> Read:
    """
    Args:
        items: the records of the page that ``state`` asked for.
        following: where the next page is, for CURSOR and LINK; None on the last one.
        etag: of the page; a page that is asked for again can be answered "not modified".
        times: of each item, for TIMESTAMP.

    Raises:
        DataError: the times cannot be put in order.
    """
    match mode:
        case Mode.TIMESTAMP:
            return _by_time(state, items, times)
        case Mode.OFFSET:
            begin = state.cursor or 0
            states = [State(begin + n + 1) for n in range(len(items))]
            after = states[-1] if states else replace(state, etag=etag)
            return Read(tuple(zip(items, states, strict=True)), after, bool(items))
    if mode is Mode.NONE:
        after = State(None, 0, etag)
    elif following is not None:
        after = State(following)
    else:
        # The last page may grow: it is asked for again, and its first records are known.
        after = State(state.cursor, max(state.index, len(items)), etag)
    new = items[state.index :]
    states = [State(state.cursor, state.index + n + 1) for n in range(len(new))]
    if states:
        states[-1] = after
    return Read(tuple(zip(new, states, strict=True)), after, following is not None)


def _by_time(state: State, items: Sequence[Any], times: Sequence[Any]) -> Read:
    """Those after ``state``, in the order of their times. APIs differ in whether they give records
    of exactly the time asked for: if so, as many as were had are left out."""
    try:
        pairs = sorted(zip(times, items, strict=True), key=lambda pair: pair[0])
        pairs = [pair for pair in pairs if state.cursor is None or pair[0] >= state.cursor]
    except TypeError as error:
        raise DataError(f"the records' times cannot be compared: {error}") from error
    equal = [item for at, item in pairs if at == state.cursor]
    found: list[tuple[Any, State]] = []
    now = state
    for item in equal[state.index :]:
        now = replace(now, index=now.index + 1)
        found.append((item, now))
    later = [pair for pair in pairs if pair[0] != state.cursor]
    for at, group in groupby(later, key=lambda pair: pair[0]):
        same = [item for _, item in group]
        had, base = now.beyond, now
        for n, item in enumerate(same[had:], had + 1):
            now = State(at, n) if n == len(same) else replace(base, beyond=n)
            found.append((item, now))
        now = State(at, len(same))
    return Read(tuple(found), now, bool(found))


def at_pointer(document: Any, pointer: str) -> Any:
    """What a JSON pointer (RFC 6901) leads to; None where there is nothing."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(document, list) and name.isdigit() and int(name) < len(document):
            document = document[int(name)]
        elif isinstance(document, dict):
            document = document.get(name)
        else:
            return None
    return document


def check_pointer(name: str, value: Any) -> None:
    """A validator."""
    if value and not value.startswith("/"):
        raise ConfigError(f"{name} is a JSON pointer as /data/items (RFC 6901), not {value!r}")
