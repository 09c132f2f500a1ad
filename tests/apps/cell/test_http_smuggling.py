"""Requests that a proxy could read in another way than the service: none becomes two."""

import re
import socket

import pytest

from tests.apps.cell.floods import is_cut_off
from tests.apps.cell.web_server import serving

HOST = b"Host: localhost\r\n"
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"
CHUNKED = b"POST /a HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n"
HANDSHAKE = (
    HOST + b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)


class Application:
    """Notes each request: its path, its whole body and the headers that it has by then."""

    def __init__(self):
        self.seen = []

    async def __call__(self, scope, receive, send):
        if scope["type"] == "websocket":
            self.seen.append(("websocket", b"", {}))
            await receive()
            await send({"type": "websocket.close"})
            return
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message["body"]
            more = message["more_body"]
        self.seen.append((scope["path"], body, dict(scope["headers"])))
        await send({"type": "http.response.start", "status": 200, "headers": [LENGTH]})
        await send({"type": "http.response.body", "body": b"ok"})

    @property
    def paths(self):
        return [path for path, _body, _headers in self.seen]


LENGTH = (b"content-length", b"2")


@pytest.fixture(scope="module")
def served():
    application = Application()
    with serving(application) as port:
        yield application, port


@pytest.fixture
def application(served):
    served[0].seen.clear()
    return served[0]


@pytest.fixture
def port(served):
    return served[1]


def sent(port, *pieces):
    """What is answered to ``pieces`` of one connection until it ends. Each has been read before the
    next one is sent."""
    with socket.create_connection(("127.0.0.1", port), 10) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        heard = b""
        try:
            for piece in pieces:
                client.sendall(piece)
                probe(port)
            client.shutdown(socket.SHUT_WR)
            while piece := client.recv(65_536):
                heard += piece
        except (ConnectionResetError, BrokenPipeError):
            pass
    return heard


