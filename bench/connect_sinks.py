"""One sink task of ours beside Kafka Connect's file sink: ``./headwater bench --connect``.

All read the same topic of the same Apache Kafka broker, one after the other within a round, so that
the worker is all that differs. A measurement begins when a first part of the topic is in the
target, after imports and a JVM's compilation, and ends when all of it is. CPU and memory are the
worker's process's: neither the broker nor SeaweedFS counts, but they share the machine.

With ``--minutes`` the S3 sink is kept under a steady load instead, and its memory is watched.
"""

import json
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

from confluent_kafka import Producer

from bench.connect_workers import (
    FLUSH_SIZE,
    HEAP,
    LINE_BYTES,
    Load,
    Running,
    file_sink,
    folder_sink,
    kafka_file_sink,
    record,
    s3_sink,
)
from bench.kafka_jars import KAFKA_VERSION, connect_class_path
from bench.kafka_peer import apache_kafka
from bench.maven_jars import JarsUnavailable
from bench.peer import Peer
from bench.process_cost import read_cost
from bench.report import Results, write_results
from bench.workloads import DeliveryErrors, Figures, NotDelivered

RECORDS: Final = 300_000
"""At scale 1."""
WARM_UP: Final = 40_000
PATIENCE_S: Final = 180.0
LOAD_PER_S: Final = 5_000
SAMPLE_S: Final = 10.0
VOLUME_BYTES: Final = 64 * 2**20

Starter = Callable[[Load, str, Path], AbstractContextManager[Running]]
SINKS: Final[Mapping[str, tuple[Starter, str, str]]] = {
    "kafka file": (kafka_file_sink, KAFKA_VERSION, f"standalone worker, {' '.join(HEAP)}"),
    "s3": (s3_sink, "this checkout", f"SeaweedFS, objects of {FLUSH_SIZE} records"),
    "folder": (folder_sink, "this checkout", f"synced files of {FLUSH_SIZE} records"),
    "file": (file_sink, "this checkout", "one file, synced as offsets are committed"),
}


