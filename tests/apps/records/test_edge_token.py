import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from streaming.records.identity import READ, WRITE, Identity
from streaming.records.token import IdentityTokens, TokenSigner

IDENTITY = Identity("5d2c", "User:app", frozenset({WRITE, READ}))


def pem(key):
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


async def test_a_token_names_whom_it_speaks_for_and_lives_a_minute():
    key = Ed25519PrivateKey.generate()
    signer = TokenSigner(pem(key), wall_clock=lambda: 1_700_000_000.9)
    token = await IdentityTokens(signer, IDENTITY).token()
    claims = jwt.decode(
        token,
        key.public_key(),
        algorithms=["EdDSA"],
        audience="headwater-internal",
        issuer="headwater-edge",
        options={"verify_exp": False},
    )
    assert claims == {
        "iss": "headwater-edge",
        "aud": "headwater-internal",
        "iat": 1_700_000_000,
        "exp": 1_700_000_060,
        "tenant": "5d2c",
        "sub": "User:app",
        "scopes": ["read", "write"],
    }


def test_a_key_of_another_kind_is_refused_at_the_start():
    with pytest.raises(ValueError, match="Ed25519"):
        TokenSigner(pem(generate_private_key(65537, 2048)))
