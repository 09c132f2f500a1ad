"""What ten kinds of noisy neighbour cost another tenant: ``./headwater bench --neighbours``.

The victim produces records at a steady rate and reads them back, and logs in now and then; alone
first, then beside the neighbour, a few seconds each or as many as ``--seconds`` says. Only the
ratio of the two within one run says anything, and where the machine has other work, only the median
of several.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from bench.headwater_service import headwater_service
from bench.neighbour_loads import Target
from bench.peer import Peer, wait_for_broker
from bench.report import Results, write_documents
from bench.wire_client import WireClient

RATE: Final = 200
"""The victim's records a second, 1 KB each."""
SECONDS: Final = 15.0
ALONE_SECONDS_MAX: Final = 60.0
"""By then it is known what the victim has alone, however long the neighbour is to last."""
LOGIN_EVERY_SECONDS: Final = 0.25
WARM_UP_SECONDS: Final = 3.0
LATE_SECONDS: Final = 10.0
"""For records that are still under way when a phase is over."""
P99_RATIO_MAX: Final = 2.0
THROUGHPUT_RATIO_MIN: Final = 0.9
NEIGHBOUR_PLAN: Final = "small"
NEVER: Final = 1e9
FILL_RECORDS: Final = 60
"""Of 512 KiB: what slow readers ask for and do not read."""


@dataclass(slots=True)
class Phase:
    """What the victim saw: milliseconds from before a record was sent until it was read."""

    sent: int = 0
    latencies: list[float] = field(default_factory=list)
    logins: list[float] = field(default_factory=list)
    """From before a connection was opened until it was logged in; ``NEVER`` when it was not."""

    @property
    def p99(self) -> float:
        return _share(self.latencies, 0.99)

    @property
    def told(self) -> dict[str, float]:
        return {
            "sent": self.sent,
            "read": len(self.latencies),
            "p50_ms": round(_share(self.latencies, 0.5), 1),
            "p99_ms": round(self.p99, 1),
            "logins": len(self.logins),
            "login_p50_ms": round(_share(self.logins, 0.5), 1),
            "login_p99_ms": round(_share(self.logins, 0.99), 1),
        }


def _share(measured: list[float], share: float) -> float:
    return sorted(measured)[int(len(measured) * share)] if measured else NEVER


class Victim:
    """Produces and reads one topic of one partition."""

    def __init__(self, config: dict[str, str], topic: str) -> None:
        self._topic = topic
        self._peer = Peer("victim", "", config, [])
        self._producer = Producer(config | {"acks": "all", "linger.ms": "0"})
        self._consumer = Consumer(
            config
            | {"group.id": "victim", "enable.auto.commit": "false", "fetch.wait.max.ms": "50"}
        )
        _create(config, topic)

    def run(self, seconds: float) -> Phase:
        """One phase, at ``RATE``."""
        phase = Phase()
        end = self._consumer.get_watermark_offsets(TopicPartition(self._topic, 0), timeout=30)[1]
        self._consumer.assign([TopicPartition(self._topic, 0, end)])
        ended = threading.Event()
        reading = threading.Thread(target=self._read, args=(phase, ended))
        over = threading.Event()
        logging_in = threading.Thread(target=self._log_in, args=(phase, over))
        reading.start()
        logging_in.start()
        self._produce(phase, seconds)
        over.set()
        self._producer.flush(LATE_SECONDS)
        ended.set()
        reading.join()
        logging_in.join()
        return phase

    def close(self) -> None:
        self._consumer.close()

    def _produce(self, phase: Phase, seconds: float) -> None:
        begun = time.monotonic()
        while (passed := time.monotonic() - begun) < seconds:
            # When it was due, not when it was sent: a stalled client must not hide its stall.
            while phase.sent < passed * RATE:
                due = begun + phase.sent / RATE
                self._producer.produce(self._topic, f"{due:.6f}".ljust(1024).encode())
                phase.sent += 1
            self._producer.poll(0)
            time.sleep(0.002)

    def _log_in(self, phase: Phase, over: threading.Event) -> None:
        while not over.wait(LOGIN_EVERY_SECONDS):
            begun = time.monotonic()
            try:
                WireClient.to(self._peer).close()
            except OSError:
                phase.logins.append(NEVER)
            else:
                phase.logins.append((time.monotonic() - begun) * 1000)

    def _read(self, phase: Phase, ended: threading.Event) -> None:
        given_up = float("inf")
        while time.monotonic() < given_up and not (
            ended.is_set() and len(phase.latencies) >= phase.sent
        ):
            if ended.is_set() and given_up == float("inf"):
                given_up = time.monotonic() + LATE_SECONDS
            message = self._consumer.poll(0.1)
            if message is None or message.error() is not None:
                continue
            value = message.value()
            assert value is not None
            phase.latencies.append((time.monotonic() - float(value)) * 1000)


def main(out: Path, rounds: int, seconds: float, kinds: Collection[str]) -> int:
    """Measure each of ``kinds`` ``rounds`` times, print as it goes, and write ``out``."""
    results = Results.for_this_machine(rounds, seconds / SECONDS)
    load = os.getloadavg()[0]
    measured: dict[str, list[dict[str, Any]]] = {}
    with (
        tempfile.TemporaryDirectory(prefix="headwater-bench-") as folder,
        _service(Path(folder)) as (config, target),
    ):
        victim = Victim(config, "victim")
        victim.run(WARM_UP_SECONDS)
        for _ in range(rounds):
            for kind in kinds:
                told = _beside(victim, target, kind, seconds)
                print(f"{kind}: {told}", file=sys.stderr, flush=True)
                measured.setdefault(kind, []).append(told)
        victim.close()
    _write(out, results, load, seconds, measured)
    return 0


