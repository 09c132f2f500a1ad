"""A tenant is suspended, resumed, deleted, restored and purged: everywhere, within five seconds."""

import time
from contextlib import ExitStack, contextmanager
from datetime import timedelta

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.protocol import State

from brokers.models import Topic
from brokers.node.coordination.internal_topics import qualifier, unqualified
from brokers.services.purge_tenants import purge_tenants
from brokers.wire.messages.find_coordinator_request import FindCoordinatorRequest
from brokers.wire.messages.offset_commit_request import (
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
)
from brokers.wire.registry import ApiKey
from tenants import scope
from tenants.errors import Conflict, Invalid, NotFound
from tenants.models import ApiKey as Key
from tenants.models import AuditEntry, Membership, ServiceAccount, Standing
from tenants.services.create_tenant import create_tenant
from tenants.services.delete_tenant import GRACE_MAX, delete_tenant
from tenants.services.restore_tenant import restore_tenant
from tenants.services.resume_tenant import resume_tenant
from tenants.services.suspend_tenant import suspend_tenant
from tests.apps.edge_service import PASSWORD, wait_for
from tests.node.raw_client import RawClient

WITHIN_S = 5.0
SOCKETS = (
    "/ws/v1/topics/{topic}?cluster_id={cluster}", "/ws/v1/stream?cluster_id={cluster}",
    "/ws/v1/events?tenant={tenant}",
)  # fmt: skip


@contextmanager
def in_use(edge, tenant):
    """A broker's connection, a client of the REST API and a websocket of each kind, all at work,
    by a key and by a person."""
    topic = edge.topic(tenant)
    login = {"login": edge.person(tenant, "admin"), "password": PASSWORD}
    with ExitStack() as stack:
        kafka = stack.enter_context(RawClient(edge.kafka_port()).log_in(tenant.administrator))
        rest, browser = (stack.enter_context(edge.client(who)) for who in (tenant.service, None))
        assert browser.post("/api/v1/session", json=login).is_success
        cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        session = {"headers": {"Cookie": cookies}, "origin": edge.url}
        sockets = [
            stack.enter_context(edge.socket(path, key, **options))
            for path in SOCKETS
            for key, options in ((tenant.service, {}), (None, session))
            for path in (path.format(topic=topic, cluster=tenant.cluster_id, tenant=tenant.name),)
        ]
        assert kafka.metadata(topic).topics[0].error_code == 0
        assert rest.get(tenant.path).status_code == 200
        assert browser.get(f"/api/v1/tenants/{tenant.name}").status_code == 200
        for socket in sockets:
            socket.recv(timeout=10)
        yield kafka, rest, browser, sockets


def closed_with(socket) -> int:
    """The code of its close frame, once it comes."""
    try:
        while True:
            socket.recv(timeout=WITHIN_S)
    except ConnectionClosed as closed:
        return closed.rcvd.code


def is_cut(kafka: RawClient) -> bool:
    try:
        kafka.metadata()
    except ConnectionError:
        return True
    return False


def logs_in(edge, tenant) -> bool:
    with RawClient(edge.kafka_port()) as kafka:
        try:
            kafka.log_in(tenant.administrator)
        except (AssertionError, ConnectionError):
            return False
    return True


def commit_an_offset(edge, tenant) -> None:
    """As the group "app"."""
    topic = edge.topic(tenant)
    places = [OffsetCommitRequestPartition(0, 7)]
    request = OffsetCommitRequest(
        "app", topics=[OffsetCommitRequestTopic(name=topic, partitions=places)]
    )
    with RawClient(edge.kafka_port()).log_in(tenant.administrator) as kafka:
        kafka.ask(ApiKey.FIND_COORDINATOR, 2, FindCoordinatorRequest("app", 0))

        def committed() -> bool:
            (row,) = kafka.ask(ApiKey.OFFSET_COMMIT, 7, request).topics
            return row.partitions[0].error_code == 0

        wait_for(committed, "an offset is committed")


def groups_of(edge, tenant) -> list[str]:
    """As its coordinator has them: nobody of the tenant can ask any more."""
    prefix = qualifier(tenant.id)
    return [
        unqualified(group.group_id)
        for shard in edge.node().groups
        for group in shard.machine.list_groups(prefix, 0).effects[0].result
    ]


