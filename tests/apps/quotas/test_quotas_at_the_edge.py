"""Limits over HTTP and websockets, as clients meet them."""

import json
import time

import pytest
from websockets.exceptions import InvalidStatus

from streaming.access import key_caller, key_login
from streaming.access.key_cache import FRESH_SECONDS
from streaming.quotas.charging import PERSON_REQUESTS_PER_S
from streaming.quotas.failed_logins import FailedLogins
from streaming.quotas.tenant_limits import EdgeLimits, process_limits
from tenants.services.set_tenant_limits import set_tenant_limits
from tests.apps.edge_service import PASSWORD, wait_for


@pytest.fixture(scope="module")
def limited(edge):
    """A tenant with one request a second, and a topic: machines differ in how many they manage."""
    tenant = edge.tenant()
    topic = edge.topic(tenant)
    limit(tenant, rest_requests_per_s=1)
    return tenant, topic


def limit(tenant, **limits):
    set_tenant_limits(tenant_id=tenant.id, by="test", limits=limits)
    process_limits().renewed(tenant.id)


def until_refused(client, method, url, **options):
    """The answers, of which the last is the first refusal."""
    answers = []
    for _ in range(30):
        answers.append(client.request(method, url, **options))
        if answers[-1].status_code == 429:
            return answers
    raise AssertionError("nothing was refused")


def check_refusal(answer, tenant):
    assert answer.json()["error_code"] == 42901
    assert tenant.name in answer.json()["message"]
    assert "rest_requests_per_s is 1" in answer.json()["message"]
    assert answer.headers["X-RateLimit-Limit"] == "1"
    assert answer.headers["X-RateLimit-Remaining"] == "0"
    assert answer.headers["X-RateLimit-Reset"] == "1"
    assert answer.headers["Retry-After"] == "1"


@pytest.mark.parametrize(
    ("method", "path", "options"),
    [
        ("GET", "{path}/topics", {}),
        ("GET", "{path}/topics/{topic}/partitions/0/offset", {}),
        ("GET", "{path}/topics/{topic}/partitions/0/records?timeout_ms=0", {}),
        ("POST", "{path}/topics/{topic}/records", {"json": {"value": {"type": "STRING"}}}),
        ("GET", "/kafka/v2/topics", {}),
        ("GET", "/api/v1/tenants/{name}/overview", {}),
        # What is foreign or absent is charged to the caller too.
        ("GET", "/kafka/v3/clusters/lkc-absent/topics", {}),
    ],
)
def test_requests_past_the_limit_are_refused_by_every_door(edge, limited, method, path, options):
    tenant, topic = limited
    url = path.format(path=tenant.path, topic=topic, name=tenant.name)
    with edge.client(tenant.service) as client:
        *served, refused = until_refused(client, method, url, **options)
    check_refusal(refused, tenant)
    for answer in served:
        assert answer.headers["X-RateLimit-Limit"] == "1"


def test_a_session_shares_its_tenants_limit_and_has_one_of_its_own_elsewhere(edge, limited):
    tenant, _topic = limited
    login = edge.person(tenant, "viewer")
    with edge.client() as browser:
        browser.post("/api/v1/session", json={"login": login, "password": PASSWORD})
        answers = until_refused(browser, "GET", f"{tenant.path}/topics")
        check_refusal(answers[-1], tenant)
        elsewhere = browser.get("/api/v1/tenants")
        assert elsewhere.status_code == 200
        assert elsewhere.headers["X-RateLimit-Limit"] == str(PERSON_REQUESTS_PER_S)


def test_another_tenant_is_served_meanwhile(edge, limited):
    tenant, _topic = limited
    other = edge.tenant()
    with edge.client(tenant.service) as client, edge.client(other.service) as neighbour:
        until_refused(client, "GET", f"{tenant.path}/topics")
        answer = neighbour.get(f"{other.path}/topics")
    assert answer.status_code == 200
    assert answer.headers["X-RateLimit-Limit"] == "1000"


