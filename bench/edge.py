"""Work for the web process: records in and out over REST.

The client is raw sockets with requests made beforehand, so that it takes little of the machine that
it shares. CPU is the web process's own, from ``/proc``. Beside it stands a bare uvicorn whose
application answers without doing anything: what HTTP alone costs on this machine in this run.
"""

import base64
import json
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from confluent_kafka import Producer

from bench.peer import Peer, free_port, wait_for
from bench.process_cost import read_cost
from bench.workloads import Figures, NotDelivered

CONNECTIONS: Final = 16
BATCH_ENTRIES: Final = 500
STREAM_CHUNK_RECORDS: Final = 300
READ_BYTES: Final = 1024 * 1024
VALUE: Final = {"flight": "UA1545", "origin": "EWR", "dest": "IAH", "delay": 2, "pad": "x" * 40}
"""About 100 bytes of JSON."""

_LENGTH: Final = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
_NEXT_OFFSET: Final = re.compile(rb'"next_offset":(\d+)')


@dataclass(frozen=True, slots=True)
class WebProcess:
    """Where the web process listens, who it is, and how a request to it begins."""

    host: str
    port: int
    pid: int
    cluster: str
    """``/kafka/v3/clusters/ID``"""
    authorization: str

    def head(self, method: str, path: str, length: int | None) -> bytes:
        body = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
        path = f"{self.cluster}{path}"
        return (
            f"{method} {path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\n"
            f"Authorization: {self.authorization}\r\nContent-Type: application/json\r\n"
            f"{body}\r\n\r\n"
        ).encode()

    def connect(self) -> "Wire":
        return Wire(socket.create_connection((self.host, self.port), timeout=60))


