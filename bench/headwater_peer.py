"""Headwater as a peer: a service and two tenants made for the run, that may use all they can."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from bench.headwater_service import HeadwaterService, headwater_service
from bench.peer import Peer, wait_for_broker
from tests.login import Login

IN_SYNC = {"min.insync.replicas": "2"}
"""As Kafka's peer has it; with one replica one is enough all the same."""

_UNLIMITED = ",".join(
    f"{name}={2**40}"
    for name in ("produce_bytes_per_s", "fetch_bytes_per_s", "rest_requests_per_s", "connections")
)
"""What is measured is the service, not how well it keeps a tenant to its limits."""


@contextmanager
def headwater(folder: Path, brokers: int, options: Sequence[str] = ()) -> Iterator[list[Peer]]:
    """Two peers on the same brokers: fsync before a record counts (the default), and
    ``flush=os``. ``options`` are further ones of ``up``."""
    with headwater_service(folder, brokers, options) as service:
        login, other = (_tenant(service, name) for name in ("bench", "bench-2"))
        config = login.librdkafka()
        wait_for_broker(config, "headwater's broker")
        status = service.status
        pids = [broker["pid"] for broker in status["brokers"]]
        told = f"{brokers} brokers" if brokers > 1 else "one broker"
        peer = Peer(
            "headwater", "this checkout", config, pids,
            f"{told}, group-commit fdatasync on", dict(IN_SYNC), brokers,
            status["http_url"], service.web_pid, [other.librdkafka()],
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


def _tenant(service: HeadwaterService, name: str) -> Login:
    login = service.add_tenant(name)
    service.asked("quotas", "--alter", "--tenant", name, "--add-config", _UNLIMITED)
    return login