@pytest.mark.parametrize(
    ("end", "give_back"), [(suspend_tenant, resume_tenant), (delete_tenant, restore_tenant)]
)
def test_cut_off_everywhere_within_five_seconds_and_given_back(edge, end, give_back):
    tenant, neighbour = edge.tenant(), edge.tenant()
    with (
        in_use(edge, tenant) as (kafka, rest, browser, sockets),
        in_use(edge, neighbour) as (their_kafka, their_rest, _, their_sockets),
    ):
        end(tenant_id=tenant.id, by="test")
        begun = time.monotonic()
        assert {closed_with(socket) for socket in sockets} == {4401}
        wait_for(lambda: is_cut(kafka), "the broker's connection is cut", WITHIN_S)
        wait_for(lambda: rest.get(tenant.path).status_code == 401, "REST refuses", WITHIN_S)
        path = f"/api/v1/tenants/{tenant.name}"
        wait_for(lambda: browser.get(path).status_code == 404, "its people see it not", WITHIN_S)
        assert time.monotonic() - begun < WITHIN_S
        assert not logs_in(edge, tenant)
        assert not is_cut(their_kafka)
        assert their_rest.get(neighbour.path).status_code == 200
        for socket in their_sockets:
            assert socket.protocol.state is State.OPEN
        give_back(tenant_id=tenant.id, by="test")
        assert rest.get(tenant.path).status_code == 200
        assert browser.get(path).status_code == 200
        assert logs_in(edge, tenant)


def test_its_people_do_not_see_it_and_its_owner_takes_the_deletion_back(edge):
    tenant = edge.tenant()
    path = f"/api/v1/tenants/{tenant.name}"
    people = {role: edge.person(tenant, role) for role in ("owner", "admin")}
    browsers = {}
    for role, login in people.items():
        browsers[role] = edge.client()
        answer = browsers[role].post("/api/v1/session", json={"login": login, "password": PASSWORD})
        browsers[role].headers["X-CSRFToken"] = answer.json()["csrf_token"]
    owner, admin = browsers["owner"], browsers["admin"]
    assert owner.post(f"{path}:suspend").status_code == 403
    assert admin.delete(path).status_code == 403
    deleted = owner.delete(path, params={"grace_seconds": 3600})
    assert deleted.status_code == 202, deleted.text
    assert deleted.json()["standing"] == "deleting"
    assert owner.get(path).status_code == admin.get(path).status_code == 404
    absent = admin.post("/api/v1/tenants/nobody:restore")
    refused = admin.post(f"{path}:restore")
    assert (refused.status_code, refused.text.replace(tenant.name, "nobody")) == (404, absent.text)
    restored = owner.post(f"{path}:restore")
    assert (restored.status_code, restored.json()["standing"]) == (200, "active"), restored.text
    assert owner.get(path).status_code == 200
    assert owner.post(f"{path}:restore").status_code == 409
    for browser in browsers.values():
        browser.close()


def test_purged_once_the_grace_has_passed(edge):
    tenant = edge.tenant()
    edge.person(tenant, "owner")
    commit_an_offset(edge, tenant)
    assert groups_of(edge, tenant) == ["app"]
    delete_tenant(tenant_id=tenant.id, by="test", grace=timedelta(hours=1))
    purge_tenants()
    restore_tenant(tenant_id=tenant.id, by="test")
    wait_for(lambda: logs_in(edge, tenant), "everything is there again", WITHIN_S)
    delete_tenant(tenant_id=tenant.id, by="test", grace=timedelta())
    assert purge_tenants() == 1
    assert purge_tenants() == 0
    with scope.system("what is left of it"):
        for model in (Key, ServiceAccount, Membership):
            assert not model.objects.filter(tenant_id=tenant.id).exists(), model
        assert not Topic.objects.filter(tenant_id=tenant.id, deleted_at=None).exists()
        entry = AuditEntry.objects.get(tenant_id=tenant.id, action="tenant.purge")
    assert entry.object == tenant.name
    with pytest.raises(NotFound):
        restore_tenant(tenant_id=tenant.id, by="test")
    assert create_tenant(name=tenant.name, by="test").cluster_id != tenant.cluster_id
    wait_for(lambda: groups_of(edge, tenant) == [], "its groups are forgotten", 20)


def test_what_stands_against_it(edge):
    tenant = edge.tenant()
    with pytest.raises(Invalid):
        delete_tenant(tenant_id=tenant.id, by="test", grace=GRACE_MAX + timedelta(seconds=1))
    with pytest.raises(Conflict):
        restore_tenant(tenant_id=tenant.id, by="test")
    suspend_tenant(tenant_id=tenant.id, by="test")
    delete_tenant(tenant_id=tenant.id, by="test")
    with pytest.raises(Conflict):
        delete_tenant(tenant_id=tenant.id, by="test")
    assert resume_tenant(tenant_id=tenant.id, by="test").standing is Standing.DELETING
    suspend_tenant(tenant_id=tenant.id, by="test")
    assert restore_tenant(tenant_id=tenant.id, by="test").standing is Standing.SUSPENDED
