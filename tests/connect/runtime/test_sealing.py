"""Secrets at rest: who can open a box, and with which key."""

import uuid

import pytest

from connect.sealing import seal, sealed_anew, unseal
from tenants.sealing import SealBroken, key_name, key_of

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
    assert (key_of(box), key_of("")) == (key_name(OLD), "")


def test_keys_are_exchanged_without_losing_what_was_sealed():
    box = seal(SECRETS, MINE, [OLD])
    assert unseal(box, MINE, [NEW, OLD]) == SECRETS
    renewed = sealed_anew(box, MINE, [NEW, OLD])
    assert unseal(renewed, MINE, [NEW]) == SECRETS
    with pytest.raises(SealBroken, match="does not have"):
        unseal(box, MINE, [NEW])
