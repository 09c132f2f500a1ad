"""Messages as records: Debezium's envelope, and no change twice or never over restarts."""

import base64

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connect.connectors.postgresql_cdc.changes import STEP, ChangeRules, Changes
from connect.connectors.postgresql_cdc.column_types import (
    UNAVAILABLE,
    ColumnTypes,
    DecimalMode,
    TimeMode,
)
from connect.connectors.postgresql_cdc.messages import (
    UNCHANGED,
    Begin,
    Commit,
    Delete,
    Insert,
    Relation,
    RelationColumn,
    ReplicaIdentity,
    Truncate,
    Update,
)
from connect.connectors.postgresql_cdc.pgoutput import MalformedMessage
from connect.connectors.postgresql_cdc.position import Place, stored_position
from connect.connectors.postgresql_cdc.table import Naming, Table
from connect.converters.json import JsonConverter
from connect.spi.errors import ConnectError

TYPES = ColumnTypes(DecimalMode.PRECISE, TimeMode.ADAPTIVE)
AT_US = 1_700_000_000_123_456


def relation(identity=ReplicaIdentity.DEFAULT, *, oid=7, table="orders", extra=()):
    full = identity is ReplicaIdentity.FULL
    return Relation(oid, "public", table, identity, (
        RelationColumn("id", 23, -1, True),
        RelationColumn("note", 25, -1, full),
        *extra,
    ))  # fmt: skip


START = Place(0)


def changes(place=START, captured=("orders", "lines"), **rules):
    naming = Naming("shop", "db", lambda name: name.endswith(".secret"))
    return Changes(
        ChangeRules("shop", "db", **rules), place,
        lambda each: Table(each, ["id"], TYPES, naming) if each.table in captured else None,
    )  # fmt: skip


def fed(machine, *messages, lsn=50):
    """A transaction of those messages that commits at ``lsn``."""
    records = []
    for at, message in enumerate([
        Begin(lsn, AT_US, 99), *messages, Commit(lsn, lsn + 8, AT_US)
    ]):  # fmt: skip
        records += machine.take(lsn - 20 + at, message, 1_700_000_000_500)
    return records


def test_an_insert_in_debeziums_envelope():
    (record,) = fed(changes(), relation(), Insert(7, [b"1", b"new"]))
    assert record.topic == "shop.public.orders"
    assert record.key == {"id": 1}
    assert record.value == {
        "before": None,
        "after": {"id": 1, "note": "new"},
        "source": {
            "version": "1.0.0", "connector": "postgresql", "name": "shop", "db": "db",
            "ts_ms": 1_700_000_000_123, "snapshot": "false", "sequence": '[null,"32"]',
            "schema": "public", "table": "orders", "txId": 99, "lsn": 32,
        },
        "op": "c",
        "ts_ms": 1_700_000_000_500,
    }  # fmt: skip
    assert record.key_schema.name == "shop.public.orders.Key"
    assert record.value_schema.name == "shop.public.orders.Envelope"
    assert record.value_schema.find("after").schema.name == "shop.public.orders.Value"
    document = JsonConverter({"schemas.enable": "false"}, is_key=False).to_bytes(
        "t", record.value_schema, record.value, ()
    )
    assert orjson.loads(document)["after"] == {"id": 1, "note": "new"}


def test_a_delete_has_what_the_log_kept_and_a_tombstone_follows():
    gone, tombstone = fed(changes(), relation(), Delete(7, [b"1", None], True))
    assert (gone.value["op"], gone.value["before"], gone.value["after"]) == (
        "d", {"id": 1, "note": None}, None,
    )  # fmt: skip
    assert (tombstone.key, tombstone.value, tombstone.value_schema) == ({"id": 1}, None, None)
    assert len(fed(changes(tombstones=False), relation(), Delete(7, [b"1", None], True))) == 1


def test_an_update_that_moves_a_row_to_another_key():
    gone, tombstone, made = fed(
        changes(), relation(), Update(7, [b"1", None], True, [b"2", b"n"], False)
    )
    assert (gone.value["op"], gone.key, gone.headers[0].value) == ("d", {"id": 1}, {"id": 2})
    assert (tombstone.key, tombstone.value) == ({"id": 1}, None)
    assert (made.value["op"], made.key, made.headers[0].value) == ("c", {"id": 2}, {"id": 1})


def test_what_an_update_left_alone_is_taken_from_the_old_row_or_stood_for():
    plain = Update(7, None, False, [b"1", UNCHANGED], True)
    (record,) = fed(changes(), relation(), plain)
    assert record.value["after"] == {"id": 1, "note": UNAVAILABLE}
    full = Update(7, [b"1", b"long"], False, [b"1", UNCHANGED], True)
    (record,) = fed(changes(), relation(ReplicaIdentity.FULL), full)
    assert record.value["after"] == {"id": 1, "note": "long"} == record.value["before"]


def test_what_nothing_can_stand_for_is_told():
    numeric = RelationColumn("price", 1700, -1, False)
    with pytest.raises(ConnectError, match=r"public\.orders\.price.*REPLICA IDENTITY FULL"):
        fed(
            changes(), relation(extra=(numeric,)),
            Update(7, None, False, [b"1", b"", UNCHANGED], True),
        )  # fmt: skip


