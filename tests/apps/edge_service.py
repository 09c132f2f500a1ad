"""The web process and two real brokers inside the test process, on free ports.

Tests speak HTTP and websockets to it as any client does. Everything is real but the supervision:
PostgreSQL, brokers with their logs on disk, uvicorn.
"""

import ssl
import threading
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import httpx
import uvicorn
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from websockets.sync.client import connect

from brokers.adapters.control_plane import DjangoControlPlane
from brokers.adapters.figures import PostgresFigures
from brokers.adapters.postgres_metadata import PostgresMetadata
from brokers.adapters.refusals import PostgresRefusals
from brokers.adapters.verifier_keys import VerifierKeys
from brokers.certificates.holder import Holder
from brokers.kernel.ids import BrokerId
from brokers.node.config import ListenerConfig, NodeConfig
from brokers.node.node import Node
from brokers.node.node_thread import NodeThread
from streaming.cell import ports
from streaming.web import server_options
from tenants.services.add_member import add_member
from tenants.services.appoint_operator import appoint_operator
from tenants.services.create_tenant import create_tenant
from tenants.services.create_user import create_user
from tenants.services.ensure_service_account import ensure_service_account
from tenants.services.issue_api_key import issue_api_key
from tests.waiting import wait_until

START_SECONDS = 30
PASSWORD = "a-long-enough-passphrase"
_numbers = count(1)
IN_CLEAR = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts nobody, and need not: without it each client would read all authorities of the world."""


@dataclass(frozen=True, slots=True)
class TenantUnderTest:
    """A tenant, its administrator's key and a service account's."""

    id: str
    name: str
    cluster_id: str
    administrator: tuple[str, str]
    service: tuple[str, str]

    @property
    def path(self) -> str:
        return f"/kafka/v3/clusters/{self.cluster_id}"


class EdgeService:
    """Started by ``start``; ``url`` is where it serves."""

    def __init__(self, folder: Path, brokers: int = 2) -> None:
        self._folder = folder
        self._brokers = brokers
        self._nodes: dict[int, NodeThread] = {}
        self._adapters: dict[int, tuple[DjangoControlPlane, PostgresFigures, PostgresRefusals]] = {}
        self._internal_ports: dict[int, int] = {}
        self._failures: list[Exception] = []
        self._usual = settings.HEADWATER
        self.url = ""

    def start(self) -> None:
        for number in range(1, self._brokers + 1):
            self._internal_ports[number] = ports.free()
            self.start_broker(number)
        bootstrap = ",".join(f"127.0.0.1:{port}" for port in self._internal_ports.values())
        settings.HEADWATER = replace(self._usual, internal_bootstrap=bootstrap)
        from streaming.asgi import application  # needs settings, and Django set up

        config = uvicorn.Config(
            application,
            host="127.0.0.1",
            port=0,
            log_config=None,
            **server_options(),
        )
        self._web = uvicorn.Server(config)
        self._web_thread = threading.Thread(target=self._web.run, daemon=True)
        self._web_thread.start()
        wait_for(lambda: self._web.started, "uvicorn serves")
        port = self._web.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"

    def stop(self) -> None:
        self._web.should_exit = True
        self._web.force_exit = True
        self._web_thread.join(START_SECONDS)
        for number in self._nodes:
            self.stop_broker(number)
        settings.HEADWATER = self._usual

    def web_state(self, by_loop):
        """What the web process keeps in a table of its event loops."""
        (state,) = (state for loop, state in by_loop.items() if loop.is_running())
        return state

    def stop_broker(self, number: int) -> None:
        """Stop one broker; harmless when it is stopped."""
        assert self._nodes[number].stop(START_SECONDS)
        for adapter in self._adapters[number]:
            adapter.close()

    def start_broker(self, number: int) -> None:
        """Start one broker, on the volume and the port that it had."""
        self._start_node(number, self._internal_ports[number])

    def node(self, number: int = 1) -> Node:
        """A broker, in this process."""
        return self._nodes[number].node

    def kafka_port(self, number: int = 1) -> int:
        """Where a broker serves Kafka's clients."""
        return self.node(number).external.port

    def client(self, credentials: tuple[str, str] | None = None) -> httpx.Client:
        return httpx.Client(
            base_url=self.url, auth=credentials, timeout=START_SECONDS, verify=IN_CLEAR
        )

    def socket(self, path: str, credentials: tuple[str, str] | None = None, **options):
        """A websocket to ``path``, by HTTP Basic when there are credentials."""
        headers = dict(options.pop("headers", {}))
        if credentials is not None:
            headers["Authorization"] = httpx.BasicAuth(*credentials)._auth_header
        return connect(
            self.url.replace("http", "ws") + path,
            additional_headers=headers,
            open_timeout=START_SECONDS,
            max_size=2**24,
            **options,
        )

    def tenant(self) -> TenantUnderTest:
        """A new tenant with two keys."""
        name = f"tenant{next(_numbers)}"
        tenant = create_tenant(name=name, by="test")
        ensure_service_account(tenant_id=tenant.id, name="app", by="test")
        administrator = issue_api_key(tenant_id=tenant.id, by="test")
        service = issue_api_key(tenant_id=tenant.id, by="test", service_account="app")
        return TenantUnderTest(
            str(tenant.id),
            name,
            tenant.cluster_id,
            (administrator.key_id, administrator.secret),
            (service.key_id, service.secret),
        )

    def person(self, tenant: TenantUnderTest, role: str) -> str:
        """A new member of the tenant: the login; the password is ``PASSWORD``."""
        login = f"person{next(_numbers)}"
        create_user(login=login, password=PASSWORD, by="test", name="A Person")
        add_member(tenant_id=tenant.id, login=login, role=role, by="test")
        return login

    @contextmanager
    def operator(self):
        """A client of somebody who runs the service, signed in."""
        login = f"operator{next(_numbers)}"
        create_user(login=login, password=PASSWORD, by="test")
        appoint_operator(login=login, by="test")
        with self.signed_in(login) as client:
            yield client

    @contextmanager
    def signed_in(self, login: str, password: str = PASSWORD):
        """A client with the session of that person."""
        with self.client() as client:
            credentials = {"login": login, "password": password}
            answer = client.post("/api/v1/session", json=credentials)
            assert answer.status_code == 200, answer.text
            client.headers["X-CSRFToken"] = answer.json()["csrf_token"]
            yield client

    def topic(self, tenant: TenantUnderTest, partitions: int = 1, **configs: str) -> str:
        """A new topic of the tenant."""
        name = f"topic{next(_numbers)}"
        with self.client(tenant.administrator) as client:
            body = {
                "topic_name": name,
                "partitions_count": partitions,
                "configs": [{"name": key, "value": value} for key, value in configs.items()],
            }
            assert client.post(f"{tenant.path}/topics", json=body).status_code == 201
        return name

    def _start_node(self, number: int, internal_port: int) -> None:
        config = NodeConfig(
            broker_id=BrokerId(number),
            external=ListenerConfig("127.0.0.1", 0, "127.0.0.1", 0),
            internal=ListenerConfig("127.0.0.1", internal_port, "127.0.0.1", internal_port),
            metrics_host="127.0.0.1",
            metrics_port=0,
            volume=self._folder / str(number),
            verifier_pepper=self._usual.secrets.verifier_pepper.encode(),
            edge_public_key_pem=self._usual.secrets.edge_token_public_key,
            broker_token_key=self._usual.secrets.broker_token_key,
            mutual_tls=self._usual.mutual_tls(Holder(BrokerId(number))),
            # Tests' groups have all the members that they will have.
            initial_rebalance_delay_ms=0,
            figures_interval_s=0.5,
            # Tests' records are as old as they like.
            retention_interval_s=86_400.0,
        )
        broker_id, keys = BrokerId(number), VerifierKeys()
        control = DjangoControlPlane(broker_id, keys)
        figures, refusals = PostgresFigures(broker_id), PostgresRefusals(broker_id)
        node = NodeThread(
            config,
            PostgresMetadata(),
            control,
            on_failure=self._failures.append,
            figures=figures,
            refusals=refusals,
            verifiers=keys,
        )
        self._nodes[number] = node
        self._adapters[number] = (control, figures, refusals)
        node.start()
        assert node.ready.wait(START_SECONDS), self._failures


@contextmanager
def running_edge(blocker, folder: Path, brokers: int = 2):
    """An edge service, whose rows are removed when it ends; ``blocker`` is pytest-django's."""
    with blocker.unblock():
        service = EdgeService(folder, brokers)
        service.start()
        try:
            yield service
        finally:
            service.stop()
            call_command(
                "flush",
                interactive=False,
                verbosity=0,
                reset_sequences=False,
                inhibit_post_migrate=True,
            )
            connections.close_all()


def wait_for(condition, what: str, seconds: float = START_SECONDS) -> None:
    """``wait_until``, as long as the service itself may take to start."""
    wait_until(condition, what, seconds)