class Wire:
    """One HTTP connection; answers have a length."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = connection
        self._rest = b""

    def ask(self, request: bytes) -> tuple[int, bytes]:
        """Status and body."""
        self.socket.sendall(request)
        data = self._rest
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._more()
        found = _LENGTH.search(data, 0, end)
        assert found is not None, data[:end]
        length = int(found[1])
        body = bytearray(data[end + 4 :])
        while len(body) < length:
            body += self._more()
        self._rest = bytes(body[length:])
        return int(data[9:12]), bytes(body[:length])

    def _more(self) -> bytes:
        data = self.socket.recv(READ_BYTES)
        if not data:
            raise NotDelivered("the web process closed a connection")
        return data


def _record(number: int) -> dict[str, object]:
    key = {"type": "STRING", "data": f"N{number % 5000}"}
    return {"key": key, "value": {"type": "JSON", "data": VALUE}}


def produce_one_by_one(web: WebProcess, peer: Peer, topic: str, scale: float) -> Figures:
    """One record of about 100 bytes per request, 16 connections."""
    return _one_by_one(web, peer, topic, int(32_000 * scale), CONNECTIONS)


def produce_alone(web: WebProcess, peer: Peer, topic: str, scale: float) -> Figures:
    """The same on one connection: nothing to share anything with."""
    return _one_by_one(web, peer, topic, int(4_000 * scale), 1)


def _one_by_one(web: WebProcess, peer: Peer, topic: str, count: int, connections: int) -> Figures:
    body = json.dumps(_record(7)).encode()
    request = web.head("POST", f"/topics/{topic}/records", len(body)) + body
    wires = [web.connect() for _ in range(connections)]
    for wire in wires:
        _expect(wire.ask(request), 200)

    def work(wire: Wire) -> None:
        for _ in range(count // connections):
            _expect(wire.ask(request), 200)

    seconds, web_cpu, broker_cpu = _measured(web, peer, [lambda w=w: work(w) for w in wires])
    count = count // connections * connections
    return {
        "requests/s": count / seconds,
        "web CPU µs/request": web_cpu / count * 1e6,
        "broker CPU µs/request": broker_cpu / count * 1e6,
    }


def produce_streaming(web: WebProcess, peer: Peer, topic: str, scale: float) -> Figures:
    """One connection, a chunked body of records, an answer line for each."""
    chunks = int(200_000 * scale) // STREAM_CHUNK_RECORDS
    lines = b"".join(json.dumps(_record(n)).encode() + b"\n" for n in range(STREAM_CHUNK_RECORDS))
    chunk = b"%x\r\n%b\r\n" % (len(lines), lines)
    wire = web.connect().socket
    answered = 0

    def send() -> None:
        wire.sendall(web.head("POST", f"/topics/{topic}/records", None))
        for _ in range(chunks):
            wire.sendall(chunk)
        wire.sendall(b"0\r\n\r\n")

    def receive() -> None:
        nonlocal answered
        tail = b""
        while not tail.endswith(b"\r\n0\r\n\r\n"):
            data = wire.recv(READ_BYTES)
            if not data:
                raise NotDelivered("the web process closed the stream")
            answered += (tail[-20:] + data).count(b'"error_code":200') - tail[-20:].count(
                b'"error_code":200'
            )
            tail = (tail + data)[-32:]

    seconds, web_cpu, broker_cpu = _measured(web, peer, [send, receive])
    return _per_record(answered, chunks * STREAM_CHUNK_RECORDS, seconds, web_cpu, broker_cpu)


def produce_batches(web: WebProcess, peer: Peer, topic: str, scale: float) -> Figures:
    """``records:batch`` with 500 entries, four connections."""
    requests = int(200_000 * scale) // BATCH_ENTRIES // 4
    entries = [{"id": str(n), **_record(n)} for n in range(BATCH_ENTRIES)]
    body = json.dumps({"entries": entries}).encode()
    request = web.head("POST", f"/topics/{topic}/records:batch", len(body)) + body
    wires = [web.connect() for _ in range(4)]
    answered = [0]

    def work(wire: Wire) -> None:
        for _ in range(requests):
            _status, answer = _expect(wire.ask(request), 207)
            answered[0] += answer.count(b'"offset":')

    seconds, web_cpu, broker_cpu = _measured(web, peer, [lambda w=w: work(w) for w in wires])
    return _per_record(answered[0], requests * 4 * BATCH_ENTRIES, seconds, web_cpu, broker_cpu)


def _per_record(
    answered: int, sent: int, seconds: float, web_cpu: float, broker_cpu: float
) -> Figures:
    if answered != sent:
        raise NotDelivered(f"{answered} of {sent} records were acknowledged")
    return {
        "records/s": sent / seconds,
        "web CPU µs/record": web_cpu / sent * 1e6,
        "broker CPU µs/record": broker_cpu / sent * 1e6,
    }


def consume(web: WebProcess, peer: Peer, topic: str, scale: float) -> Figures:
    """1 KB records of JSON from the start, pages of up to 8 MiB, one connection."""
    count = int(200_000 * scale)
    values = _fill(peer, f"{topic}-1k", count)
    wire = web.connect()
    read = 0

    def work() -> None:
        nonlocal read
        offset = 0
        while offset < count:
            query = f"?offset={offset}&max_records=10000&max_bytes=8388608"
            path = f"/topics/{topic}-1k/partitions/0/records{query}"
            _status, page = _expect(wire.ask(web.head("GET", path, 0)), 200)
            found = _NEXT_OFFSET.search(page)
            assert found is not None
            read += page.count(b'"partition_id":') - 1
            offset = int(found[1])

    seconds, web_cpu, broker_cpu = _measured(web, peer, [work])
    peer.delete_topic(f"{topic}-1k")
    if read != count:
        raise NotDelivered(f"{read} of {count} records came back")
    return {
        "MB/s": values / seconds / 1e6,
        "records/s": count / seconds,
        "web CPU s/GB": web_cpu / values * 1e9,
        "broker CPU s/GB": broker_cpu / values * 1e9,
    }


def _fill(peer: Peer, topic: str, count: int) -> int:
    """Bytes of the values."""
    peer.create_topic(topic)
    document = {**VALUE, "pad": "x" * 24, "fields": {f"field{n}": "value" for n in range(40)}}
    value = json.dumps(document).encode()
    producer = Producer({**peer.client_config, "linger.ms": 20, "batch.size": 1_000_000})
    for _ in range(count):
        while True:
            try:
                producer.produce(topic, value)
                break
            except BufferError:
                producer.poll(0.01)
    if producer.flush(120):
        raise NotDelivered("the topic could not be filled")
    return len(value) * count


EDGE_WORKLOADS: Final = {
    "REST produce, one record per request, 16 connections": produce_one_by_one,
    "REST produce, one record per request, 1 connection": produce_alone,
    "REST produce, streaming": produce_streaming,
    "REST produce, batches of 500": produce_batches,
    "REST consume, 1 KB JSON": consume,
}


def _expect(answer: tuple[int, bytes], status: int) -> tuple[int, bytes]:
    if answer[0] != status:
        raise NotDelivered(f"answered {answer[0]}: {answer[1][:200]!r}")
    return answer


def _measured(web: WebProcess, peer: Peer, work: list) -> tuple[float, float, float]:  # type: ignore[type-arg]
    """Seconds, and CPU seconds of the web process and of the brokers."""
    failures: list[BaseException] = []

    def run(each: object) -> None:
        try:
            each()  # type: ignore[operator]
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(each,)) for each in work]
    web_before, brokers_before = read_cost([web.pid]), read_cost(peer.pids)
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - started
    if failures:
        raise NotDelivered(str(failures[0])) from failures[0]
    web_cpu = read_cost([web.pid]).since(web_before)
    return seconds, web_cpu, read_cost(peer.pids).since(brokers_before)


def web_process(peer: Peer) -> WebProcess:
    """The web process that serves the brokers of ``peer``, for its tenant."""
    address = urlsplit(peer.http_url)
    config = peer.client_config
    key = f"{config['sasl.username']}:{config['sasl.password']}"
    authorization = f"Basic {base64.b64encode(key.encode()).decode()}"
    assert address.hostname is not None
    assert address.port is not None
    at = WebProcess(address.hostname, address.port, peer.web_pid, "", authorization)
    _status, body = _expect(at.connect().ask(at.head("GET", "/kafka/v3/clusters", 0)), 200)
    cluster = json.loads(body)["data"][0]["cluster_id"]
    path = f"/kafka/v3/clusters/{cluster}"
    return WebProcess(at.host, at.port, at.pid, path, authorization)


_BARE: Final = """
async def application(scope, receive, send):
    while (await receive()).get("more_body"):
        pass
    headers = [(b"content-type", b"application/json"), (b"content-length", b"200")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"x" * 200})
"""


@contextmanager
def bare_uvicorn(folder: Path) -> Iterator[tuple[WebProcess, Peer]]:
    """uvicorn with an application that reads the body and answers 200 bytes."""
    (folder / "bare.py").write_text(_BARE)
    port = free_port()
    command = [
        sys.executable, "-m", "uvicorn", "bare:application", "--app-dir", str(folder),
        "--port", str(port), "--loop", "uvloop", "--lifespan", "off", "--no-access-log",
    ]  # fmt: skip
    with (folder / "bare.out").open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)

    def serves() -> bool:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            return False
        return True

    try:
        wait_for(serves, "a bare uvicorn")
        web = WebProcess("127.0.0.1", port, process.pid, "/bare", "Basic eDp4")
        yield web, Peer("bare uvicorn", "this environment's", {}, [], "reads, answers 200 bytes")
    finally:
        process.terminate()
        process.wait(30)


BARE_WORKLOADS: Final = {
    name: EDGE_WORKLOADS[name]
    for name in (
        "REST produce, one record per request, 16 connections",
        "REST produce, one record per request, 1 connection",
    )
}