def main(out: Path, rounds: int, scale: float) -> int:
    results = Results.for_this_machine(rounds, scale)
    results.client = "one task, one partition, 1 KB JSON records, the same Apache Kafka broker"
    total = WARM_UP + max(1, round(RECORDS * scale / FLUSH_SIZE)) * FLUSH_SIZE
    try:
        connect_class_path()
    except JarsUnavailable as missing:
        print(f"nothing to compare with: {missing}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="headwater-bench-") as name:
        with apache_kafka(Path(name), 1) as (broker,):
            broker.create_topic("records")
            _fill(broker, "records", total)
            for number in range(rounds):
                for converter in ("json", "string"):
                    load = Load(broker.client_config["bootstrap.servers"], "records", converter)
                    for sink in SINKS:
                        _measure(results, sink, load, number, total)
        write_results(results, out)
    return 0


def _measure(results: Results, sink: str, load: Load, number: int, total: int) -> None:
    start, version, notes = SINKS[sink]
    work = f"sink, {load.converter} converter"
    name = f"{sink.replace(' ', '-')}-{load.converter}-{number}"
    with tempfile.TemporaryDirectory(prefix="headwater-bench-") as folder:
        try:
            with start(load, name, Path(folder)) as running:
                figures = _figures(running, total)
        except NotDelivered as failure:
            print(f"round {number}  {sink}: {failure}", file=sys.stderr, flush=True)
            results.failures.setdefault(work, {})[sink] = str(failure)
            return
    told = ", ".join(f"{value:,.2f} {unit}" for unit, value in figures.items())
    print(f"round {number}  {sink:10} {work}: {told}", file=sys.stderr, flush=True)
    results.add(Peer(sink, version, {}, [], notes), work, figures)


def _figures(running: Running, total: int) -> Figures:
    """What it cost from the first part to the last record. Raises ``NotDelivered``."""
    before = _wait_for(running, WARM_UP)
    cost, began = read_cost([running.pid]), time.perf_counter()
    after = _wait_for(running, total)
    seconds, ended = time.perf_counter() - began, read_cost([running.pid])
    records = after - before
    return {
        "records/s": records / seconds,
        "CPU s/million": ended.since(cost) * 1_000_000 / records,
        "peak RSS MiB": ended.resident_peak_mib,
    }


def _wait_for(running: Running, records: int) -> int:
    deadline = time.monotonic() + PATIENCE_S
    while (written := running.written()) < records:
        if complaint := running.complaint():
            raise NotDelivered(f"the worker ended: {complaint}")
        if time.monotonic() > deadline:
            raise NotDelivered(f"{written} of {records} records within {PATIENCE_S:.0f} s")
        time.sleep(0.05)
    return written


def _fill(broker: Peer, topic: str, records: int) -> None:
    errors = DeliveryErrors()
    producer = Producer({**broker.client_config, "delivery.report.only.error": True})
    for number in range(records):
        while True:
            try:
                producer.produce(topic, record(number), on_delivery=errors)
                break
            except BufferError:
                producer.poll(0.1)
    if producer.flush(60) or errors.count:
        raise NotDelivered(f"the topic could not be filled: {errors.first}")


# Memory under a steady load.


def watch_memory(out: Path, minutes: float) -> int:
    """The S3 sink at ``LOAD_PER_S``; a sample of its memory each ``SAMPLE_S``."""
    results = Results.for_this_machine(1, minutes)
    results.client = f"{LOAD_PER_S} records of 1 KB a second for {minutes:g} minutes"
    bytes_in_all = minutes * 60 * LOAD_PER_S * LINE_BYTES
    volumes = 20 + round(1.5 * bytes_in_all / VOLUME_BYTES)
    work = "S3 sink under load"
    with tempfile.TemporaryDirectory(prefix="headwater-bench-") as name:
        folder = Path(name)
        (folder / "sink").mkdir()
        with apache_kafka(folder, 1) as (broker,):
            # What has been read long ago must not fill the disk.
            broker.topic_configs |= {"retention.bytes": str(2**30), "segment.bytes": str(2**27)}
            broker.create_topic("records")
            load = Load(broker.client_config["bootstrap.servers"], "records", "json")
            with s3_sink(load, "steady", folder / "sink", volumes) as running:
                samples = _under_load(broker, running, minutes * 60)
    figures = memory_figures(samples)
    results.add(Peer("s3", "this checkout", {}, [], "SeaweedFS"), work, figures)
    write_results(results, out)
    (out / "samples.json").write_text(json.dumps(samples) + "\n")
    print(figures, file=sys.stderr)
    return 0


def _under_load(broker: Peer, running: Running, seconds: float) -> list[tuple[float, float, int]]:
    """Seconds since the beginning, MiB, and records written by then. Raises ``NotDelivered``."""
    stopping = threading.Event()
    producing = threading.Thread(target=_produce_steadily, args=(broker, stopping))
    began = time.monotonic()
    producing.start()
    samples = []
    try:
        while (passed := time.monotonic() - began) < seconds:
            stopping.wait(SAMPLE_S - passed % SAMPLE_S)
            if complaint := running.complaint():
                raise NotDelivered(f"the task ended: {complaint}")
            resident = read_cost([running.pid]).resident_mib
            samples.append((time.monotonic() - began, resident, running.written()))
    finally:
        stopping.set()
        producing.join()
    return samples


def _produce_steadily(broker: Peer, stopping: threading.Event) -> None:
    producer = Producer(broker.client_config)
    began, sent = time.monotonic(), 0
    while not stopping.wait(0.02):
        due = int((time.monotonic() - began) * LOAD_PER_S)
        for number in range(sent, due):
            producer.produce("records", record(number))
            producer.poll(0)
        sent = due
    producer.flush(30)


def memory_figures(samples: list[tuple[float, float, int]]) -> Figures:
    """The slope is a line's through all samples but those of the first fifth, when caches fill."""
    settled = samples[len(samples) // 5 :]
    seconds = [each[0] for each in settled]
    resident = [each[1] for each in settled]
    middle, level = sum(seconds) / len(settled), sum(resident) / len(settled)
    spread = sum((at - middle) ** 2 for at in seconds)
    slope = sum((at - middle) * (mib - level) for at, mib in zip(seconds, resident, strict=True))
    return {
        "records/s written": samples[-1][2] / samples[-1][0],
        "RSS MiB, least": min(each[1] for each in samples),
        "RSS MiB, most": max(each[1] for each in samples),
        "RSS MiB/h, slope": slope / spread * 3600 if spread else 0.0,
    }
