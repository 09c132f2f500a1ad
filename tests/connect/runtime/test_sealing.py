"""Secrets at rest: who can open a box, and with which key."""

import uuid

import pytest

from connect.sealing import SealBroken, seal, sealed_anew, unseal
from streaming.cell import secrets

MINE, THEIRS = uuid.uuid4(), uuid.uuid4()
OLD, NEW = b"o" * 32, b"n" * 32
SECRETS = {"password": "geheim", "token": "x"}


def test_a_box_opens_for_its_connector_alone():
    box = seal(SECRETS, MINE, [OLD])
    assert "geheim" not in box
    assert unseal(box, MINE, [OLD]) == SECRETS
    assert seal(SECRETS, MINE, [OLD]) != box
    with pytest.raises(SealBroken, match="not what was sealed"):
        unseal(box, THEIRS, [OLD])
    with pytest.raises(SealBroken, match="not what was sealed"):
        unseal(box[:-6] + "AAAA==", MINE, [OLD])
    assert seal({}, MINE, [OLD]) == ""
    assert unseal("", MINE, []) == {}


def test_keys_are_exchanged_without_losing_what_was_sealed():
    box = seal(SECRETS, MINE, [OLD])
    assert unseal(box, MINE, [NEW, OLD]) == SECRETS
    renewed = sealed_anew(box, MINE, [NEW, OLD])
    assert unseal(renewed, MINE, [NEW]) == SECRETS
    with pytest.raises(SealBroken, match="does not have"):
        unseal(box, MINE, [NEW])


def test_the_ring_is_in_the_secrets_file_also_in_one_that_knew_none(tmp_path):
    path = tmp_path / "secrets.json"
    first = secrets.derive("s" * 40)
    renewed = secrets.derive("s" * 40, ("fresh",))
    secrets.write(path, renewed)
    assert secrets.read(path) == renewed
    path.write_text(path.read_text().replace(', "connector_keys"', "").replace('"fresh"', ""))
    assert secrets.read(path) == first
    assert first.connector_key_ring == renewed.connector_key_ring[1:]
    assert len(set(renewed.connector_key_ring)) == 2
    assert all(len(key) == 32 for key in renewed.connector_key_ring)