def probe(port):
    """Another connection is served: by then the loop has read what came before."""
    with socket.create_connection(("127.0.0.1", port), 10) as client:
        client.sendall(b"GET /probe HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        while client.recv(4096):
            pass


def statuses(heard):
    return [int(each) for each in re.findall(rb"HTTP/1\.1 (\d{3}) ", heard)]


def post(*lines, body=b"0\r\n\r\n"):
    head = b"".join(line + b"\r\n" for line in lines)
    return b"POST /a HTTP/1.1\r\n" + HOST + head + b"\r\n" + body + SMUGGLED


@pytest.mark.parametrize(
    "request_",
    [
        post(b"Content-Length: 5", b"Transfer-Encoding: chunked"),
        post(b"Transfer-Encoding: chunked", b"Content-Length: 5"),
        post(b"Transfer-Encoding: xchunked", b"Content-Length: 5"),
        post(b"Transfer-Encoding: xchunked"),
        post(b"Transfer-Encoding: chunked, identity"),
        post(b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity"),
        post(b"Transfer-Encoding: \x0bchunked", b"Content-Length: 5"),
        post(b"Transfer-Encoding : chunked", b"Content-Length: 5"),
        post(b"Transfer-Encoding:", b" chunked", b"Content-Length: 5"),
        post(b"X-A: b", b" Content-Length: 5"),
        post(b"X-A: b\nTransfer-Encoding: chunked", b"Content-Length: 5"),
        post(b"X-A: b\rTransfer-Encoding: chunked", b"Content-Length: 5"),
        post(b"X-A: b\0", b"Content-Length: 5"),
        post(b"Content-Length: 5", b"Content-Length: 6"),
        post(b"Content-Length: 5", b"Content-Length: 5"),
        post(b"Content-Length: 5, 5"),
        post(b"Content-Length: +5"),
        post(b"Content-Length: -5"),
        post(b"Content-Length: 0x5"),
        post(b"Content-Length: 5 5"),
        post(b"Content-Length: 18446744073709551621"),
        post(b"Host: elsewhere.example", b"Content-Length: 5"),
        post(b"Authorization: Basic YTpi", b"Authorization: Basic Yzpk", b"Content-Length: 5"),
        CHUNKED + b"1\na\n0\n\n" + SMUGGLED,
        CHUNKED + b"1\r\na\n0\r\n\r\n" + SMUGGLED,
        CHUNKED + b"1;x\na\r\n0\r\n\r\n" + SMUGGLED,
        CHUNKED + b'1;x="\r\na\r\n0\r\n\r\n' + SMUGGLED,
        CHUNKED + b"0x1\r\na\r\n0\r\n\r\n" + SMUGGLED,
        CHUNKED + b"+1\r\na\r\n0\r\n\r\n" + SMUGGLED,
        CHUNKED + b"1 \r\na\r\n0\r\n\r\n" + SMUGGLED,
        CHUNKED + b"10000000000000001\r\na\r\n0\r\n\r\n" + SMUGGLED,
        b"GET /a HTTP/1.1\nHost: localhost\n\n" + SMUGGLED,
        b"GET /a HTTP/1.1\r\n X-A: b\r\n" + HOST + b"\r\n" + SMUGGLED,
        b"GET /a HTTP/1.1\r\n\r\n" + SMUGGLED,
        b"GET /a\r\n\r\n" + SMUGGLED,
        b"GET /a HTTP/2.0\r\n" + HOST + b"\r\n" + SMUGGLED,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + SMUGGLED,
        b"CONNECT localhost:80 HTTP/1.1\r\n" + HOST + b"\r\n" + SMUGGLED,
        b"GET /a b HTTP/1.1\r\n" + HOST + b"\r\n" + SMUGGLED,
    ],
)
def test_what_can_be_read_in_two_ways_is_refused_and_nothing_behind_it_is_read(
    port, application, request_
):
    assert statuses(sent(port, request_)) == [400]
    assert set(application.paths) <= {"/probe"}


@pytest.mark.parametrize(
    "asked",
    [
        b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQ\r\n",
        b"Connection: Upgrade\r\nUpgrade: made-up\r\n",
        b"Connection: Upgrade\r\nConnection: keep-alive\r\nUpgrade: websocket\r\n",
        HANDSHAKE.removeprefix(HOST),
    ],
    ids=["h2c", "made up", "two connections", "websocket"],
)
@pytest.mark.parametrize("framing", ["length", "chunks"])
@pytest.mark.parametrize("apart", [True, False], ids=["apart", "at once"])
def test_a_body_stays_one_whatever_the_connection_is_to_become(
    port, application, asked, framing, apart
):
    """Proxies pass ``Upgrade`` on for websockets, and Java's client asks for h2c by itself."""
    if framing == "length":
        told, body = b"Content-Length: %d\r\n" % len(SMUGGLED), SMUGGLED
    else:
        told = b"Transfer-Encoding: chunked\r\n"
        body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(SMUGGLED), SMUGGLED)
    head = b"POST /a HTTP/1.1\r\n" + HOST + asked + told + b"\r\n"
    last = b"GET /last HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    pieces = (head, body, last) if apart else (head + body + last,)
    assert statuses(sent(port, *pieces)) == [200, 200]
    seen = [each for each in application.seen if each[0] != "/probe"]
    assert [each[:2] for each in seen] == [("/a", SMUGGLED), ("/last", b"")]
    assert b"upgrade" not in seen[0][2]


def test_an_upgrade_without_a_body_is_passed_over(port, application):
    head = b"GET /a HTTP/1.1\r\n" + HOST + b"Connection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n"
    assert statuses(sent(port, head + SMUGGLED)) == [200]
    assert [path for path in application.paths if path != "/probe"] == ["/a"]


def test_trailers_are_no_headers(port, application):
    """A view that has looked for them before the body was there would have seen others."""
    trailers = b"Authorization: Basic YTpi\r\nHost: elsewhere.example\r\nX-CSRFToken: a\r\n"
    sent(port, CHUNKED + b"1\r\na\r\n0\r\n" + trailers + b"\r\n")
    ((_path, body, headers),) = [each for each in application.seen if each[0] == "/a"]
    assert body == b"a"
    assert headers == {b"host": b"localhost", b"transfer-encoding": b"chunked"}


@pytest.mark.parametrize(
    "endless",
    [b"X-A: " + b"a" * 1000 + b"\r\n", b"a" * 1000],
    ids=["many", "one without an end"],
)
@pytest.mark.parametrize("begun", [CHUNKED + b"0\r\n", CHUNKED + b"1;"], ids=["trailers", "chunk"])
def test_what_is_no_body_has_an_end(port, begun, endless):
    with socket.create_connection(("127.0.0.1", port), 10) as client:
        client.sendall(begun)
        assert is_cut_off(client, endless)


@pytest.mark.parametrize(
    "lines",
    [b"X-A: " + b"a" * 20_000 + b"\r\n", b"".join(b"X-%d: a\r\n" % n for n in range(300))],
    ids=["a long line", "many lines"],
)
def test_a_handshake_past_its_reader_s_bounds_ends(port, application, lines):
    head = b"GET /ws HTTP/1.1\r\n" + HANDSHAKE + lines + b"\r\n"
    assert statuses(sent(port, head)) == [431]
    assert "websocket" not in application.paths


def test_a_handshake_is_one_still(port, application):
    sent(port, b"GET /ws HTTP/1.1\r\n" + HANDSHAKE + b"\r\n")
    assert "websocket" in application.paths