def test_a_truncate_of_several_tables_and_operations_left_out():
    described = (relation(), relation(oid=8, table="lines"), relation(oid=9, table="other"))
    records = fed(changes(), *described, Truncate((7, 9, 8)))
    assert [(each.topic, each.key, each.value["op"]) for each in records] == [
        ("shop.public.orders", None, "t"), ("shop.public.lines", None, "t"),
    ]  # fmt: skip
    rules = {"skipped": frozenset("t")}
    assert fed(changes(**rules), *described, Truncate((7, 9, 8))) == []


def test_a_column_left_out_and_one_that_is_new():
    machine = changes()
    secret = RelationColumn("secret", 25, -1, False)
    (record,) = fed(machine, relation(extra=(secret,)), Insert(7, [b"1", b"n", b"x"]))
    assert record.value["after"] == {"id": 1, "note": "n"}
    added = RelationColumn("added", 16, -1, False)
    (record,) = fed(machine, relation(extra=(added,)), Insert(7, [b"1", b"n", b"t"]), lsn=90)
    assert record.value["after"]["added"] is True
    assert record.value_schema.find("after").schema.find("added") is not None


@pytest.mark.parametrize(
    "messages",
    [
        [Insert(7, [b"1", b"n"])],
        [Begin(1, 1, 1), Insert(7, [b"1", b"n"])],
        [Begin(1, 1, 1), relation(), Insert(7, [b"1"])],
        [Commit(1, 2, 3)],
    ],
)
def test_what_does_not_fit_is_refused(messages):
    machine = changes()
    *before, last = messages
    for message in before:
        machine.take(1, message, 0)
    with pytest.raises(MalformedMessage):
        machine.take(1, last, 0)


def test_a_value_that_is_none_names_its_column():
    with pytest.raises(ConnectError, match=r"public\.orders\.id "):
        fed(changes(), relation(), Insert(7, [b"x", b"n"]))


KEYS = st.integers(1, 3).map(lambda n: str(n).encode())
CHANGES = st.one_of(
    st.builds(lambda key: Insert(7, [key, b"n"]), KEYS),
    st.builds(lambda old, new: Update(7, [old, None], True, [new, b"n"], False), KEYS, KEYS),
    st.builds(lambda key: Delete(7, [key, None], True), KEYS),
    st.just(Insert(9, [b"1", b"not captured"])),
    st.just(Truncate((7, 9, 8))),
)
LOGS = st.lists(st.lists(CHANGES, max_size=4), max_size=5)
DESCRIBED = (relation(), relation(oid=8, table="lines"), relation(oid=9, table="other"))


@given(LOGS, st.data())
def test_restarts_anywhere_give_every_record_once(log, data):
    """The database sends again whole transactions, from any one that was not confirmed."""

    def run(machine, first):
        for number, messages in enumerate(log[first:], first):
            yield from fed(machine, *DESCRIBED, *messages, lsn=100 * (number + 1))

    whole = [(each.topic, each.key, each.value) for each in run(changes(), 0)]
    given_, offset = [], None
    while True:
        stored = stored_position(offset)
        place = Place(0) if stored is None else stored.place
        # Nothing is confirmed beyond what is stored.
        first = data.draw(st.integers(0, max(0, place.lsn // 100 - 1)))
        records = list(run(changes(place), first))
        if not records:
            break
        for record in records[: data.draw(st.integers(1, len(records)))]:
            given_.append((record.topic, record.key, record.value))
            offset = record.source_offset

    def without_sequence(records):
        return [
            (topic, key, value and {**value, "source": value["source"] | {"sequence": None}})
            for topic, key, value in records
        ]

    assert without_sequence(given_) == without_sequence(whole)


def test_what_was_given_of_a_transaction_is_not_made_anew():
    """Of a transaction of millions that comes again, only what is new costs a record's work."""
    unreadable = Insert(7, [b"no number", b"n"])
    moved = Update(7, [b"2", None], True, [b"3", b"n"], False)
    machine = changes(Place(50, 2 * STEP))
    records = fed(machine, relation(), unreadable, unreadable, moved, Insert(7, [b"4", b"n"]))
    assert [each.source_offset["index"] for each in records] == [9, 10, 12]


@pytest.mark.parametrize("offset", [{}, {"lsn": "x"}, {"lsn": -1}, {"lsn": 1, "index": -2}])
def test_offsets_that_say_nothing_are_refused(offset):
    with pytest.raises(ConnectError, match="an offset of this connector is"):
        stored_position(offset)


def test_base64_is_the_converters_and_not_ours():
    blob = RelationColumn("blob", 17, -1, False)
    (record,) = fed(changes(), relation(extra=(blob,)), Insert(7, [b"1", b"n", b"\\x00ff"]))
    converter = JsonConverter({"schemas.enable": "false"}, is_key=False)
    document = converter.to_bytes("t", record.value_schema, record.value, ())
    assert base64.b64decode(orjson.loads(document)["after"]["blob"]) == b"\x00\xff"
