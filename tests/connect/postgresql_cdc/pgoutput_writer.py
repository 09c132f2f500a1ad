"""Writes what PostgreSQL's ``pgoutput`` writes, for tests that have no PostgreSQL."""

from struct import pack

from connect.connectors.postgresql_cdc.messages import (
    UNCHANGED,
    Begin,
    Commit,
    Delete,
    Insert,
    Relation,
    Truncate,
    Update,
)
from connect.connectors.postgresql_cdc.pgoutput import POSTGRES_EPOCH_US


def encoded(message) -> bytes:
    match message:
        case Begin(final_lsn, committed, xid):
            return pack(">cQqI", b"B", final_lsn, committed - POSTGRES_EPOCH_US, xid)
        case Commit(lsn, end, committed):
            return pack(">cBQQq", b"C", 0, lsn, end, committed - POSTGRES_EPOCH_US)
        case Insert(oid, new):
            return pack(">cIc", b"I", oid, b"N") + row(new)
        case Update(oid, old, is_key, new, _):
            before = b"" if old is None else (b"K" if is_key else b"O") + row(old)
            return pack(">cI", b"U", oid) + before + b"N" + row(new)
        case Delete(oid, old, is_key):
            return pack(">cI", b"D", oid) + (b"K" if is_key else b"O") + row(old)
        case Truncate(oids):
            return pack(f">cIB{len(oids)}I", b"T", len(oids), 0, *oids)
        case Relation(oid, schema, table, identity, columns):
            head = pack(">cI", b"R", oid) + text(schema) + text(table)
            described = b"".join(
                bytes([each.in_identity]) + text(each.name)
                + pack(">Ii", each.type_oid, each.modifier)
                for each in columns
            )  # fmt: skip
            return head + identity.value.encode() + pack(">H", len(columns)) + described
    raise AssertionError(message)


def row(values) -> bytes:
    return pack(">H", len(values)) + b"".join(
        b"n" if each is None else b"u" if each is UNCHANGED
        else b"t" + pack(">i", len(each)) + each
        for each in values
    )  # fmt: skip


def text(value: str) -> bytes:
    return value.encode() + b"\0"