def _beside(victim: Victim, target: Target, kind: str, seconds: float) -> dict[str, Any]:
    alone = victim.run(min(seconds, ALONE_SECONDS_MAX))
    with _neighbour(target, kind) as did:
        time.sleep(min(WARM_UP_SECONDS, seconds))
        beside = victim.run(seconds)
    p99 = beside.p99 / alone.p99
    throughput = (len(beside.latencies) / beside.sent) / (len(alone.latencies) / alone.sent)
    return {
        "alone": alone.told,
        "beside": beside.told,
        "p99_ratio": round(p99, 2),
        "throughput_ratio": round(throughput, 3),
        "neighbour": did,
        "within": p99 <= P99_RATIO_MAX and throughput >= THROUGHPUT_RATIO_MIN,
    }


@contextmanager
def _neighbour(target: Target, kind: str) -> Iterator[dict[str, float]]:
    """What it did is in what this yields, afterwards. Raises ``RuntimeError`` when it did nothing:
    then nobody was disturbed, and there is nothing to be within."""
    did: dict[str, float] = {}
    begun = time.monotonic()
    command = [sys.executable, "-m", "bench.neighbour_loads", kind]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdin is not None
        process.stdin.write(json.dumps(asdict(target)).encode())
        process.stdin.close()
        process.stdin = None
        try:
            yield did
        finally:
            process.terminate()
            told = process.communicate(timeout=30)[0]
    did.update(json.loads(told or b"{}"))
    if not sum(did.values()):
        raise RuntimeError(f"the neighbour did nothing: {kind}")
    did["per_second"] = round(sum(did.values()) / (time.monotonic() - begun), 1)


@contextmanager
def _service(folder: Path) -> Iterator[tuple[dict[str, str], Target]]:
    """A service of one broker: the victim's settings, and where and who the neighbour is."""
    with headwater_service(folder) as service:
        victim, neighbour = (
            service.add_tenant(name).librdkafka() for name in ("victim", "neighbour")
        )
        service.asked("quotas", "--alter", "--tenant", "neighbour", "--plan", NEIGHBOUR_PLAN)
        wait_for_broker(victim, "headwater's broker")
        target = Target(neighbour, service.status["http_url"], "neighbour")
        _create(neighbour, target.topic)
        _fill(target)
        yield victim, target


def _create(config: dict[str, str], topic: str) -> None:
    # It has a name so that it lives until the answer is there.
    admin = AdminClient(config)
    admin.create_topics([NewTopic(topic, 1, 1)])[topic].result(30)


def _fill(target: Target) -> None:
    producer = Producer(target.config)
    for _ in range(FILL_RECORDS):
        producer.produce(target.topic, os.urandom(512 * 1024))
    if producer.flush(120):
        raise TimeoutError("the neighbour's topic could not be filled")


def _write(
    out: Path,
    results: Results,
    load: float,
    seconds: float,
    measured: dict[str, list[dict[str, Any]]],
) -> None:
    head = {
        **results.about,
        "machine": f"{results.machine}; load average {load:.0f} as it began",
        "rate": RATE,
        "seconds": seconds,
        "neighbour": f"plan {NEIGHBOUR_PLAN}, on the same machine at a lower priority",
    }
    lines = [
        "# Noisy neighbours",
        "",
        f"Written by `./headwater bench --neighbours`, {results.taken_at}, {results.commit}; "
        f"{head['machine']}. The victim: {RATE} records of 1 KB a second, written with acks=all "
        f"and read back, and a login each {LOGIN_EVERY_SECONDS:g} s; for {seconds:g} s beside the "
        f"neighbour. The neighbour: {head['neighbour']}. Aims: p99 at most "
        f"{P99_RATIO_MAX:g} times that of the victim alone, throughput at least "
        f"{THROUGHPUT_RATIO_MIN:.0%} of it. The worst of {results.rounds} rounds, and the median "
        "ratio of all:",
        "",
        "| neighbour | got | was refused | a second | p99 alone | p99 beside | ratio | median "
        "| throughput | within | login p99 alone | beside |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for kind, rounds in measured.items():
        worst = max(rounds, key=lambda each: (not each["within"], each["p99_ratio"]))
        median = statistics.median(each["p99_ratio"] for each in rounds)
        lines.append(
            f"| {kind} | {worst['neighbour']['done']} | {worst['neighbour']['refused']} "
            f"| {worst['neighbour']['per_second']} "
            f"| {worst['alone']['p99_ms']} ms | {worst['beside']['p99_ms']} ms "
            f"| {worst['p99_ratio']} | {median:.2f} | {worst['throughput_ratio']:.1%} "
            f"| {'yes' if worst['within'] else '**no**'} "
            f"| {worst['alone']['login_p99_ms']} ms | {worst['beside']['login_p99_ms']} ms |"
        )
    write_documents(out, {**head, "kinds": measured}, lines)