def test_a_tenant_has_as_many_websockets_as_it_may(edge):
    tenant = edge.tenant()
    limit(tenant, websockets=2)
    path = f"/ws/v1/stream?cluster_id={tenant.cluster_id}"
    with edge.socket(path, tenant.service), edge.socket("/ws/v1/events", tenant.service):
        with pytest.raises(InvalidStatus) as refused:
            edge.socket(path, tenant.service)
        assert refused.value.response.status_code == 429
        message = json.loads(refused.value.response.body)["message"]
        assert f"tenant {tenant.name} " in message
        assert "websockets is 2" in message

    def opens():
        with edge.socket(path, tenant.service):
            return True

    wait_for(opens, "closed sockets are counted no longer")


def test_bytes_to_sockets_are_held_to_the_fetch_limit(edge, monkeypatch):
    """300 records of 1 KB at 100 KB/s. The brokers, which hold fetches back on their own, know of
    no such limit here: what many sockets share is fetched once."""
    tenant = edge.tenant()
    topic = edge.topic(tenant)
    body = json.dumps({"value": {"type": "STRING", "data": "x" * 1000}})
    with edge.client(tenant.service) as client:
        url = f"{tenant.path}/topics/{topic}/records"
        headers = {"Content-Type": "application/json"}
        assert client.post(url, content=body * 300, headers=headers).status_code == 200
    low = EdgeLimits(rest_requests=1000, fetch_bytes=100_000, websockets=10)
    monkeypatch.setattr(process_limits(), "_look_up", lambda _tenant_id: low)
    process_limits().renewed(tenant.id)
    with edge.socket(f"/ws/v1/topics/{topic}?from=earliest&mode=lossless", tenant.service) as ws:
        began = None
        received = 0
        while received < 300:
            frame = json.loads(ws.recv(timeout=60))
            if frame["type"] == "records":
                now = time.monotonic()
                began = began or now
                received += len(frame["records"])
    # The first frame may be on credit; what came after it was paid for.
    assert time.monotonic() - began > 1.0


@pytest.fixture
def failures_anew(monkeypatch):
    """Counted by process, and the tests of other files come from this address too."""
    monkeypatch.setattr(key_login, "_failed", FailedLogins())


def test_addresses_that_fail_to_log_in_wait_and_known_keys_do_not(edge, failures_anew):
    tenant = edge.tenant()
    with edge.client(tenant.service) as client:
        assert client.get(f"{tenant.path}/topics").status_code == 200
    with edge.client() as guesser:
        answers = []

        def guess():
            credentials = (f"K-absent-{len(answers)}", "wrong")
            answers.append(guesser.get("/kafka/v3/clusters", auth=credentials))
            return answers[-1].status_code == 429

        wait_for(guess, "guesses are turned away")
        assert {each.status_code for each in answers[:60]} == {401}, "sixty are free"
        assert "Retry-After" in answers[-1].headers
    with edge.client(tenant.service) as client:
        wait_for(lambda: client.get(f"{tenant.path}/topics").status_code == 200, "it is let in")


def test_a_key_that_is_guessed_at_waits_and_its_owner_does_not(edge, failures_anew):
    tenant = edge.tenant()
    key_id, _secret = tenant.service
    with edge.client(tenant.service) as owner, edge.client((key_id, "wrong")) as guesser:
        assert owner.get(f"{tenant.path}/topics").status_code == 200
        answers = [guesser.get("/kafka/v3/clusters") for _ in range(11)]
        assert [each.status_code for each in answers] == [401] * 10 + [429]
        assert 0 < int(answers[-1].headers["Retry-After"]) <= 10
        key_login_forgets_what_is_fresh()
        assert owner.get(f"{tenant.path}/topics").status_code == 200, "its secret was right lately"
    with edge.client(tenant.administrator) as neighbour:
        assert neighbour.get(f"{tenant.path}/topics").status_code == 200, "another key is let in"


def key_login_forgets_what_is_fresh():
    """As when two seconds have passed."""
    entries = key_caller._cache._entries
    for digest, (at, caller) in [*entries.items()]:
        entries[digest] = (at - FRESH_SECONDS, caller)
