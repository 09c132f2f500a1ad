"""Sinks under measurement: one task each, as processes that read the same broker.

Ours is a task's process as a connect worker starts it. Kafka's is a standalone worker, with the
heap that its own start script gives.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import obstore
from obstore.store import S3Store

from bench.kafka_jars import connect_class_path
from bench.peer import free_port
from connect.worker.child import bare_environment
from tests.connect.objects.seaweed import KEY, SECRET, seaweed

BUCKET: Final = "bench"
FLUSH_SIZE: Final = 10_000
"""Records of a file or an object: a load is a multiple of it."""
FLUSH_MS: Final = 10_000
"""Between two commits of offsets, of both."""
HEAP: Final = ("-Xms256M", "-Xmx2G")
MEMORY_BYTES: Final = 150 * 2**20
RECORD_BYTES: Final = 1_000
LINE_BYTES: Final = RECORD_BYTES + 1
"""Of ours, and of texts."""
MAP_LINE_BYTES: Final = LINE_BYTES - len('"n":"", "text":""') + len("n=, text=") + 1
"""Of Kafka's file sink for a JSON document: it writes what Java says of a map, without quotes."""


def record(number: int) -> bytes:
    """A JSON document of ``RECORD_BYTES``; all are equally long, so that bytes tell records."""
    head = b'{"n":"%012d","text":"' % number
    return head + b"x" * (RECORD_BYTES - len(head) - 2) + b'"}'


@dataclass(frozen=True, slots=True)
class Running:
    """``written`` tells records that are in the sink's target."""

    pid: int
    written: Callable[[], int]
    complaint: Callable[[], str]
    """Why it ended; empty while it runs."""


@dataclass(frozen=True, slots=True)
class Load:
    """A topic of one partition. ``converter`` is json or string."""

    bootstrap: str
    topic: str
    converter: str


@contextmanager
def kafka_file_sink(load: Load, name: str, folder: Path) -> Iterator[Running]:
    """Raises ``JarsUnavailable``."""
    out = folder / "out.txt"
    converter = {
        "json": "org.apache.kafka.connect.json.JsonConverter",
        "string": "org.apache.kafka.connect.storage.StringConverter",
    }[load.converter]
    worker = _properties(folder / "worker.properties", {
        "bootstrap.servers": load.bootstrap,
        "listeners": f"http://127.0.0.1:{free_port()}",
        "key.converter": "org.apache.kafka.connect.storage.StringConverter",
        "value.converter": converter,
        **({"value.converter.schemas.enable": "false"} if load.converter == "json" else {}),
        "offset.storage.file.filename": str(folder / "offsets"),
        "offset.flush.interval.ms": str(FLUSH_MS),
        "consumer.auto.offset.reset": "earliest",
    })  # fmt: skip
    connector = _properties(folder / "connector.properties", {
        "name": name, "topics": load.topic, "tasks.max": "1", "file": str(out),
        "connector.class": "org.apache.kafka.connect.file.FileStreamSinkConnector",
    })  # fmt: skip
    command = [
        "java", *HEAP, "-cp", connect_class_path(),
        "org.apache.kafka.connect.cli.ConnectStandalone", str(worker), str(connector),
    ]  # fmt: skip
    line_bytes = {"json": MAP_LINE_BYTES, "string": LINE_BYTES}[load.converter]
    log = folder / "worker.log"
    with log.open("wb") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said)
    with _ended(process):
        yield Running(
            process.pid,
            lambda: out.stat().st_size // line_bytes if out.exists() else 0,
            lambda: "" if process.poll() is None else log.read_text()[-2000:],
        )


@contextmanager
def s3_sink(load: Load, name: str, folder: Path, volumes: int = 20) -> Iterator[Running]:
    """Into a SeaweedFS of its own."""
    (folder / "weed").mkdir()
    with seaweed(folder / "weed", BUCKET, volumes) as url:
        config = {
            "connector.class": "s3-sink", "s3.bucket.name": BUCKET, "store.url": url,
            "aws.access.key.id": KEY, "aws.secret.access.key": SECRET, **_files(load),
        }  # fmt: skip
        store = S3Store(
            BUCKET, endpoint=url, region="us-east-1", access_key_id=KEY, secret_access_key=SECRET,
            virtual_hosted_style_request=False, client_options={"allow_http": True},
        )  # fmt: skip
        with _task(load, name, folder, config) as (process, complaint):
            yield Running(
                process.pid,
                lambda: _bytes_of(store) // LINE_BYTES,
                complaint,
            )


@contextmanager
def folder_sink(load: Load, name: str, folder: Path) -> Iterator[Running]:
    config = {"connector.class": "folder-sink", "folder": "out", **_files(load)}
    with _task(load, name, folder, config) as (process, complaint):
        yield Running(process.pid, lambda: _bytes_below(folder / "files") // LINE_BYTES, complaint)


@contextmanager
def file_sink(load: Load, name: str, folder: Path) -> Iterator[Running]:
    config = {"connector.class": "file-sink", "file": "out.txt"}
    with _task(load, name, folder, config) as (process, complaint):
        yield Running(process.pid, lambda: _bytes_below(folder / "files") // LINE_BYTES, complaint)


def _files(load: Load) -> dict[str, str]:
    """What text there is goes out as it came."""
    made_of = {"json": "json", "string": "bytes"}[load.converter]
    return {"format.class": made_of, "flush.size": str(FLUSH_SIZE)}


def _bytes_of(store: S3Store) -> int:
    return sum(each["size"] for page in obstore.list(store) for each in page)


def _bytes_below(folder: Path) -> int:
    return sum(each.stat().st_size for each in folder.rglob("*") if each.is_file())


@contextmanager
def _task(
    load: Load, name: str, folder: Path, config: Mapping[str, str]
) -> Iterator[tuple[subprocess.Popen[bytes], Callable[[], str]]]:
    files, log = folder / "files", folder / "task.log"
    files.mkdir()
    json_settings = {"value.converter.schemas.enable": "false"}
    document = {
        "connector": name, "kind": "sink", "task": 0, "generation": 1,
        "plugin": config["connector.class"],
        "config": {
            "name": name, "topics": load.topic, "key.converter": "string",
            "value.converter": load.converter,
            **(json_settings if load.converter == "json" else {}), **config,
        },
        "kafka": {"bootstrap.servers": load.bootstrap},
        "offsets_topic": "connect-offsets", "group": f"connect-{name}",
        "transactional_id": f"connect-{name}-0", "egress": {"allow": ["127.0.0.0/8"]},
        "limits": {"memory_bytes": MEMORY_BYTES}, "offset_flush_interval_ms": FLUSH_MS,
    }  # fmt: skip
    with log.open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "connect.task"], stdin=subprocess.PIPE, stdout=said, stderr=said,
            env=bare_environment({"HEADWATER_CONNECT_FILES": str(files)}),
        )  # fmt: skip
    with _ended(process):
        assert process.stdin is not None
        process.stdin.write(json.dumps(document).encode() + b"\n")
        process.stdin.flush()
        yield process, lambda: "" if process.poll() is None else log.read_text()[-2000:]


@contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _properties(path: Path, settings: Mapping[str, str]) -> Path:
    path.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    return path
