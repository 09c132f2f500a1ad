"""The notes beside a tenant's offsets have room of their own, and so much of it."""

import pytest

from brokers.groups import offset_rules
from brokers.groups.offset_requests import NewOffset
from brokers.groups.offset_rules import commit_records
from brokers.groups.offsets import Offsets
from brokers.kernel.errors import ErrorCode

ROOM = 10
FULL = ErrorCode.OFFSET_METADATA_TOO_LARGE


@pytest.fixture
def offsets(monkeypatch):
    monkeypatch.setattr(offset_rules, "OFFSET_METADATA_BYTES_PER_TENANT_MAX", ROOM)
    return Offsets()


def committed(offsets, group, *notes):
    """What is answered to one commit, of a note for each partition of a topic."""
    asked = [NewOffset(("t", index), 5, -1, note) for index, note in enumerate(notes)]
    records, codes = commit_records(offsets, group, asked, 0, -1)
    for record in records:
        offsets.replay(record)
    return codes


def test_the_notes_of_all_groups_of_a_tenant_have_one_room(offsets):
    assert committed(offsets, "acme/a", "x" * 6) == [ErrorCode.NONE]
    assert committed(offsets, "acme/b", "x" * 3, "x" * 3) == [ErrorCode.NONE, FULL]
    assert committed(offsets, "rival/a", "x" * 10) == [ErrorCode.NONE]


def test_offsets_without_notes_are_always_taken(offsets):
    committed(offsets, "acme/a", "x" * 10)
    assert committed(offsets, "acme/b", "", "x", "") == [ErrorCode.NONE, FULL, ErrorCode.NONE]


def test_a_note_in_the_place_of_another_takes_what_it_is_longer(offsets):
    committed(offsets, "acme/a", "x" * 10)
    assert committed(offsets, "acme/a", "y" * 10) == [ErrorCode.NONE]
    assert committed(offsets, "acme/a", "y" * 11) == [FULL]
    assert committed(offsets, "acme/a", "") == [ErrorCode.NONE]
    assert committed(offsets, "acme/b", "x" * 10) == [ErrorCode.NONE]
