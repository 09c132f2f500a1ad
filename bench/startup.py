"""From a clean clone to the first record in a consumer's hand: ``python -m bench.startup``.

Clones this checkout's HEAD into a new folder, with an empty home but warm package caches, and
starts it twice: the first time sets everything up, the second time only starts. What is timed ends
when an unmodified Kafka client has consumed one flight. Writes ``bench/results/startup.json``.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer, KafkaException, TopicPartition

from streaming.cell.free_ports import port_options

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.startup", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="headwater-startup-") as folder:
        clone = Path(folder) / "headwater"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        environment = _empty_home(Path(folder))
        timed = {
            "cold environment s": _seconds_to_first_record(clone, environment),
            "afterwards s": _seconds_to_first_record(clone, environment),
        }
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    result = {"commit": commit.stdout.strip(), "cores": os.cpu_count(), **timed}
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / "startup.json").write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))
    return 0


def _empty_home(folder: Path) -> dict[str, str]:
    """Nothing of this user's but the package caches."""
    home = folder / "home"
    home.mkdir()
    caches = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    kept = {
        "UV_CACHE_DIR": os.environ.get("UV_CACHE_DIR", str(caches / "uv")),
        "PIP_CACHE_DIR": os.environ.get("PIP_CACHE_DIR", str(caches / "pip")),
        "NPM_CONFIG_CACHE": os.environ.get("NPM_CONFIG_CACHE", str(Path.home() / ".npm")),
    }
    without = {k: v for k, v in os.environ.items() if not k.startswith(("HEADWATER_", "VIRTUAL_"))}
    return {**without, **kept, "HOME": str(home)}


def _seconds_to_first_record(clone: Path, environment: dict[str, str]) -> float:
    ports = port_options(brokers=3)
    started = time.monotonic()
    service = subprocess.Popen(
        ["./headwater", "up", *ports], cwd=clone, env=environment, stdout=subprocess.DEVNULL
    )
    try:
        _consume_one(_wait_for_demo(clone, environment, service))
        return round(time.monotonic() - started, 1)
    finally:
        service.terminate()
        service.wait(30)


def _wait_for_demo(
    clone: Path, environment: dict[str, str], service: "subprocess.Popen[bytes]"
) -> dict[str, Any]:
    deadline = time.monotonic() + 600
    while time.monotonic() < deadline:
        if service.poll() is not None:
            raise RuntimeError(f"up ended with exit code {service.returncode}")
        done = subprocess.run(
            ["./headwater", "status", "--json"],
            cwd=clone, env=environment, capture_output=True, check=False,
        )  # fmt: skip
        if done.returncode == 0:
            status: dict[str, Any] = json.loads(done.stdout)
            if status.get("demo"):
                return status
        time.sleep(0.2)
    raise TimeoutError("the demo did not appear within 10 minutes")


def _consume_one(status: dict[str, Any]) -> None:
    demo = status["demo"]
    consumer = Consumer(
        {
            "bootstrap.servers": status["bootstrap_servers"],
            "security.protocol": status["security_protocol"],
            "sasl.mechanism": "PLAIN",
            "sasl.username": demo["api_key"],
            "sasl.password": demo["api_secret"],
            "group.id": "startup",
            "log_level": 0,
        }
    )
    partitions: dict[int, Any] = {}
    deadline = time.monotonic() + 60
    while not partitions and time.monotonic() < deadline:
        with suppress(KafkaException):  # The brokers may not answer yet.
            found = consumer.list_topics(demo["topic"], timeout=1).topics[demo["topic"]]
            partitions = found.partitions
    consumer.assign([TopicPartition(demo["topic"], p, 0) for p in partitions])
    while time.monotonic() < deadline:
        message = consumer.poll(1)
        if message is not None and message.error() is None:
            consumer.close()
            return
    raise TimeoutError("no flight arrived within a minute")


if __name__ == "__main__":
    sys.exit(main())
