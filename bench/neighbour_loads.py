"""Ten ways of being a bad neighbour: each keeps asking until its process is ended.

``python -m bench.neighbour_loads KIND`` reads where and who from a JSON document on stdin. What it
is refused, throttled or cut off is what is meant to happen; it tries again at once. Ended by
SIGTERM, it tells what it did, as a JSON document on stdout: how often it got what it asked for
(``done``), and how often not (``refused``).
"""

import asyncio
import base64
import json
import os
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection
from itertools import count
from typing import Final

from confluent_kafka import Consumer, KafkaException, Producer
from confluent_kafka.admin import AdminClient, NewTopic

from bench import login_flood
from bench.peer import Peer
from bench.wire_client import WireClient, frame
from brokers.kernel.errors import HeadwaterError
from brokers.wire.messages.fetch_request import FetchPartition, FetchRequest, FetchTopic
from brokers.wire.messages.metadata_request import MetadataRequest
from brokers.wire.registry import ApiKey

THREADS: Final = 4
MIB: Final = 1024 * 1024
PIPELINED: Final = 50
LOGINS_PER_SECOND: Final = 1_000
SLOW_CONNECTIONS: Final = 50
QUEUE_KIB: Final = 32 * 1024
"""What a producer keeps until it is taken; as much as Kafka's own. With librdkafka's GiB for each
thread, filling the queues would be measured: seconds of a core and of the memory's bandwidth, long
after a quota has slowed what is sent."""
PAUSE_SECONDS: Final = 0.01
"""After a failure, so that a refused neighbour does not measure its own loop."""

_names = count(1)


@dataclass(frozen=True, slots=True)
class Target:
    """``topic`` is the neighbour's own, with records in it."""

    config: dict[str, str]
    http: str
    topic: str

    @property
    def peer(self) -> Peer:
        return Peer("neighbour", "", self.config, [])


class Did:
    """What a neighbour did; shared by its threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts = Counter[str]()

    def count(self, got_it: bool) -> None:
        with self._lock:
            self._counts["done" if got_it else "refused"] += 1

    def told(self) -> str:
        with self._lock:
            return json.dumps({name: self._counts[name] for name in ("done", "refused")})


def bandwidth(target: Target, did: Did) -> None:
    """Produce as many bytes as are taken."""
    _flood(target, did, MIB // 2)


def big_messages(target: Target, did: Did) -> None:
    """Produce records of eight MiB."""
    _flood(target, did, 8 * MIB - 4096)


def _flood(target: Target, did: Did, size: int) -> None:
    producer = Producer(
        target.config
        | {
            "message.max.bytes": str(9 * MIB),
            "linger.ms": "0",
            "queue.buffering.max.kbytes": str(QUEUE_KIB),
        }
    )
    value = os.urandom(size)
    told = lambda error, _message: did.count(error is None)  # noqa: E731
    while True:
        try:
            producer.produce(target.topic, value, on_delivery=told)
        except BufferError:
            producer.poll(0.05)
        producer.poll(0)


def requests(target: Target, did: Did) -> None:
    """Ask for metadata, many requests before an answer is read."""
    ask = frame(ApiKey.METADATA, 5, MetadataRequest(None, False)) * PIPELINED
    client = WireClient.to(target.peer)
    while True:
        client.send(ask)
        for _ in range(PIPELINED):
            client.receive(int.from_bytes(client.receive(4)))
            did.count(True)


def connections(target: Target, did: Did) -> None:
    """Log in, and leave."""
    WireClient.to(target.peer).close()
    did.count(True)


def auth_flood(target: Target, did: Did) -> None:
    """Log in with secrets that are wrong, ``LOGINS_PER_SECOND`` times a second."""
    host, _, port = target.config["bootstrap.servers"].split(",")[0].rpartition(":")
    where, key = (host, int(port)), target.config["sasl.username"]
    from_ = login_flood.source(next(_names))
    asyncio.run(login_flood.flood(where, key, LOGINS_PER_SECOND / THREADS, from_, did.count))


def partitions(target: Target, did: Did) -> None:
    """Create topics of many partitions and delete them."""
    admin = AdminClient(target.config)
    name = f"many-{os.getpid()}-{next(_names)}"
    admin.create_topics([NewTopic(name, 50, 1)])[name].result(30)
    admin.delete_topics([name])[name].result(30)
    did.count(True)


def groups(target: Target, did: Did) -> None:
    """Join one new group after the other."""
    _member(target, did, f"group-{os.getpid()}-{next(_names)}", seconds=2.0)


def rebalances(target: Target, did: Did) -> None:
    """Join one group and leave it, over and over."""
    _member(target, did, "restless", seconds=2.0)


def _member(target: Target, did: Did, group: str, seconds: float) -> None:
    consumer = Consumer(target.config | {"group.id": group, "session.timeout.ms": "6000"})
    consumer.subscribe([target.topic])
    consumer.poll(seconds)
    did.count(bool(consumer.assignment()))
    consumer.close()


def slow_readers(target: Target, did: Did) -> None:
    """Ask for much, and never read an answer."""
    fetch = FetchRequest(
        max_wait_ms=100,
        min_bytes=1,
        max_bytes=50 * MIB,
        isolation_level=0,
        topics=[FetchTopic(topic=target.topic, partitions=[
            FetchPartition(partition=0, fetch_offset=0, partition_max_bytes=50 * MIB)
        ])],
    )  # fmt: skip
    clients = []
    for _ in range(SLOW_CONNECTIONS):
        client = WireClient.to(target.peer)
        client.send(frame(ApiKey.FETCH, 4, fetch) * 4)
        clients.append(client)
        did.count(True)
    time.sleep(20)
    for client in clients:
        client.close()


def rest(target: Target, did: Did) -> None:
    """Ask over HTTP, on one connection each thread."""
    host = target.http.removeprefix("http://")
    key = f"{target.config['sasl.username']}:{target.config['sasl.password']}"
    headers = {"Authorization": "Basic " + base64.b64encode(key.encode()).decode()}
    connection = HTTPConnection(host, timeout=30)
    while True:
        connection.request("GET", "/kafka/v2/topics", headers=headers)
        answer = connection.getresponse()
        answer.read()
        did.count(answer.status == HTTPStatus.OK)


LOADS: Final[dict[str, Callable[[Target, Did], None]]] = {
    "bandwidth": bandwidth,
    "requests": requests,
    "connections": connections,
    "big messages": big_messages,
    "many partitions": partitions,
    "groups": groups,
    "slow readers": slow_readers,
    "auth flood": auth_flood,
    "rebalances": rebalances,
    "REST": rest,
}


def _for_ever(load: Callable[[Target, Did], None], target: Target, did: Did) -> None:
    while True:
        try:
            load(target, did)
        except (OSError, KafkaException, HeadwaterError, ValueError):
            did.count(False)
            time.sleep(PAUSE_SECONDS)


def main() -> None:
    # The neighbour's own work is not what is measured, where both share a machine.
    os.nice(10)
    login_flood.allow_many_sockets()
    ended, did = threading.Event(), Did()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    target = Target(**json.load(sys.stdin))
    for _ in range(THREADS):
        arguments = (LOADS[sys.argv[1]], target, did)
        threading.Thread(target=_for_ever, args=arguments, daemon=True).start()
    ended.wait()
    print(did.told(), flush=True)
    # Threads that wait for an answer must not be waited for.
    os._exit(0)


if __name__ == "__main__":
    main()
