"""The messages of PostgreSQL's output plug-in ``pgoutput``, version 1 of its protocol. Pure.

Source: PostgreSQL's manual, "Logical Replication Message Formats". A message is read whole or not
at all: what is cut short, goes on behind its end or says what the protocol does not know is an
error, since a change that was misread would be a wrong row somewhere else.
"""

from collections.abc import Callable
from struct import Struct, error
from typing import Final

from connect.connectors.postgresql_cdc.messages import (
    UNCHANGED,
    Begin,
    Commit,
    Delete,
    Insert,
    Message,
    Passed,
    Relation,
    RelationColumn,
    ReplicaIdentity,
    Row,
    Truncate,
    Update,
)
from connect.spi.errors import ConnectError

POSTGRES_EPOCH_US: Final = 946_684_800_000_000
"""2000-01-01, which PostgreSQL counts from, in microseconds since 1970."""

_TEXT, _NULL, _TOASTED, _NEW, _KEY, _OLD = b"tnuNKO"
_U16: Final = Struct(">H").unpack_from
_I32: Final = Struct(">i").unpack_from
_U32: Final = Struct(">I").unpack_from
_BEGIN: Final = Struct(">xQqI")
_COMMIT: Final = Struct(">xBQQq")
_COLUMN_TAIL: Final = Struct(">Ii").unpack_from


class MalformedMessage(ConnectError):
    """These bytes are no message of the protocol's version 1."""


def decode(data: bytes) -> Message:
    """The message that ``data`` is, from its tag to its last byte. Raises ``MalformedMessage``."""
    try:
        reader = _READERS[data[0]]
    except (IndexError, KeyError):
        raise MalformedMessage(
            f"the database sent a replication message of an unknown kind: {data[:1]!r}"
        ) from None
    try:
        return reader(data)
    except (error, IndexError, ValueError) as cause:
        raise MalformedMessage(
            f"the database sent a replication message {data[:1]!r} of {len(data)} bytes that is "
            f"not as the protocol says: {cause}"
        ) from cause


def _row(data: bytes, at: int) -> tuple[Row, int, bool]:
    """The row at ``at``, where it ends, and whether anything in it is unchanged."""
    (count,) = _U16(data, at)
    at += 2
    size = len(data)
    row: Row = []
    add = row.append
    has_unchanged = False
    for _ in range(count):
        kind = data[at]
        at += 1
        if kind == _TEXT:
            (length,) = _I32(data, at)
            at += 4
            end = at + length
            if length < 0 or end > size:
                raise ValueError(f"a value of {length} bytes, and {size - at} are left")
            add(data[at:end])
            at = end
        elif kind == _NULL:
            add(None)
        elif kind == _TOASTED:
            add(UNCHANGED)
            has_unchanged = True
        else:
            raise ValueError(f"a value of kind {kind:#x}")
    return row, at, has_unchanged


def _whole(data: bytes, at: int) -> None:
    if at != len(data):
        raise ValueError(f"{len(data) - at} bytes behind its end")


def _begin(data: bytes) -> Begin:
    final_lsn, committed, xid = _BEGIN.unpack(data)
    return Begin(final_lsn, committed + POSTGRES_EPOCH_US, xid)


def _commit(data: bytes) -> Commit:
    _flags, lsn, end_lsn, committed = _COMMIT.unpack(data)
    return Commit(lsn, end_lsn, committed + POSTGRES_EPOCH_US)


def _insert(data: bytes) -> Insert:
    (oid,) = _U32(data, 1)
    _expect(data[5], _NEW)
    row, at, _ = _row(data, 6)
    _whole(data, at)
    return Insert(oid, row)


def _update(data: bytes) -> Update:
    (oid,) = _U32(data, 1)
    kind, at = data[5], 6
    old: Row | None = None
    if kind != _NEW:
        _expect(kind, _KEY, _OLD)
        old, at, _ = _row(data, at)
        _expect(data[at], _NEW)
        at += 1
    new, at, has_unchanged = _row(data, at)
    _whole(data, at)
    return Update(oid, old, kind == _KEY, new, has_unchanged)


def _delete(data: bytes) -> Delete:
    (oid,) = _U32(data, 1)
    kind = data[5]
    _expect(kind, _KEY, _OLD)
    old, at, _ = _row(data, 6)
    _whole(data, at)
    return Delete(oid, old, kind == _KEY)


def _truncate(data: bytes) -> Truncate:
    (count,) = _U32(data, 1)
    _whole(data, 6 + 4 * count)
    return Truncate(tuple(_U32(data, 6 + 4 * each)[0] for each in range(count)))


def _relation(data: bytes) -> Relation:
    (oid,) = _U32(data, 1)
    schema, at = _text(data, 5)
    table, at = _text(data, at)
    identity = ReplicaIdentity(chr(data[at]))
    (count,) = _U16(data, at + 1)
    at += 3
    columns = []
    for _ in range(count):
        flags = data[at]
        name, at = _text(data, at + 1)
        type_oid, modifier = _COLUMN_TAIL(data, at)
        at += 8
        columns.append(RelationColumn(name, type_oid, modifier, bool(flags & 1)))
    _whole(data, at)
    return Relation(oid, schema or "pg_catalog", table, identity, tuple(columns))


def _text(data: bytes, at: int) -> tuple[str, int]:
    end = data.index(0, at)
    return data[at:end].decode(), end + 1


def _expect(kind: int, *known: int) -> None:
    if kind not in known:
        raise ValueError(f"a row of kind {kind:#x}")


def _passed(data: bytes) -> Passed:
    return Passed(chr(data[0]))


_READERS: Final[dict[int, Callable[[bytes], Message]]] = {
    ord("B"): _begin,
    ord("C"): _commit,
    ord("I"): _insert,
    ord("U"): _update,
    ord("D"): _delete,
    ord("T"): _truncate,
    ord("R"): _relation,
    ord("Y"): _passed,
    ord("O"): _passed,
    ord("M"): _passed,
}
