"""What else brokers read of others: frames, logins, and their own files after a damaged disk."""

import base64
from functools import partial

from crc32c import crc32c
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from brokers.kernel.errors import ProtocolError, StorageError
from brokers.kernel.ids import BrokerId, Incarnation
from brokers.log.checkpoints import decode_offsets
from brokers.log.epochs import EpochHistory
from brokers.log.producer_snapshot import BadSnapshot, decode_snapshot, encode_snapshot
from brokers.log.producers import ProducerEntry, ProducerWindow, RememberedBatch
from brokers.node.authentication.broker_token import broker_token
from brokers.node.authentication.edge_token import InternalToken
from brokers.node.authentication.plain import Plain
from brokers.node.authentication.scram import Scram
from brokers.node.frame_reader import FrameReader
from brokers.node.receive_buffers import ReceiveBuffers
from tests.fuzz.damage import TEXT
from tests.fuzz.target import Target

_PEPPER = bytes(32)
_NOW_S = 1_700_000_000
_NONCE = "0123456789abcdef"
_BUFFERS = ReceiveBuffers()
_FIRST = b"n,,n=key,r=clientnonce"
_READS_MAX = 32
_LOGIN_PIECES = [b"\0", b",", b"=", b"=2C", b"n,", b"a=", b"r=", b"c=", b"p=", b"=3", "ß".encode(),
                 b"\xff", b"key", b"\x01", b"auth=Bearer ", b"m=", b"=" * 99]  # fmt: skip


def frames(data: bytes) -> None:
    """Arriving in pieces as large as the first byte says, in 32 at most."""
    reader = FrameReader(_BUFFERS)
    step = max(1 + (data[0] if data else 0), len(data) // _READS_MAX)
    try:
        for at in range(1, len(data), step):
            piece = data[at : at + step]
            while piece:
                room = reader.room()
                taken = min(len(room), len(piece))
                room[:taken] = piece[:taken]
                reader.arrived(taken)
                piece = piece[taken:]
                while reader.next_frame() is not None:
                    reader.next_api_key()
                assert reader.settle(lambda: False)
    finally:
        reader.close()


def plain(data: bytes) -> None:
    mechanism = Plain(_PEPPER)
    mechanism.key_id(data)
    mechanism.step(data, None)


def scram(data: bytes) -> None:
    """The first message."""
    mechanism = Scram("sha256", _PEPPER, _NONCE)
    mechanism.key_id(data)
    mechanism.step(data, None)


def scram_final(data: bytes) -> None:
    """The second, after an honest first."""
    mechanism = Scram("sha512", _PEPPER, _NONCE)
    mechanism.step(_FIRST, None)
    mechanism.key_id(data)
    mechanism.step(data, None)


def token(mechanism: InternalToken, data: bytes) -> None:
    """The message of OAUTHBEARER."""
    mechanism.key_id(data)
    mechanism.step(data, None)


def _tokens() -> list[bytes]:
    """One that is signed, one of nobody, and parts nested as deep as a message can be."""
    signed = broker_token(_PEPPER, BrokerId(1), Incarnation(2), _NOW_S)
    deep = base64.urlsafe_b64encode(b"[" * 2_000).rstrip(b"=")
    head, claims, signature = signed.split(b".")
    unsigned = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=")
    texts = [signed, b".".join((deep, claims, signature)), b".".join((head, deep, signature)),
             b".".join((unsigned, claims, b""))]  # fmt: skip
    return [b"n,,\x01auth=Bearer " + text + b"\x01\x01" for text in texts]


def snapshot(data: bytes) -> None:
    window = decode_snapshot(data)
    again = decode_snapshot(encode_snapshot(window))
    assert list(again.entries()) == list(window.entries())


def epochs(data: bytes) -> None:
    history = EpochHistory.decode(data)
    assert EpochHistory.decode(history.encode()).entries() == history.entries()


def offsets(data: bytes) -> None:
    decode_offsets(data, "recovery-point-offset-checkpoint")


def _sealed_snapshot(data: bytes) -> bytes:
    """With its version and its checksum right."""
    return b"\0\1" + crc32c(data[6:]).to_bytes(4) + data[6:] if len(data) >= 6 else data


def _snapshots() -> list[bytes]:
    batch = RememberedBatch(3, 40, 2, 1_000)
    entries = [
        ProducerEntry(7, 1, batch, 1_000, -1, -1),
        ProducerEntry(8, 0, None, 2_000, 5, -1),
    ]
    return [encode_snapshot(ProducerWindow.of(iter(entries[:n]))) for n in range(3)]


def broker_targets() -> dict[str, Target]:
    files = (StorageError,)
    proof = b"cD0=" * 22
    private = Ed25519PrivateKey.from_private_bytes(_PEPPER)
    return {
        "frames": Target(
            frames,
            [bytes((step,)) + (b"\0\0\0\5hello" * 3) + b"\0\0\0\0" for step in (2, 40, 255)]
            + [b"\0\0\0\0\x09\0\x12\0\3\0\0\0\1\xff", b"\xff\0\1\0\0ab"],
            refuses=(ProtocolError,),
        ),
        "plain": Target(plain, [b"\0key\0secret", b"key\0key\0s"], (), pieces=_LOGIN_PIECES),
        "scram": Target(
            scram, [_FIRST, b"n,a=key,n=key,r=x", b"y,,n=a=2Cb=3D,r=nonce"], (),
            pieces=_LOGIN_PIECES,
        ),
        "scram_final": Target(
            scram_final, [b"c=biws,r=clientnonce" + _NONCE.encode() + b",p=" + proof], (),
            pieces=_LOGIN_PIECES,
        ),
        "token": Target(
            partial(token, InternalToken(private.public_key(), _PEPPER, lambda: _NOW_S * 1_000)),
            _tokens(), (), pieces=[*_LOGIN_PIECES, b".", b"eyJ", b"e30", b"W10"],
        ),
        "snapshot": Target(snapshot, _snapshots(), (BadSnapshot,), seal=_sealed_snapshot),
        "epochs": Target(epochs, [b"0\n2\n1 0\n5 70\n", b"0\n0\n"], files, pieces=TEXT),
        "offsets": Target(
            offsets, [b"0\n1\n00000000-0000-0000-0000-000000000005 3 99\n"], files, pieces=TEXT
        ),
    }  # fmt: skip
