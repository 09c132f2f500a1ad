"""Work for coordinators: commits of consumer groups, transactions of producers."""

import threading
import time
from collections.abc import Callable
from typing import Final

from confluent_kafka import Producer

from bench.peer import Peer
from bench.process_cost import read_cost
from bench.rebalance import one_leaves_each_group
from bench.wire_client import WireClient, coordinator_of, frame
from bench.workloads import Figures, NotDelivered
from brokers.wire.messages.offset_commit_request import (
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
)
from brokers.wire.messages.offset_fetch_request import OffsetFetchRequest, OffsetFetchRequestTopic
from brokers.wire.registry import ApiKey

COMMITTERS: Final = 8
"""Connections, each of a group of its own."""

BURST: Final = 16
"""Commits of one connection on their way; each answer has the same length."""

COMMIT_VERSION: Final = 7
PRODUCERS: Final = 4
RECORDS_PER_TRANSACTION: Final = 100


def commit_offsets(peer: Peer, topic: str, scale: float) -> Figures:
    """One offset per request, from clients that assign themselves, 16 on their way on each of 8
    connections."""
    bursts = max(1, int(40_000 * scale) // (COMMITTERS * BURST))
    failures: list[str] = []
    groups = [f"bench-{topic}-{n}" for n in range(COMMITTERS)]
    clients = [WireClient(peer, *coordinator_of(peer, group, 0)) for group in groups]
    for client, group in zip(clients, groups, strict=True):
        _commit_once(client, group, topic)

    def work(client: WireClient, group: str) -> None:
        try:
            for number in range(bursts):
                offsets = range(number * BURST, (number + 1) * BURST)
                client.send(b"".join(_commit(group, topic, offset) for offset in offsets))
                _check(client.receive(BURST * _answer_bytes(topic)), topic)
        except (OSError, ValueError) as error:
            failures.append(str(error))

    before = read_cost(peer.pids)
    started = time.perf_counter()
    _in_threads([lambda c=c, g=g: work(c, g) for c, g in zip(clients, groups, strict=True)])
    seconds = time.perf_counter() - started
    spent = read_cost(peer.pids).since(before)
    last = bursts * BURST - 1
    kept = [_committed(client, group, topic) for client, group in zip(clients, groups, strict=True)]
    for client in clients:
        client.close()
    if failures or kept != [last] * COMMITTERS:
        raise NotDelivered(f"{peer.name}: {failures[:1]}, committed {kept}, sent {last}")
    count = bursts * BURST * COMMITTERS
    return {"commits/s": count / seconds, "broker CPU ms/1,000": spent / count * 1e6}


def _commit(group: str, topic: str, offset: int) -> bytes:
    partition = OffsetCommitRequestPartition(0, offset)
    topics = [OffsetCommitRequestTopic(name=topic, partitions=[partition])]
    return frame(
        ApiKey.OFFSET_COMMIT, COMMIT_VERSION, OffsetCommitRequest(group_id=group, topics=topics)
    )


def _commit_once(client: WireClient, group: str, topic: str) -> None:
    """Until the coordinator takes it: it may be loading."""
    deadline = time.monotonic() + 30
    while True:
        client.send(_commit(group, topic, 0))
        try:
            _check(client.receive(_answer_bytes(topic)), topic)
        except ValueError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def _answer_bytes(topic: str) -> int:
    """Length, correlation id, throttle time, one topic, one partition, its code."""
    return 4 + 4 + 4 + 4 + 2 + len(topic) + 4 + 4 + 2


def _check(answers: bytes, topic: str) -> None:
    size = _answer_bytes(topic)
    for end in range(size, len(answers) + 1, size):
        code = int.from_bytes(answers[end - 2 : end], signed=True)
        if code:
            raise ValueError(f"a commit was refused with code {code}")


def _committed(client: WireClient, group: str, topic: str) -> int:
    asked = OffsetFetchRequest(group, [OffsetFetchRequestTopic(topic, [0])])
    answer = client.ask(ApiKey.OFFSET_FETCH, 5, asked)
    return answer.topics[0].partitions[0].committed_offset


def transactions(peer: Peer, topic: str, scale: float) -> Figures:
    """100 records of 100 bytes each, one after the other in each of four producers."""
    count = max(1, int(400 * scale) // PRODUCERS)
    failures: list[str] = []

    def work(number: int) -> None:
        producer = Producer(
            {**peer.client_config, "transactional.id": f"{topic}-{number}", "linger.ms": 0}
        )
        try:
            producer.init_transactions(30)
            ready.wait(60)
            for _ in range(count):
                producer.begin_transaction()
                for _ in range(RECORDS_PER_TRANSACTION):
                    producer.produce(topic, bytes(100))
                producer.commit_transaction(30)
        except Exception as error:
            failures.append(str(error))
            ready.abort()

    ready = threading.Barrier(PRODUCERS + 1)
    threads = [threading.Thread(target=work, args=(number,)) for number in range(PRODUCERS)]
    for thread in threads:
        thread.start()
    try:
        ready.wait(60)
    except threading.BrokenBarrierError:
        raise NotDelivered(f"{peer.name}: {failures[:1]}") from None
    before = read_cost(peer.pids)
    started = time.perf_counter()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - started
    spent = read_cost(peer.pids).since(before)
    if failures:
        raise NotDelivered(f"{peer.name}: {failures[0]}")
    total = count * PRODUCERS
    return {"transactions/s": total / seconds, "broker CPU ms each": spent / total * 1000}


def _in_threads(work: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=each) for each in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


COORDINATION_WORKLOADS = {
    "commit one offset per request": commit_offsets,
    "transactions of 100 records": transactions,
    "one of 10 members leaves each of 100 groups": one_leaves_each_group,
}
