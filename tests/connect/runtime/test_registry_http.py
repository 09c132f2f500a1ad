"""The client of a schema registry, before an HTTP server that answers as Confluent's does."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import httpx
import pytest

from connect.converters.registry import Reference, RegisteredSchema
from connect.runtime.registry_http import HttpSchemaRegistry
from connect.spi.errors import ConnectError, DataError, RetriableError

SCHEMA = RegisteredSchema("JSON", '{"type":"object"}', (Reference("a", "s", 1),))
DOCUMENT = {"schema": SCHEMA.text, "schemaType": "JSON",
            "references": [{"name": "a", "subject": "s", "version": 1}]}  # fmt: skip


class Handler(BaseHTTPRequestHandler):
    answers: ClassVar[dict] = {}
    seen: ClassVar[list] = []

    def _answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        self.seen.append((self.command, self.path, body, self.headers.get("Authorization")))
        status, document = self.answers.get((self.command, self.path), (404, {"message": "no"}))
        data = document if isinstance(document, bytes) else json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = _answer

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    Handler.answers, Handler.seen = {}, []
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield running
        running.shutdown()


@pytest.fixture
def registry(server):
    url = f"http://127.0.0.1:{server.server_port}/base"
    made = HttpSchemaRegistry(url, httpx.HTTPTransport(), "user:pass")
    yield made
    made.close()


def test_schemas_are_registered_and_found(registry):
    Handler.answers = {
        ("POST", "/base/subjects/a%2Fb-value/versions"): (200, {"id": 7}),
        ("POST", "/base/subjects/a%2Fb-value"): (200, {"id": 7, "version": 1}),
        ("GET", "/base/schemas/ids/7"): (200, DOCUMENT),
        ("GET", "/base/subjects/s/versions/1"): (200, {"schema": '"string"'}),
    }
    assert registry.register("a/b-value", SCHEMA) == 7
    assert registry.lookup("a/b-value", SCHEMA) == 7
    assert registry.by_id(7) == SCHEMA
    assert registry.by_version("s", 1) == RegisteredSchema("AVRO", '"string"')
    assert Handler.seen[0][2] == DOCUMENT
    assert {each[3] for each in Handler.seen} == {"Basic dXNlcjpwYXNz"}


@pytest.mark.parametrize(
    ("answer", "kind", "message"),
    [
        ((409, {"error_code": 409, "message": "incompatible"}), DataError, "incompatible"),
        ((401, {}), ConnectError, "basic.auth.user.info"),
        ((503, {}), RetriableError, "503"),
        ((429, {}), RetriableError, "429"),
        ((200, b"<html>"), ConnectError, "no schema registry"),
        ((200, {}), ConnectError, "without id"),
    ],
)
def test_what_goes_wrong_says_whose_trouble_it_is(registry, answer, kind, message):
    Handler.answers = {("POST", "/base/subjects/s/versions"): answer}
    with pytest.raises(kind, match=message) as raised:
        registry.register("s", SCHEMA)
    assert type(raised.value) is kind


def test_a_registry_that_is_away_may_come_back(registry, server):
    server.shutdown()
    server.server_close()
    with pytest.raises(RetriableError, match="cannot be reached"):
        registry.by_id(1)
