"""A service of its own for the fuzzer: stores, two brokers, the web process, and things to call."""

import tempfile
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from streaming.cell import schema as database_schema
from tenants.services.appoint_operator import appoint_operator
from tenants.services.create_user import create_user
from tests import private_stores
from tests.apps.edge_service import PASSWORD, EdgeService, TenantUnderTest, wait_for

OPERATOR = "operator@fuzz"
GROUP = "fuzzed"


@dataclass(frozen=True)
class World:
    """What there is to call, and who calls."""

    url: str
    names: dict[str, Any]
    headers: dict[str, dict[str, str]]
    """What each sends to be known: two keys, two members, and an operator, who is in no tenant."""

    def caller(self, label: str, role: str | None) -> dict[str, str]:
        """Headers of ``role``; of somebody who may call the operation where none is named."""
        if role is None:
            for_operators = "/api/v1/cell/" in label or label == "POST /api/v1/tenants"
            role = "operator" if for_operators else "administrator-key"
        return self.headers[role]


@contextmanager
def served_world() -> Iterator[World]:
    """Stores and service run until the block is left."""
    with tempfile.TemporaryDirectory() as folder, private_stores.running(settings.HEADWATER):
        database_schema.migrate(settings.HEADWATER)
        service = EdgeService(Path(folder))
        service.start()
        try:
            yield _world(service)
        finally:
            service.stop()


def _world(service: EdgeService) -> World:
    tenant = service.tenant()
    login = service.person(tenant, "viewer")
    create_user(login=OPERATOR, password=PASSWORD, by="fuzz")
    appoint_operator(login=OPERATOR, by="fuzz")
    headers = {
        "administrator-key": _key(tenant.administrator),
        "service-account-key": _key(tenant.service),
        "developer": _session(service, service.person(tenant, "developer")),
        "viewer": _session(service, service.person(tenant, "viewer")),
        "operator": _session(service, OPERATOR),
    }
    topic = service.topic(tenant, partitions=2)
    instance = _consumer(service, tenant, topic)
    names = {
        "cluster_id": tenant.cluster_id,
        "tenant": tenant.name,
        "topic": topic,
        "topic_name": topic,
        "partition": 0,
        "partition_id": 0,
        "offset": 0,
        "broker_id": 1,
        "login": login,
        "name": "app",
        "key_id": tenant.service[0],
        "group": GROUP,
        "consumer_group_id": GROUP,
        "instance": instance,
    }
    return World(service.url, names, headers)


def _key(key: tuple[str, str]) -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(':'.join(key).encode()).decode()}"}


def _session(service: EdgeService, login: str) -> dict[str, str]:
    """A person who has signed in."""
    with service.client() as client:
        answer = client.post("/api/v1/session", json={"login": login, "password": PASSWORD})
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    return {"Cookie": cookie, "X-CSRFToken": answer.json()["csrf_token"]}


def _consumer(service: EdgeService, tenant: TenantUnderTest, topic: str) -> str:
    """A group with one member, which has read and committed a record; its instance id."""
    kind = {"Content-Type": "application/vnd.kafka.v2+json"}
    with service.client(tenant.administrator) as client:
        records = f"{tenant.path}/topics/{topic}/records"
        assert client.post(records, json={"value": {"type": "JSON", "data": 1}}).status_code == 200
        settings = {"name": "fuzzed", "format": "json", "auto.offset.reset": "earliest"}
        consumers = f"/kafka/v2/consumers/{GROUP}"
        assert client.post(consumers, json=settings, headers=kind).status_code == 200
        mine = f"{consumers}/instances/fuzzed"
        assert client.post(
            f"{mine}/subscription", json={"topics": [topic]}, headers=kind
        ).is_success
        wait_for(lambda: client.get(f"{mine}/records").json() != [], "a record is read")
        assert client.post(f"{mine}/offsets", headers=kind).is_success
    return "fuzzed"
