"""A login costs a broker the same work whether the name is there or not: what is counted is every
hash, since clocks would tell only of this machine."""

import base64
import hashlib
import hmac
from dataclasses import replace

import pytest

from brokers.node.authentication import made_up, plain, scram
from brokers.node.authentication.plain import Plain
from brokers.node.authentication.scram import Scram, verifier_of
from brokers.node.authentication.verdicts import Challenge, Rejected
from tests.unit.node.test_scram import CLIENT_FINAL, CLIENT_FIRST, CREDENTIAL, SALT, SERVER_NONCE

KNOWN = replace(CREDENTIAL, scram_sha_512=verifier_of("sha512", SALT, 4096, bytes(64)))


def wrong_proof(hash_name):
    proof = base64.b64encode(bytes(hashlib.new(hash_name).digest_size))
    return CLIENT_FINAL[: CLIENT_FINAL.index(b"p=") + 2] + proof


class Counted:
    """Stands where a module finds ``hmac``; calls go through and are written down."""

    def __init__(self):
        self.done = []

    def digest(self, key, message, name):
        self.done.append(("hmac", name))
        return hmac.digest(key, message, name)

    def compare_digest(self, a, b):
        self.done.append(("compare", len(a), len(b)))
        return hmac.compare_digest(a, b)

    def new(self, name, data):
        self.done.append(("hash", name))
        return hashlib.new(name, data)


@pytest.fixture
def work(monkeypatch):
    counted = Counted()
    monkeypatch.setattr(plain, "hmac", counted)
    monkeypatch.setattr(scram, "hmac", counted)
    monkeypatch.setattr(made_up, "hmac", counted)
    monkeypatch.setattr(scram, "new_hash", counted.new)
    return counted.done


def test_plain(work):
    spent = []
    for credential in (CREDENTIAL, None):
        assert isinstance(Plain(b"pepper").step(b"\0user\0wrong", credential), Rejected)
        spent.append(work.copy())
        work.clear()
    assert spent[0] == spent[1] == [("hmac", "sha256"), ("compare", 32, 32)]


@pytest.mark.parametrize("name", ["sha256", "sha512"])
def test_scram(work, name):
    spent = []
    for credential in (KNOWN, None):
        login = Scram(name, b"pepper", SERVER_NONCE)
        assert isinstance(login.step(CLIENT_FIRST, credential), Challenge)
        first = work.copy()
        assert isinstance(login.step(wrong_proof(name), credential), Rejected)
        spent.append((first, work.copy()))
        work.clear()
    assert spent[0] == spent[1]
    first, all_of_it = spent[0]
    assert first == [("hmac", name)]
    assert all_of_it[-1][0] == "compare"
