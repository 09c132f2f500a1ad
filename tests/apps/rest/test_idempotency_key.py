"""Requests that are sent again with their ``Idempotency-Key``, in all the ways this can fail."""

import json
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from streaming.models import IdempotentRequest
from streaming.rest.idempotent_produce import WRITER_SECONDS
from streaming.services.claim_request import KEPT, claim_request
from streaming.services.forget_requests import forget_requests
from tenants import scope

JSON = {"Content-Type": "application/json"}


@pytest.fixture
def database(django_db_blocker):
    with django_db_blocker.unblock():
        yield
        connection.close()


def body(*values, partition=0):
    records = [
        {"partition_id": partition, "value": {"type": "STRING", "data": value}} for value in values
    ]
    return "\n".join(map(json.dumps, records))


def produce(client, topic, key, content, endpoint="records"):
    headers = {**JSON, "Idempotency-Key": key}
    return client.post(f"{topic}/{endpoint}", content=content, headers=headers)


def values(client, topic):
    page = client.get(f"{topic}/records", params={"timeout_ms": 0}).json()
    return [each["value"]["data"] for each in page["data"]]


def test_the_same_request_is_answered_alike_and_written_once(client, topic):
    first = produce(client, topic, "order-1", body("a", "b"))
    assert first.status_code == 200
    assert "Idempotent-Replayed" not in first.headers
    again = produce(client, topic, "order-1", body("a", "b"))
    assert (again.status_code, again.content) == (200, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    other_key = produce(client, topic, "order-2", body("a", "b"))
    assert other_key.content != first.content
    assert values(client, topic) == ["a", "b", "a", "b"]


def test_a_key_stands_for_one_body_and_one_place(client, topic, edge, tenant):
    assert produce(client, topic, "k", body("a")).status_code == 200
    for endpoint, content in (
        ("records", body("b")),
        ("records:batch", '{"entries":[{"id":"1"}]}'),
    ):
        other = produce(client, topic, "k", content, endpoint)
        assert (other.status_code, other.json()["error_code"]) == (422, 422)
        assert "key of its own" in other.json()["message"]
    assert values(client, topic) == ["a"]
    # Keys are a principal's own.
    with edge.client(tenant.administrator) as administrator:
        assert produce(administrator, topic, "k", body("c")).status_code == 200
    assert values(client, topic) == ["a", "c"]


def test_a_batch_is_kept_with_its_failures(client, topic):
    entries = {
        "entries": [
            {"id": "good", "partition_id": 0, "value": {"type": "STRING", "data": "a"}},
            {"id": "bad", "partition_id": 99},
        ]
    }
    first = produce(client, topic, "batch", json.dumps(entries), "records:batch")
    again = produce(client, topic, "batch", json.dumps(entries), "records:batch")
    assert (first.status_code, again.status_code) == (207, 207)
    assert first.content == again.content
    assert values(client, topic) == ["a"]


def test_requests_that_race_write_once(edge, tenant, client, topic):
    answers = []
    together = threading.Barrier(6)

    def send():
        with edge.client(tenant.service) as own:
            together.wait(60)
            answers.append(produce(own, topic, "race", body("once")))

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert values(client, topic) == ["once"]


def lose_the_answer(tenant, age=WRITER_SECONDS + 1):
    """As if the web process had died between writing and settling, ``age`` seconds ago."""
    with scope.tenant(tenant.id):
        IdempotentRequest.objects.update(
            status=None, answer=None, claimed_at=datetime.now(UTC) - timedelta(seconds=age)
        )


def test_a_request_whose_answer_was_never_kept_is_found_in_the_topic(
    client, tenant, topic, database
):
    content = body("a") + body("b", "b", partition=1)
    first = produce(client, topic, "lost", content)
    assert produce(client, topic, "between", body("b", partition=1)).status_code == 200
    lose_the_answer(tenant)
    again = produce(client, topic, "lost", content)
    assert again.content == first.content
    assert "Idempotent-Replayed" not in again.headers
    assert sorted(values(client, topic)) == ["a", "b", "b", "b"]
    settled = produce(client, topic, "lost", content)
    assert settled.headers["Idempotent-Replayed"] == "true"


def test_what_was_claimed_and_never_written_is_written_by_the_next(client, tenant, topic, database):
    """The writer died after its claim: here it is given another request's place in the log."""
    content = body("late", "later")
    first = produce(client, topic, "dead", content)
    assert first.status_code == 200
    with scope.tenant(tenant.id):
        row = IdempotentRequest.objects.get(key="dead")
        IdempotentRequest.objects.filter(pk=row.pk).update(plan={**row.plan, "ends": {"0": 2}})
    lose_the_answer(tenant)
    again = produce(client, topic, "dead", content)
    reports = [json.loads(line) for line in again.text.splitlines()]
    assert [report["offset"] for report in reports] == [2, 3]


def test_a_request_that_is_under_way_elsewhere_is_waited_for_and_then_put_off(
    client, tenant, topic, database, monkeypatch
):
    monkeypatch.setattr("streaming.rest.idempotent_produce.WAIT_SECONDS", 0.2)
    assert produce(client, topic, "busy", body("a")).status_code == 200
    lose_the_answer(tenant, age=1)
    busy = produce(client, topic, "busy", body("a"))
    assert (busy.status_code, busy.json()["error_code"]) == (409, 409)
    assert busy.headers["Retry-After"]
    assert values(client, topic) == ["a"]


def test_a_refused_request_is_refused_again(client, topic):
    first = produce(client, topic, "bad", body("a", partition=99))
    again = produce(client, topic, "bad", body("a", partition=99))
    assert (first.status_code, again.status_code) == (404, 404)
    assert first.content == again.content


@pytest.mark.parametrize("key", ["", "a" * 129, "a b", "é"])
def test_keys_that_cannot_be(client, topic, key):
    headers = {**JSON, "Idempotency-Key": key.encode()}
    answer = client.post(f"{topic}/records", content=body("a"), headers=headers)
    assert (answer.status_code, answer.json()["error_code"]) == (400, 40002)


def test_too_many_records_for_one_key(client, topic):
    answer = produce(client, topic, "many", body(*(["x"] * 1001)))
    assert (answer.status_code, answer.json()["error_code"]) == (422, 422)


def test_keys_are_forgotten_after_their_time(tenant, client, topic, database):
    assert produce(client, topic, "old", body("a")).status_code == 200
    with scope.tenant(tenant.id):
        IdempotentRequest.objects.filter(key="old").update(
            created_at=datetime.now(UTC) - KEPT - timedelta(seconds=1)
        )
    claim = claim_request(
        tenant_id=tenant.id, principal="User:app", key="old", fingerprint=b"x", plan={}
    )
    assert claim.is_new
    with scope.tenant(tenant.id):
        IdempotentRequest.objects.filter(key="old").update(
            created_at=datetime.now(UTC) - KEPT - timedelta(seconds=1)
        )
    assert forget_requests() == 1
