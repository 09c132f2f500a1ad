"""What ``pgoutput`` says, typed. Log positions (LSN) are integers; times are microseconds since
1970, UTC."""

from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple


class _Unchanged(Enum):
    UNCHANGED = "unchanged"


UNCHANGED: Final = _Unchanged.UNCHANGED
"""In place of a large value (TOAST) that an update has left alone, and that the log lacks."""

Field = bytes | None | _Unchanged
"""One column's value, in PostgreSQL's text form."""

Row = list[Field]
"""In the order of the relation's columns."""


@dataclass(frozen=True, slots=True)
class RelationColumn:
    """``in_identity``: old values of it come with updates and deletes. ``modifier``: of the type,
    as numeric's digits; -1 for none."""

    name: str
    type_oid: int
    modifier: int
    in_identity: bool


class ReplicaIdentity(Enum):
    """Which old values the database logs."""

    DEFAULT = "d"
    NOTHING = "n"
    FULL = "f"
    INDEX = "i"


@dataclass(frozen=True, slots=True)
class Relation:
    """What a table is like, for the changes that follow."""

    oid: int
    schema: str
    table: str
    identity: ReplicaIdentity
    columns: tuple[RelationColumn, ...]


# Named tuples, for they are made for each change.


class Begin(NamedTuple):
    """``final_lsn``: of the commit's record."""

    final_lsn: int
    committed_us: int
    xid: int


class Commit(NamedTuple):
    """``end_lsn`` is behind the commit's record."""

    lsn: int
    end_lsn: int
    committed_us: int


class Insert(NamedTuple):
    relation_oid: int
    new: Row


class Update(NamedTuple):
    """``old`` has the identity's columns if ``old_is_key``, else all; None when the identity is as
    it was. ``has_unchanged``: in ``new``."""

    relation_oid: int
    old: Row | None
    old_is_key: bool
    new: Row
    has_unchanged: bool


class Delete(NamedTuple):
    """``old`` has the identity's columns if ``old_is_key``, else all."""

    relation_oid: int
    old: Row
    old_is_key: bool


class Truncate(NamedTuple):
    relation_oids: tuple[int, ...]


class Passed(NamedTuple):
    """A message that changes nothing: a type's name, an origin, a program's own message."""

    tag: str


Message = Begin | Commit | Relation | Insert | Update | Delete | Truncate | Passed
