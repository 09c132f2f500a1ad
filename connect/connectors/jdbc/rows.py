"""A batch of one table's rows, folded by primary key. Pure.

A statement that writes the same row twice is an error to PostgreSQL, and a waste to the others: of
the rows of one key only what they come to is written.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from connect.spi.schema import Schema

Key = tuple[Any, ...]
Columns = tuple[str, ...]


class Row(NamedTuple):
    """``key`` are the primary key's values, in its columns' order; ``values`` those of ``columns``,
    the key's among them, and None where the row is to be deleted."""

    key: Key
    columns: Columns
    values: tuple[Any, ...] | None


@dataclass(slots=True)
class Batch:
    """What rows come to. ``deletes`` are before ``writes``; a key may be in both.

    ``writes`` are by columns; within the same columns, in the order of their keys if they have an
    order: tasks that lock rows in one order do not deadlock. ``schemas`` are the columns'.
    """

    key_columns: Columns
    schemas: Mapping[str, Schema]
    deletes: list[Key] = field(default_factory=list)
    writes: dict[Columns, list[tuple[Any, ...]]] = field(default_factory=dict)


def merged(rows: Iterable[Row], key_columns: Columns, schemas: Mapping[str, Schema]) -> Batch:
    """The last word on each key: what stands before a delete is forgotten, what follows it stays.

    A later row of the same key replaces the columns that it has, and no others.
    """
    batch = Batch(key_columns, schemas)
    deleted: dict[Key, None] = {}
    kept: dict[Key, Row] = {}
    for row in rows:
        before = kept.get(row.key)
        if row.values is None:
            deleted[row.key] = None
            kept.pop(row.key, None)
        elif before is None or before.columns == row.columns:
            kept[row.key] = row
        else:
            assert before.values is not None
            both = dict(zip(before.columns, before.values, strict=True))
            both.update(zip(row.columns, row.values, strict=True))
            kept[row.key] = Row(row.key, tuple(both), tuple(both.values()))
    batch.deletes = _in_order(deleted)
    for key in _in_order(kept):
        row = kept[key]
        assert row.values is not None
        batch.writes.setdefault(row.columns, []).append(row.values)
    return batch


def merged_alike(
    keys: Iterable[Key],
    rows: Iterable[tuple[Any, ...]],
    columns: Columns,
    key_columns: Columns,
    schemas: Mapping[str, Schema],
) -> Batch:
    """``merged`` of rows that all have the same ``columns``, none of them a deletion: then the last
    of each key is all there is to find."""
    kept = dict(zip(keys, rows, strict=True))
    return Batch(key_columns, schemas, writes={columns: [kept[key] for key in _in_order(kept)]})


def appended(rows: Iterable[Row], key_columns: Columns, schemas: Mapping[str, Schema]) -> Batch:
    """All rows as they are."""
    batch = Batch(key_columns, schemas)
    for row in rows:
        assert row.values is not None, "only a merged batch deletes"
        batch.writes.setdefault(row.columns, []).append(row.values)
    return batch


def _in_order(keys: Iterable[Key]) -> list[Key]:
    found = list(keys)
    try:
        return sorted(found)
    except TypeError:
        return found
