"""Who may do what over HTTP, and what a foreign thing looks like."""

import base64
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from tenants.services.issue_api_key import issue_api_key
from tenants.services.revoke_api_key import revoke_api_key
from tests.apps.edge_service import PASSWORD, wait_for


@pytest.fixture(scope="module")
def stranger(edge):
    return edge.tenant()


@pytest.fixture(scope="module")
def topic(edge, tenant):
    return edge.topic(tenant)


def requests(cluster, topic):
    base = f"/kafka/v3/clusters/{cluster}"
    return [
        ("GET", base, None),
        ("GET", f"{base}/topics", None),
        ("POST", f"{base}/topics", {"topic_name": "mine"}),
        ("GET", f"{base}/topics/{topic}", None),
        ("DELETE", f"{base}/topics/{topic}", None),
        ("GET", f"{base}/topics/{topic}/partitions", None),
        ("GET", f"{base}/topics/{topic}/partitions/0", None),
        ("POST", f"{base}/topics/{topic}/records", {}),
        ("GET", f"{base}/topics/{topic}/partitions/0/records?timeout_ms=0", None),
    ]


def test_a_foreign_cluster_and_an_absent_one_answer_alike(edge, tenant, stranger, topic):
    with edge.client(stranger.administrator) as client:
        absent_id = "lkc-zzzzzz"
        foreign = requests(tenant.cluster_id, topic)
        absent = requests(absent_id, topic)
        for (method, path, body), (_, other, _) in zip(foreign, absent, strict=True):
            one = client.request(method, path, json=body)
            two = client.request(method, other, json=body)
            assert one.status_code == two.status_code == 404, (method, path, one.text)
            same = one.content.replace(tenant.cluster_id.encode(), absent_id.encode())
            assert same == two.content
            assert _telling(one) == _telling(two)


def test_a_foreign_topic_and_an_absent_one_answer_alike(edge, tenant, stranger, topic):
    """Under the stranger's own cluster, the name of another tenant's topic means nothing."""
    with edge.client(stranger.administrator) as client:
        own = requests(stranger.cluster_id, topic)[3:]
        absent = requests(stranger.cluster_id, "y" * len(topic))[3:]
        for (method, path, body), (_, other, _) in zip(own, absent, strict=True):
            one = client.request(method, path, json=body)
            two = client.request(method, other, json=body)
            assert one.status_code == two.status_code == 404
            assert one.content.replace(topic.encode(), b"y" * len(topic)) == two.content


def _telling(response):
    # How much is left of the caller's own limit moves with the clock, too.
    passing = (
        *("date", "content-length", "x-request-id"),
        *("x-ratelimit-remaining", "x-ratelimit-reset"),
    )
    return {name: value for name, value in response.headers.items() if name not in passing}


def test_every_endpoint_wants_a_credential(edge, tenant, topic):
    with edge.client() as client:
        for method, path, body in requests(tenant.cluster_id, topic):
            response = client.request(method, path, json=body)
            assert (response.status_code, response.json()["error_code"]) == (401, 40101)
            assert response.headers["WWW-Authenticate"].startswith("Basic")


def test_a_wrong_secret_and_an_unknown_key_answer_alike(edge, tenant):
    key_id, _secret = tenant.service
    answers = []
    for credentials in ((key_id, "wrong"), ("HWAAAAAAAAAAAAAA", "wrong"), ("", ""), ("é", "ü")):
        with edge.client() as client:
            header = "Basic " + base64.b64encode(":".join(credentials).encode()).decode()
            response = client.get(tenant.path, headers={"Authorization": header})
        answers.append((response.status_code, response.content))
    assert len(set(answers)) == 1
    assert answers[0][0] == 401


def test_a_service_account_may_not_administer(edge, tenant, topic):
    with edge.client(tenant.service) as client:
        assert client.get(f"{tenant.path}/topics/{topic}").status_code == 200
        refused = [
            client.post(f"{tenant.path}/topics", json={"topic_name": "mine"}),
            client.delete(f"{tenant.path}/topics/{topic}"),
        ]
        for response in refused:
            assert (response.status_code, response.json()["error_code"]) == (403, 40301)
            assert "User:app" in response.json()["message"]


