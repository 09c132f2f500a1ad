"""Websockets: how many records a second one web process hands to a hundred readers, and what a
thousand sockets at rest cost. ``./headwater bench --live`` writes ``results/live``."""

import base64
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from bench.headwater_service import headwater_service
from bench.peer import wait_for_broker
from bench.process_cost import read_cost
from bench.report import Results, write_documents

CLIENTS: Final = 100
SECONDS: Final = 8.0
RATES: Final = (1_000, 1_500, 2_000, 2_250, 2_500, 3_000, 4_000, 5_000)
"""Records a second of the topic; each reader gets every one of them."""
LATE_SECONDS: Final = 1.0
"""A rate is kept up with when the last reader has the last record so soon after it was sent."""
IDLE_SOCKETS: Final = 1_000
GOAL: Final = 200_000


@dataclass(frozen=True, slots=True)
class Service:
    host: str
    port: int
    authorization: str
    config: dict[str, str]
    web: int
    """Process id of the web process."""


def main(out: Path, rounds: int) -> int:
    """Measure, print as it goes, and write ``out``."""
    results = Results.for_this_machine(rounds, 1.0)
    load = os.getloadavg()[0]
    with (
        tempfile.TemporaryDirectory(prefix="headwater-bench-") as folder,
        _service(Path(folder)) as service,
    ):
        idle = _idle(service)
        print(f"idle: {idle}", file=sys.stderr, flush=True)
        steps = []
        for number in range(rounds):
            steps += _climb(service, number)
    _write(out, results, load, idle, steps)
    return 0


def _climb(service: Service, number: int) -> list[dict[str, Any]]:
    """Rates one after the other, until one is not kept up with."""
    steps = []
    for rate in RATES:
        step = _fan_out(service, f"live-{number}-{rate}", rate)
        print(f"round {number}: {step}", file=sys.stderr, flush=True)
        steps.append(step)
        if not step["kept_up"]:
            break
    return steps


def _fan_out(service: Service, topic: str, rate: int) -> dict[str, Any]:
    _create(service, topic)
    count = int(rate * SECONDS)
    with _clients(service, topic, CLIENTS, count) as clients:
        before, begun = read_cost([service.web]), time.monotonic()
        ended = _produce(service, topic, rate, count)
        told = _finish(clients, 30)
        cost = read_cost([service.web])
    expected = [count] * CLIENTS
    late = told["last"] - ended
    delivered = sum(told["records"])
    return {
        "rate": rate,
        "delivered_per_s": round(delivered / (told["last"] - begun)),
        "late_s": round(late, 2),
        "web_cpu": round(cost.since(before) / (told["last"] - begun), 2),
        "delivered_per_web_cpu_s": round(delivered / max(cost.since(before), 0.01)),
        "records_per_frame": round(delivered / max(told["frames"], 1), 1),
        "megabytes_per_s": round(told["bytes"] / 1e6 / (told["last"] - begun), 1),
        "web_resident_mib": round(cost.resident_mib),
        "complete": told["records"] == expected,
        "kept_up": told["records"] == expected and late <= LATE_SECONDS,
        "load_average": round(os.getloadavg()[0], 1),
    }


def _produce(service: Service, topic: str, rate: int, count: int) -> float:
    """Send ``count`` records of 1 KB at that rate; when the last was acknowledged."""
    producer = Producer(service.config | {"linger.ms": "5", "acks": "all"})
    head = '{"id":%d,"flight":"UA1545","carrier":"United Air Lines","delay_minutes":%d,"note":"'
    begun = time.monotonic()
    for number in range(count):
        start = head % (number, number % 90)
        producer.produce(topic, (start + "x" * (1024 - len(start) - 2) + '"}').encode())
        if number % 20 == 0:
            producer.poll(0)
            ahead = begun + number / rate - time.monotonic()
            if ahead > 0:
                time.sleep(ahead)
    producer.flush(30)
    return time.monotonic()


def _idle(service: Service) -> dict[str, Any]:
    _create(service, "live-idle")
    with _clients(service, "live-idle", 1, 0) as first:
        before = read_cost([service.web])
        with _clients(service, "live-idle", IDLE_SOCKETS, 0) as clients:
            time.sleep(6)  # past a heartbeat of each
            settled = read_cost([service.web])
            time.sleep(10)
            after = read_cost([service.web])
            told = _finish(clients, 10)
        _finish(first, 10)
    return {
        "sockets": IDLE_SOCKETS,
        "before_mib": round(before.resident_mib, 1),
        "with_them_mib": round(after.resident_mib, 1),
        "grown_mib": round(after.resident_mib - before.resident_mib, 1),
        "web_cpu": round(after.since(settled) / 10, 3),
        "lost": told["lost"],
    }


