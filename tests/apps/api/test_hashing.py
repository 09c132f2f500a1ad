"""Argon2 takes 100 MB and a core: a flood of passwords may have so much of it and no more."""

from contextlib import ExitStack

import pytest

from streaming.api import hashing
from streaming.api.hashing import HASHES_AT_ONCE, room_to_hash
from tenants.errors import Unavailable


def test_so_many_passwords_are_hashed_at_once_and_no_more(monkeypatch):
    monkeypatch.setattr(hashing, "HASH_WAIT_SECONDS", 0.01)
    with ExitStack() as under_way:
        for _ in range(HASHES_AT_ONCE):
            under_way.enter_context(room_to_hash())
        with pytest.raises(Unavailable), room_to_hash():
            pass
    with room_to_hash():
        pass
