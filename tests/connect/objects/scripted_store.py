"""A store that speaks S3, keeps what it is brought, and fails at it as a test says."""

import hashlib
import struct
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SO_LINGER, SOL_SOCKET
from urllib.parse import parse_qs, unquote, urlsplit

BUCKET = "doubt"
META = "x-amz-meta-"
XML = "http://s3.amazonaws.com/doc/2006-03-01/"


@dataclass(frozen=True)
class Kept:
    """``e_tag`` is of what the store took, whatever it has of that."""

    body: bytes
    meta: dict[str, str]
    e_tag: str


@dataclass(frozen=True)
class Fault:
    """Of one request that brings an object: what is kept of it (None is nothing at all), whether
    what it tells of itself is, and what is answered: a status and a body, or None to hang up."""

    keeps: object = None
    keeps_meta: bool = True
    answer: tuple[int, bytes] | None = None


def error(code):
    return f"<Error><Code>{code}</Code></Error>".encode()


@dataclass
class ScriptedStore:
    port: int = 0
    objects: dict[str, Kept] = field(default_factory=dict)
    plan: list[Fault] = field(default_factory=list)
    """Of requests to come that bring an object; what follows works."""
    unreadable: set[str] = field(default_factory=set)
    """Names that are known, and what they have is not sent (500)."""
    after_read: list[object] = field(default_factory=list)
    """Called with the store, one after each time that an object was sent."""
    brought: list[tuple[str, str]] = field(default_factory=list)
    """Names and conditions, of all requests that brought one and came so far."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def keep(self, path, body, meta):
        e_tag = f'"{hashlib.md5(body).hexdigest()}"'
        self.objects[path] = Kept(body, meta, e_tag)

    def damage(self, path, body):
        """It has this now, and says what it said before."""
        told = self.objects[path]
        self.objects[path] = Kept(body, told.meta, told.e_tag)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    store: ScriptedStore

    def do_PUT(self):
        path, length = self._path(), int(self.headers["content-length"])
        fault = self.store.plan.pop(0) if self.store.plan else None
        if fault is not None and fault.keeps == "cut":
            self.rfile.read(length // 2)
            return self._hang_up()
        body = self.rfile.read(length)
        if len(body) < length:
            return self._hang_up()  # It was cut short: its turn did not come.
        none, match = self.headers.get("if-none-match"), self.headers.get("if-match")
        with self.store.lock:
            self.store.brought.append((path, none or match))
            there = self.store.objects.get(path)
            if fault is None or fault.keeps is not None:
                if (none and there) or (match and (there is None or there.e_tag != match)):
                    return self._say(412, error("PreconditionFailed"))
                self._keep(path, body, fault)
        if fault is None:
            return self._say(200, b"")
        return self._say(*fault.answer) if fault.answer else self._hang_up()

    def _keep(self, path, body, fault):
        meta = {n.lower(): v for n, v in self.headers.items() if n.lower().startswith(META)}
        self.store.unreadable.discard(path)
        self.store.keep(path, body, meta)
        if fault is not None:
            if not fault.keeps_meta:
                self.store.keep(path, fault.keeps(body), {})
            self.store.damage(path, fault.keeps(body))

    def do_HEAD(self):
        self._send_object(is_whole=False)

    def do_GET(self):
        asked = urlsplit(self.path)
        if "list-type" in asked.query:
            return self._list(parse_qs(asked.query).get("prefix", [""])[0])
        if self._path() in self.store.unreadable:
            return self._say(500, error("InternalError"))
        self._send_object(is_whole=True)
        if self.store.after_read:
            self.store.after_read.pop(0)(self.store)

    def _send_object(self, *, is_whole):
        kept = self.store.objects.get(self._path())
        if kept is None:
            return self._say(404, error("NoSuchKey") if is_whole else b"")
        self.send_response(200)
        for name, value in kept.meta.items():
            self.send_header(name, value)
        self.send_header("etag", kept.e_tag)
        self.send_header("last-modified", "Thu, 01 Jan 2026 00:00:00 GMT")
        self.send_header("content-length", str(len(kept.body)))
        self.end_headers()
        if is_whole:
            self.wfile.write(kept.body)

    def _list(self, prefix):
        entries = "".join(
            f"<Contents><Key>{path}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>"
            f"<ETag>{kept.e_tag}</ETag><Size>{len(kept.body)}</Size></Contents>"
            for path, kept in sorted(self.store.objects.items())
            if path.startswith(prefix)
        )
        text = f'<ListBucketResult xmlns="{XML}">{entries}<IsTruncated>false</IsTruncated>'
        self._say(200, f"{text}</ListBucketResult>".encode())

    def _path(self):
        return unquote(urlsplit(self.path).path).removeprefix(f"/{BUCKET}/")

    def _say(self, status, body):
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _hang_up(self):
        self.connection.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def log_message(self, *_):
        pass


@contextmanager
def scripted_store():
    store = ScriptedStore()
    handler = type("Handler", (_Handler,), {"store": store})
    listener = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    listener.daemon_threads = True
    store.port = listener.server_address[1]
    thread = threading.Thread(target=listener.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield store
    finally:
        listener.shutdown()
        listener.server_close()
        thread.join()
