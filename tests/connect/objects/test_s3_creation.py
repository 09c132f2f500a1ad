"""What goes over the wire as an object comes to be, and what is made of each answer."""

import hashlib
import select
import ssl
import tempfile
import zlib
from contextlib import closing
from mmap import mmap
from threading import Event

import pytest

from connect.connectors.objects import digests, s3_connections
from connect.connectors.objects.s3_creation import Created
from connect.connectors.objects.uploads import OutOfTurn
from connect.spi.errors import ConnectError, EgressRefused, RetriableError
from tests.connect.harness import OpenEgress
from tests.connect.objects.raw_store import (
    MADE,
    PATIENCE_S,
    at_once,
    create,
    creation,
    head,
    read,
)
from tests.connect.runtime.test_egress import certificate

MORE_THAN_SOCKETS_HOLD = 32 * 2**20


@pytest.fixture
def tls(tmp_path, monkeypatch):
    """The end of a store whose name is right.example, which the system trusts."""
    pem = certificate("right.example", tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    found.load_cert_chain(pem)
    return found


def create_large(by):
    """Of zeros that are on no disk."""
    with tempfile.TemporaryFile() as file:
        file.truncate(MORE_THAN_SOCKETS_HOLD)
        return by.create("a/b.json", file, MORE_THAN_SOCKETS_HOLD, {}, at_once)


def test_all_but_the_last_byte_is_sent_before_its_turn(store, beside):
    data, turn = b"0123456789" * 100_000, Event()
    with closing(creation(store)) as by:
        made = beside.submit(create, by, data, turn.wait, "t/k=v w/1.json")
        with store.accepted() as end:
            first, headers = head(end)
            assert first == "PUT /bucket/t/k%3Dv%20w/1.json HTTP/1.1"
            assert headers["host"] == f"127.0.0.1:{store.port}"
            assert headers["content-length"] == "1000000"
            assert headers["content-type"] == "binary/octet-stream"
            assert headers["if-none-match"] == "*"
            assert headers["x-amz-meta-headwater-last-offset"] == "7"
            assert headers["x-amz-content-sha256"] == hashlib.sha256(data).hexdigest()
            digest = f"sha256-1000000-{hashlib.sha256(data).hexdigest()}"
            assert headers["x-amz-meta-headwater-digest"] == digest
            assert "if-none-match;x-amz-" in headers["authorization"]
            assert read(end, 999_999) == data[:-1]
            assert select.select([end], [], [], 0)[0] == []
            turn.set()
            assert read(end, 1) == b"9"
            end.sendall(MADE)
            assert made.result(PATIENCE_S) is True


def test_an_object_whose_turn_does_not_come_is_cut_short(store, beside):
    def never():
        raise OutOfTurn("the one before it failed")

    with closing(creation(store)) as by:
        made = beside.submit(create, by, b"data", never)
        with store.accepted() as end:
            assert head(end)[1]["content-length"] == "4"
            assert read(end, 4) == b"dat", "and then it hangs up"
        with pytest.raises(OutOfTurn):
            made.result(PATIENCE_S)


@pytest.mark.parametrize(
    ("status", "code", "wanted"),
    [
        (200, "", True), (412, "PreconditionFailed", False),
        (403, "SignatureDoesNotMatch", (ConnectError, "does not let us at 'a/b.json': 403 Signa")),
        (404, "NoSuchBucket", (ConnectError, "no such bucket for 'a/b.json'")),
        (404, "", (RetriableError, "could not do it for 'a/b.json': 404")),
        (400, "ExpiredToken", (ConnectError, "does not let us at 'a/b.json': 400 ExpiredToken")),
    ],
)  # fmt: skip
def test_answers(store, beside, status, code, wanted):
    text = f"<Error><Code>{code}</Code><Message>m</Message></Error>" if code else ""
    with closing(creation(store)) as by:
        made = beside.submit(create, by, b"data")
        with store.accepted() as end:
            head(end), read(end, 4)
            end.sendall(
                f"HTTP/1.1 {status} S\r\nContent-Length: {len(text)}\r\n\r\n{text}".encode()
            )
            if isinstance(wanted, bool):
                assert made.result(PATIENCE_S) is wanted
            else:
                with pytest.raises(wanted[0], match=wanted[1]) as raised:
                    made.result(PATIENCE_S)
                assert type(raised.value) is wanted[0]


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_store_may_say_that_there_is_one_and_take_no_more(store, beside, tls, scheme):
    looked = []
    more = {"is_there": lambda path: looked.append(path) or True}
    with closing(creation(store, scheme, "right.example", **more)) as by:
        made = beside.submit(create_large, by)
        with store.accepted(tls if scheme == "https" else None) as end:
            head(end)
            end.sendall(b"HTTP/1.1 412 P\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        assert made.result(PATIENCE_S) is Created.NOT


def test_a_connection_is_used_again(store, beside):
    with closing(creation(store)) as by:
        made = beside.submit(create, by, b"one")
        with store.accepted() as end:
            for data in (b"one", b"two"):
                head(end)
                assert read(end, 3) == data
                end.sendall(MADE)
                assert made.result(PATIENCE_S) is True
                if data == b"one":
                    made = beside.submit(create, by, b"two")


@pytest.mark.parametrize("when", ["before it is used", "as it is used"])
def test_a_connection_that_the_store_has_hung_up_on_is_replaced(store, beside, when):
    with closing(creation(store)) as by:
        made = beside.submit(create, by, b"one")
        with store.accepted() as end:
            head(end), read(end, 3)
            end.sendall(MADE)
            assert made.result(PATIENCE_S) is True
            if when == "as it is used":
                made = beside.submit(create, by, b"two")
                head(end)
        if when == "before it is used":
            made = beside.submit(create, by, b"two")
        with store.accepted() as end:
            head(end)
            assert read(end, 3) == b"two"
            end.sendall(MADE)
            assert made.result(PATIENCE_S) is True


def test_little_of_a_large_file_is_in_memory(store, beside, monkeypatch):
    mapped = []

    def noted(opened, count, **more):
        mapped.append(count)
        return mmap(opened, count, **more)

    monkeypatch.setattr(digests, "mmap", noted)
    data = b"0123456789abcde" * (digests.MAPPED_BYTES // 10)
    with closing(creation(store)) as by:
        made = beside.submit(create, by, data)
        with store.accepted() as end:
            assert head(end)[1]["x-amz-content-sha256"] == hashlib.sha256(data).hexdigest()
            assert read(end, len(data)) == data
            end.sendall(MADE)
            assert made.result(PATIENCE_S) is True
    assert max(mapped) == digests.MAPPED_BYTES


@pytest.mark.parametrize("takes", ["nothing", "all"])
def test_a_store_that_is_silent_is_not_waited_for_for_ever(store, beside, monkeypatch, takes):
    monkeypatch.setattr(s3_connections, "SILENCE_S", 0.1)
    with closing(creation(store)) as by, pytest.raises(RetriableError):
        create_large(by) if takes == "nothing" else create(by, b"data")


def test_a_store_that_is_not_there_may_come(store):
    store.listener.close()
    with closing(creation(store)) as by, pytest.raises(RetriableError, match="refused"):
        create(by, b"data")


def test_the_store_is_reached_through_the_egress_only(store):
    class Closed(OpenEgress):
        def resolve(self, host, port):
            raise EgressRefused(f"{host} is not allowed")

    by = creation(store, host="s3.example", egress=Closed())
    with closing(by), pytest.raises(EgressRefused, match=r"s3\.example"):
        create(by, b"data")


@pytest.mark.parametrize("signs", [True, False])
def test_tls_goes_to_whom_the_system_trusts(store, beside, tls, signs):
    data = b"0123456789" * 100_000
    with closing(creation(store, "https", "right.example", signs)) as by:
        turn = Event()
        made = beside.submit(create, by, data, turn.wait)
        with store.accepted(tls) as end:
            told = head(end)[1]
            hashed, quick = hashlib.sha256(data).hexdigest(), f"{zlib.crc32(data):08x}"
            assert told["x-amz-content-sha256"] == (hashed if signs else "UNSIGNED-PAYLOAD")
            assert told["x-amz-meta-headwater-digest"] == (
                f"sha256-1000000-{hashed}" if signs else f"crc32-1000000-{quick}"
            )
            assert read(end, 999_999) == data[:-1]
            turn.set()
            assert read(end, 1) == b"9"
            end.sendall(MADE)
            assert made.result(PATIENCE_S) is True
    with closing(creation(store, "https", "wrong.example", signs)) as by:
        made = beside.submit(create, by, data)
        with pytest.raises(ssl.SSLError):
            store.accepted(tls)
        with pytest.raises(RetriableError, match="Hostname mismatch"):
            made.result(PATIENCE_S)
