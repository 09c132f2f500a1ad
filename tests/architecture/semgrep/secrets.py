import hashlib
import hmac
import logging
import random
import secrets
import uuid

import jwt

log = logging.getLogger(__name__)


def compared(shown: bytes, kept: str, key: bytes) -> bool:
    # ruleid: digest-compared-plainly
    if hashlib.sha256(shown).hexdigest() == kept:
        return True
    # ruleid: digest-compared-plainly
    if hmac.digest(key, shown, "sha256") != kept.encode():
        return False
    # ok: digest-compared-plainly
    return hmac.compare_digest(hashlib.sha256(shown).hexdigest(), kept)


def logged(login: str, password: str, key) -> None:
    # ruleid: secret-in-a-log
    log.warning("%s tried %s", login, password)
    # ruleid: secret-in-a-log
    log.info("made %s", key.secret)
    # ok: secret-in-a-log
    log.warning("%s tried a password", login)


def drawn() -> tuple[object, ...]:
    # ruleid: foreseeable-secret
    reset_code = random.randint(0, 999_999)
    # ruleid: foreseeable-secret
    token = uuid.uuid1()
    # ok: foreseeable-secret
    nonce = secrets.token_urlsafe(32)
    # ok: foreseeable-secret
    delay = random.random()
    return reset_code, token, nonce, delay


def read(token: str, key: str) -> None:
    # ruleid: token-read-without-its-signature
    jwt.decode(token, key)
    # ruleid: token-read-without-its-signature
    jwt.decode(token, key, algorithms=["EdDSA"], options={"verify_signature": False})
    # ok: token-read-without-its-signature
    jwt.decode(token, key, algorithms=["EdDSA"])
