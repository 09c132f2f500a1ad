"""Headwater as a user runs it: ``./headwater up``, one broker, a tenant made for the run."""

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from bench.peer import Peer, wait_for, wait_for_broker
from streaming.cell.free_ports import port_options

IN_SYNC = {"min.insync.replicas": "2"}
"""As Kafka's peer has it; with one replica one is enough all the same."""

_UNLIMITED = ",".join(
    f"{name}={2**40}"
    for name in ("produce_bytes_per_s", "fetch_bytes_per_s", "rest_requests_per_s", "connections")
)
"""What is measured is the service, not how well it keeps a tenant to its limits."""

HEADWATER = Path(__file__).resolve().parent.parent / "headwater"


def _json(*arguments: str) -> dict[str, str]:
    done = subprocess.run([HEADWATER, *arguments, "--json"], capture_output=True, check=True)
    found: dict[str, str] = json.loads(done.stdout)
    return found


def _serves(data_dir: Path) -> bool:
    done = subprocess.run(
        [HEADWATER, "status", "--json", "--data-dir", data_dir], capture_output=True, check=False
    )
    if done.returncode != 0:
        return False
    return all(each["state"] == "running" for each in json.loads(done.stdout)["processes"])


@contextmanager
def headwater(folder: Path, brokers: int, options: Sequence[str] = ()) -> Iterator[list[Peer]]:
    """Two peers on the same brokers: fsync before a record counts (the default), and
    ``flush=os``. ``options`` are further ones of ``up``."""
    data_dir = folder / "headwater"
    command = [
        HEADWATER, "up", "--no-demo", "--brokers", str(brokers), "--data-dir", data_dir,
        *port_options(brokers), *options,
    ]  # fmt: skip
    with (folder / "headwater.out").open("wb") as out:
        service = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
    try:
        wait_for(lambda: _serves(data_dir), "headwater to serve", 120)
        at = ["--data-dir", str(data_dir)]
        keys = []
        for tenant in ("bench", "bench-2"):
            _json("tenants", "--create", "--tenant", tenant, *at)
            _json("quotas", "--alter", "--tenant", tenant, "--add-config", _UNLIMITED, *at)
            keys.append(_json("keys", "--create", "--tenant", tenant, *at))
        status = json.loads(
            subprocess.run(
                [HEADWATER, "status", "--json", *at], capture_output=True, check=True
            ).stdout
        )
        config, *others = (
            {
                "bootstrap.servers": status["bootstrap_servers"],
                "security.protocol": status["security_protocol"],
                "sasl.mechanism": "PLAIN",
                "sasl.username": key["api_key"],
                "sasl.password": key["api_secret"],
            }
            for key in keys
        )
        wait_for_broker(config, "headwater's broker")
        pids = [broker["pid"] for broker in status["brokers"]]
        told = f"{brokers} brokers" if brokers > 1 else "one broker"
        (web_pid,) = (each["pid"] for each in status["processes"] if each["name"] == "web")
        peer = Peer(
            "headwater", "this checkout", config, pids,
            f"{told}, group-commit fdatasync on", dict(IN_SYNC), brokers,
            status["http_url"], web_pid, others,
        )  # fmt: skip
        yield [
            peer,
            replace(
                peer,
                name="headwater-os",
                notes=f"{told}, flush=os",
                topic_configs={"flush": "os", **IN_SYNC},
            ),
        ]
    finally:
        service.terminate()
        service.wait(30)
