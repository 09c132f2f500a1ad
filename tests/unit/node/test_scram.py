"""SCRAM against the example of RFC 7677, and against messages that are not SCRAM."""

import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokers.metadata.records import CredentialRecord, ScramVerifier
from brokers.node.authentication.scram import Scram
from brokers.node.authentication.verdicts import Accepted, Challenge, Rejected

# RFC 7677, section 3: user "user", password "pencil".
SALT = base64.b64decode("W22ZaJ0SNY7soEsUEjb6gQ==")
SERVER_NONCE = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
CLIENT_FIRST = b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO"
SERVER_FIRST = (
    b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
)
CLIENT_FINAL = (
    b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
    b"p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
)
SERVER_FINAL = b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="


def verifier() -> ScramVerifier:
    salted = hashlib.pbkdf2_hmac("sha256", b"pencil", SALT, 4096)
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    return ScramVerifier(
        SALT,
        4096,
        hashlib.sha256(client_key).digest(),
        hmac.digest(salted, b"Server Key", "sha256"),
    )


CREDENTIAL = CredentialRecord("user", "tenant", "User:app", False, b"", verifier(), verifier())


def begun() -> Scram:
    scram = Scram("sha256", b"pepper", SERVER_NONCE)
    assert scram.key_id(CLIENT_FIRST) == "user"
    assert scram.step(CLIENT_FIRST, CREDENTIAL) == Challenge(SERVER_FIRST)
    return scram


def test_the_example_of_the_rfc():
    verdict = begun().step(CLIENT_FINAL, CREDENTIAL)
    assert isinstance(verdict, Accepted)
    assert verdict.message == SERVER_FINAL
    assert verdict.session.principal == "User:app"


@pytest.mark.parametrize(
    "final",
    [
        CLIENT_FINAL.replace(b"hNlF", b"hNlX"),
        CLIENT_FINAL.replace(b"c=biws", b"c=eSws"),
        CLIENT_FINAL.replace(b"p=dH", b"p=eH"),
        b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=AAAA",
        b"",
        b"p=",
        b"c=biws,p=AAAA",
        b"c=!,r=x,p=AAAA",
        b"\xff\xfe",
    ],
)
def test_bad_final_messages(final):
    assert isinstance(begun().step(final, CREDENTIAL), Rejected)


@pytest.mark.parametrize(
    "first",
    [b"", b"n,,", b"n,,n=user", b"n,,n=,r=x", b"p=tls-unique,,n=user,r=x", b"n,,m=x,n=user,r=x",
     b"n,,n=us=er,r=x", b"n,,n=user,r=", b"n,,r=x,n=user", b"n,,n=user,r=x,e=1",
     b"n,,n=user,r=\x01", b"\xff", b"n,b=x,n=user,r=x", b"n,a=admin,n=user,r=x"],
)  # fmt: skip
def test_bad_first_messages(first):
    assert isinstance(Scram("sha256", b"p", "nonce").step(first, CREDENTIAL), Rejected)


def test_escaped_names():
    assert Scram("sha256", b"p", "n").key_id(b"n,,n=a=2Cb=3Dc,r=x") == "a,b=c"


def test_an_unknown_name_is_led_on_and_then_refused():
    scram = Scram("sha256", b"pepper", SERVER_NONCE)
    assert isinstance(scram.step(CLIENT_FIRST, None), Challenge)
    assert isinstance(scram.step(CLIENT_FINAL, None), Rejected)


def test_a_key_that_vanishes_in_between_is_refused():
    assert isinstance(begun().step(CLIENT_FINAL, None), Rejected)


@given(st.binary(max_size=80), st.binary(max_size=120))
def test_no_message_gets_in_or_breaks_it(first, final):
    scram = Scram("sha512", b"pepper", "nonce")
    scram.key_id(first)
    if isinstance(scram.step(first, None), Challenge):
        assert isinstance(scram.step(final, None), Rejected)
