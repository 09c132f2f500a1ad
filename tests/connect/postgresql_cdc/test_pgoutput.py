"""The protocol's messages: read as they were written, and damage is told."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pgoutput_writer import encoded

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
    Truncate,
    Update,
)
from connect.connectors.postgresql_cdc.pgoutput import MalformedMessage, decode
from connect.connectors.postgresql_cdc.walsender import (
    Data,
    Keepalive,
    lsn_of,
    lsn_text,
    status,
    unwrap,
)

OIDS = st.integers(0, 2**32 - 1)
LSNS = st.integers(0, 2**64 - 1)
TIMES = st.integers(0, 2**60)
VALUES = st.none() | st.binary(max_size=9)
ROWS = st.lists(VALUES, max_size=4)
NEW_ROWS = st.lists(VALUES | st.just(UNCHANGED), max_size=4)
NAMES = st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1, max_size=9)
COLUMNS = st.builds(
    RelationColumn, NAMES, OIDS, st.integers(-(2**31), 2**31 - 1), st.booleans()
)  # fmt: skip
UPDATES = st.builds(
    lambda oid, old, is_key, new: Update(
        oid, old, is_key and old is not None, new, UNCHANGED in new
    ),
    OIDS, st.none() | ROWS, st.booleans(), NEW_ROWS,
)  # fmt: skip
MESSAGES = st.one_of(
    st.builds(Begin, LSNS, TIMES, OIDS),
    st.builds(Commit, LSNS, LSNS, TIMES),
    st.builds(Insert, OIDS, ROWS),
    UPDATES,
    st.builds(Delete, OIDS, ROWS, st.booleans()),
    st.builds(Truncate, st.lists(OIDS, max_size=3).map(tuple)),
    st.builds(
        Relation, OIDS, NAMES, NAMES, st.sampled_from(ReplicaIdentity),
        st.lists(COLUMNS, max_size=3).map(tuple),
    ),
)  # fmt: skip


@given(MESSAGES)
def test_every_message_is_read_as_it_was_written(message):
    assert decode(encoded(message)) == message


@given(MESSAGES, st.data())
def test_a_message_cut_short_or_with_something_behind_it_is_refused(message, data):
    whole = encoded(message)
    with pytest.raises(MalformedMessage):
        decode(whole[: data.draw(st.integers(0, len(whole) - 1))])
    with pytest.raises(MalformedMessage):
        decode(whole + b"\0")


@settings(max_examples=300)
@given(MESSAGES, st.data())
def test_damage_never_raises_anything_else(message, data):
    damaged = bytearray(encoded(message))
    for _ in range(data.draw(st.integers(1, 3))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    with suppress(MalformedMessage):
        assert isinstance(decode(bytes(damaged)), Message)


def test_what_changes_nothing_is_passed_and_what_is_unknown_is_not():
    assert decode(b"Y anything") == Passed("Y")
    for unknown in (b"", b"S stream start", b"\xff"):
        with pytest.raises(MalformedMessage, match="unknown kind"):
            decode(unknown)


def test_a_binary_value_is_refused():
    text = encoded(Insert(1, [b"x"]))
    with pytest.raises(MalformedMessage, match="kind 0x62"):
        decode(text[:8] + b"b" + text[9:])


def test_the_stream_around_the_messages():
    head = (7).to_bytes(8, "big") + (9).to_bytes(8, "big") + bytes(8)
    assert unwrap(b"w" + head + b"payload") == Data(7, b"payload")
    assert unwrap(b"k" + head[8:] + b"\1") == Keepalive(9, asks_reply=True)
    for damaged in (b"", b"w123", b"k123", b"z"):
        with pytest.raises(MalformedMessage):
            unwrap(damaged)
    told = status(received=5, confirmed=9, now_us=946_684_800_000_000 + 3)
    assert told == b"r" + b"".join(n.to_bytes(8, "big") for n in (9, 9, 9, 3)) + b"\0"


@given(LSNS)
def test_log_positions_are_written_as_postgresql_does(lsn):
    assert lsn_of(lsn_text(lsn)) == lsn
    assert lsn_text(0x16_B374_D848) == "16/B374D848"