@contextmanager
def _clients(
    service: Service, topic: str, clients: int, records: int
) -> Iterator["subprocess.Popen[str]"]:
    command = [
        sys.executable, "-m", "bench.live_clients", service.host, str(service.port),
        service.authorization, topic, "--clients", str(clients), "--records", str(records),
    ]  # fmt: skip
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        if process.stdout.readline().strip() != "ready":
            raise RuntimeError("the clients could not connect")
        yield process
    finally:
        process.kill()
        process.wait()


def _finish(process: "subprocess.Popen[str]", seconds: float) -> dict[str, Any]:
    """What the clients counted; those that wait for records are told to stop after ``seconds``."""
    assert process.stdin is not None
    assert process.stdout is not None
    stdin = process.stdin

    def stop() -> None:
        stdin.write("\n")
        stdin.flush()

    waits_for_records = process.args[-1] != "0"  # type: ignore[index]
    timer = threading.Timer(seconds if waits_for_records else 0, stop)
    timer.start()
    told: dict[str, Any] = json.loads(process.stdout.readline())
    timer.cancel()
    return told


def _create(service: Service, topic: str) -> None:
    admin = AdminClient(service.config)
    admin.create_topics([NewTopic(topic, num_partitions=4)])[topic].result(30)


@contextmanager
def _service(folder: Path) -> Iterator[Service]:
    """``./headwater up`` with one broker, and a tenant made for the run."""
    with headwater_service(folder) as service:
        login = service.add_tenant("bench")
        # The default plan allows as many sockets as are measured, and one more is open beside them;
        # its 300 MiB a second would be measured, not the web process.
        more = f"websockets={2 * IDLE_SOCKETS},fetch_bytes_per_s={4 * 1024**3}"
        service.asked("quotas", "--alter", "--tenant", "bench", "--add-config", more)
        config = login.librdkafka()
        wait_for_broker(config, "the broker")
        pair = base64.b64encode(":".join(login.pair).encode()).decode()
        address = urlsplit(service.status["http_url"])
        assert address.hostname is not None
        assert address.port is not None
        yield Service(address.hostname, address.port, f"Basic {pair}", config, service.web_pid)


def _write(
    out: Path, results: Results, load: float, idle: dict[str, Any], steps: list[dict[str, Any]]
) -> None:
    raw = {
        **results.about,
        "load_average_before": round(load, 1),
        "idle": idle,
        "fan_out": steps,
    }
    best = max((step["delivered_per_s"] for step in steps if step["kept_up"]), default=0)
    lines = [
        *results.heading("Live sockets", "--live"),
        f"- machine: {results.machine}; broker, web process, producer and readers share it; "
        f"load average before: {load:.1f}",
        f"- fan-out: {CLIENTS} lossless readers of one topic (four partitions), records of 1 KB of "
        f"JSON, {SECONDS:.0f} s each; kept up: all have all, the last at most {LATE_SECONDS:.0f} s "
        "after it was acknowledged",
        f"- at rest: {idle['sockets']} sockets with a subscription each: the web process grew by "
        f"{idle['grown_mib']} MiB to {idle['with_them_mib']} MiB, and takes {idle['web_cpu']:.1%} "
        "of a core for their heartbeats and pings",
        f"- best rate kept up with: {best:,} records/s (aim {GOAL:,})",
        "",
        "| records/s of the topic | handed out /s | MB/s | a frame | web, cores | per CPU second | "
        "late, s | kept up | load |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- | ---: |",
    ]
    for step in steps:
        lines.append(
            f"| {step['rate']:,} | {step['delivered_per_s']:,} | {step['megabytes_per_s']} | "
            f"{step['records_per_frame']} | "
            f"{step['web_cpu']} | {step['delivered_per_web_cpu_s']:,} | {step['late_s']} | "
            f"{'yes' if step['kept_up'] else 'no'} | {step['load_average']} |"
        )
    write_documents(out, raw, lines)
