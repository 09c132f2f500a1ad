"""Kafka Connect's API of the service that is measured."""

import json
import urllib.request
from base64 import b64encode
from dataclasses import dataclass
from typing import Any, Final

from streaming.cell.status import document
from tests.torture.cluster import Cluster

ANSWERED_WITHIN_S: Final = 120.0
"""A connector's settings are tried by a process of its own, and a machine may be busy."""


@dataclass(frozen=True, slots=True)
class ConnectRest:
    """Kafka Connect's API, as the tenant's administrator."""

    url: str
    key: str

    @classmethod
    def of(cls, cluster: Cluster) -> "ConnectRest":
        key = cluster.login.librdkafka()
        login = f"{key['sasl.username']}:{key['sasl.password']}"
        base = document(cluster.data_dir)["http_url"]
        return cls(f"{base}/connect/connectors", b64encode(login.encode()).decode())

    def ask(self, path: str = "", body: Any = None) -> Any:
        request = urllib.request.Request(
            self.url + path,
            None if body is None else json.dumps(body).encode(),
            {"Authorization": f"Basic {self.key}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=ANSWERED_WITHIN_S) as answer:
            return json.load(answer)

    def tasks(self) -> dict[str, list[dict[str, Any]]]:
        """By connector, as its status tells each: ``state`` and ``worker_id`` among others."""
        found = self.ask("?expand=status")
        return {name: each["status"]["tasks"] for name, each in found.items()}

    def states(self) -> dict[str, list[str]]:
        return {name: [task["state"] for task in each] for name, each in self.tasks().items()}

    def all_run(self) -> bool:
        return all(states and set(states) == {"RUNNING"} for states in self.states().values())
