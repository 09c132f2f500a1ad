"""Two tenants with the same kinds of things over HTTP, and callers of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx

from connect.models import ConnectorTask
from connect.services.checked_config import CheckedConfig
from connect.services.create_connector import insert_connector
from connect.states import Kind, TargetState
from tenants import scope
from tests.apps.edge_service import PASSWORD, TenantUnderTest, wait_for
from tests.isolation.http_case import V2


@dataclass(frozen=True, slots=True)
class HttpSide:
    """``names`` by the parameters of paths; ``callers``: its administrator's key and an owner."""

    tenant: TenantUnderTest
    names: Mapping[str, str]
    callers: Mapping[str, httpx.Client]
    topic_id: str

    def close(self) -> None:
        for client in self.callers.values():
            client.close()


def http_side(edge: Any) -> HttpSide:
    """A new tenant with a topic, a record, a group with a member, an account, a key, people, an
    invitation and a connector."""
    tenant = edge.tenant()
    topic = edge.topic(tenant)
    owner = edge.person(tenant, "owner")
    login = edge.person(tenant, "viewer")
    key = edge.client(tenant.administrator)
    account = f"account-of-{tenant.name}"
    assert key.post(
        f"/api/v1/tenants/{tenant.name}/service-accounts", json={"name": account}
    ).is_success
    invited = f"invited-by-{tenant.name}"
    assert key.post(
        f"/api/v1/tenants/{tenant.name}/invitations", json={"login": invited, "role": "viewer"}
    ).is_success
    topic_id = key.get(f"/api/v1/tenants/{tenant.name}/topics").text
    group, instance = f"group-of-{tenant.name}", f"instance-of-{tenant.name}"
    member = _read(key, tenant, topic, group, instance)
    connector = f"connector-of-{tenant.name}"
    _make_connector(UUID(tenant.id), connector)
    person = edge.client()
    answer = person.post("/api/v1/session", json={"login": owner, "password": PASSWORD})
    person.headers["X-CSRFToken"] = answer.json()["csrf_token"]
    names = {
        "cluster_id": tenant.cluster_id,
        "tenant": tenant.name,
        "topic": topic,
        "topic_name": topic,
        "login": login,
        "invited": invited,
        "name": account,
        "key_id": tenant.service[0],
        "group": group,
        "consumer_group_id": group,
        "consumer_id": member,
        "instance": instance,
        "connector": connector,
    }
    return HttpSide(tenant, names, {"key": key, "owner": person}, topic_id)


def _make_connector(tenant_id: UUID, name: str) -> None:
    """One that does not run, with a task; of no plugin that there need be."""
    config = {"name": name, "connector.class": "nothing"}
    checked = CheckedConfig("nothing", Kind.SOURCE, config, {})
    with scope.tenant(tenant_id):
        connector = insert_connector(tenant_id, "test", name, checked, TargetState.STOPPED)
        ConnectorTask.objects.create(tenant_id=tenant_id, connector=connector, number=0)


def _read(
    client: httpx.Client, tenant: TenantUnderTest, topic: str, group: str, instance: str
) -> str:
    """Have a consumer of REST v2 read a record and commit; its member id."""
    record = {"value": {"type": "STRING", "data": f"the secret of {tenant.name}"}}
    assert client.post(f"{tenant.path}/topics/{topic}/records", json=record).is_success
    headers = {"Content-Type": V2}
    consumers = f"/kafka/v2/consumers/{group}"
    settings = {"name": instance, "format": "binary", "auto.offset.reset": "earliest"}
    assert client.post(consumers, json=settings, headers=headers).is_success
    mine = f"{consumers}/instances/{instance}"
    subscribed = client.post(f"{mine}/subscription", json={"topics": [topic]}, headers=headers)
    assert subscribed.is_success, subscribed.text
    accept = {"Accept": "application/vnd.kafka.binary.v2+json"}
    wait_for(lambda: client.get(f"{mine}/records", headers=accept).json() != [], "it reads")
    assert client.post(f"{mine}/offsets", headers=headers).is_success
    members = client.get(f"{tenant.path}/consumer-groups/{group}/consumers").json()["data"]
    return str(members[0]["consumer_id"])