def test_a_new_key_works_at_once_and_a_revoked_one_ends_within_five_seconds(edge, tenant):
    key = issue_api_key(tenant_id=tenant.id, by="test", service_account="app")
    with edge.client((key.key_id, key.secret)) as client:
        assert client.get(tenant.path).status_code == 200
        revoke_api_key(tenant_id=tenant.id, key_id=key.key_id, by="test")
        begun = time.monotonic()
        wait_for(lambda: client.get(tenant.path).status_code == 401, "the key is refused", 5)
        assert time.monotonic() - begun < 5


def test_an_expired_key_is_refused(edge, tenant):
    soon = datetime.now(UTC) + timedelta(seconds=0.5)
    key = issue_api_key(tenant_id=tenant.id, by="test", expires_at=soon)
    with edge.client((key.key_id, key.secret)) as client:
        wait_for(lambda: client.get(tenant.path).status_code == 401, "the key has expired")


@contextmanager
def browser_of(edge, login):
    """A signed-in browser; ``token`` is the header with which the console changes things."""
    with edge.client() as browser:
        answer = browser.post("/api/v1/session", json={"login": login, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        yield browser, {"X-CSRFToken": answer.json()["csrf_token"]}


def test_csrf_is_asked_for_exactly_when_the_session_authenticates(edge, tenant, topic):
    body = {"topic_name": "from-the-console"}
    record = {"value": {"type": "STRING", "data": "v"}}
    with browser_of(edge, edge.person(tenant, "admin")) as (browser, token):
        topics = f"{tenant.path}/topics"
        without = browser.post(topics, json=body)
        assert (without.status_code, without.json()["error_code"]) == (403, 40301)
        assert browser.post(f"{topics}/{topic}/records", json=record).status_code == 403
        assert browser.get(topics).status_code == 200
        assert browser.post(topics, json=body, headers=token).status_code == 201
        produced = browser.post(f"{topics}/{topic}/records", json=record, headers=token)
        assert produced.status_code == 200
        # A key beside the session's cookie: the key authenticates, and no token is wanted.
        by_key = browser.delete(f"{topics}/from-the-console", auth=tenant.administrator)
        assert by_key.status_code == 204


@pytest.mark.parametrize(
    ("role", "writes", "administers"),
    [
        ("viewer", 403, 403),
        ("developer", 200, 403),
        ("admin", 200, 201),
        ("owner", 200, 201),
    ],
)
def test_roles(edge, tenant, topic, role, writes, administers):  # noqa: PLR0917
    with browser_of(edge, edge.person(tenant, role)) as (browser, token):
        record = {"value": {"type": "STRING", "data": "v"}}
        topics = f"{tenant.path}/topics"
        assert browser.get(topics).status_code == 200
        consumed = browser.get(f"{topics}/{topic}/partitions/0/records?timeout_ms=0")
        assert consumed.status_code == 200
        produced = browser.post(f"{topics}/{topic}/records", json=record, headers=token)
        assert produced.status_code == writes
        body = {"topic_name": f"by-{role}"}
        assert browser.post(topics, json=body, headers=token).status_code == administers


def test_a_person_sees_only_their_own_tenants(edge, tenant, stranger):
    with browser_of(edge, edge.person(tenant, "owner")) as (browser, _token):
        clusters = browser.get("/kafka/v3/clusters").json()["data"]
        assert [each["cluster_id"] for each in clusters] == [tenant.cluster_id]
        assert browser.get(stranger.path).status_code == 404
        one = browser.get(f"/api/v1/tenants/{stranger.name}/overview")
        two = browser.get("/api/v1/tenants/nobody/overview")
        assert one.status_code == two.status_code == 404
        assert one.text.replace(stranger.name, "nobody") == two.text
