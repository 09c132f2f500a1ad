"""Who is not there is answered after the same work as who is there and shows a wrong secret.

What is counted is hashes and queries, since clocks would tell only of this machine.
"""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenants import scope
from tenants.models import ApiKey, User
from tenants.ownership import Authority
from tenants.selectors import api_keys
from tenants.selectors.api_keys import authenticate_api_key
from tenants.services.create_tenant import create_tenant
from tenants.services.create_user import create_user
from tenants.services.invite_member import invite_member
from tenants.services.issue_api_key import issue_api_key
from tenants.services.revoke_api_key import revoke_api_key
from tenants.services.suspend_tenant import suspend_tenant

PASSWORD = "correct horse battery staple"
UNKNOWN_KEY = "HWAAAAAAAAAAAAAA"

pytestmark = pytest.mark.django_db


def live():
    return issue_api_key(tenant_id=create_tenant(name="acme", by="test").id, by="test")


def revoked():
    tenant = create_tenant(name="acme", by="test")
    key = issue_api_key(tenant_id=tenant.id, by="test")
    revoke_api_key(tenant_id=tenant.id, key_id=key.key_id, by="test")
    return key


def expired():
    key = live()
    with scope.system("test"):
        past = datetime.now(UTC) - timedelta(seconds=1)
        ApiKey.objects.filter(key_id=key.key_id).update(expires_at=past)
    return key


def of_a_suspended_tenant():
    tenant = create_tenant(name="acme", by="test")
    key = issue_api_key(tenant_id=tenant.id, by="test")
    suspend_tenant(tenant_id=tenant.id, by="test")
    return key


@pytest.mark.parametrize("make", [live, revoked, expired, of_a_suspended_tenant])
def test_a_key_that_is_not_there_costs_what_one_costs_that_is(make, monkeypatch):
    key = make()
    compared = []
    matches = api_keys.plain_matches

    def count(secret, verifiers, pepper):
        compared.append((len(bytes.fromhex(verifiers["plain_verifier"])), pepper))
        return matches(secret, verifiers, pepper)

    monkeypatch.setattr(api_keys, "plain_matches", count)
    queries = []
    for key_id in (key.key_id, UNKNOWN_KEY):
        with CaptureQueriesContext(connection) as asked:
            assert authenticate_api_key(key_id, "wrong") is None
        queries.append(len(asked))
    assert queries[0] == queries[1]
    assert len(compared) == 2
    assert compared[0] == compared[1]


@pytest.fixture
def hashed(monkeypatch):
    """(memory, passes, lanes) of each Argon2 that is done."""
    done = []
    hasher = Argon2PasswordHasher
    verify, encode = hasher.verify, hasher.encode

    def verifying(self, password, encoded):
        found = self.decode(encoded)
        done.append((found["memory_cost"], found["time_cost"], found["parallelism"]))
        return verify(self, password, encoded)

    def encoding(self, password, salt):
        done.append((self.memory_cost, self.time_cost, self.parallelism))
        return encode(self, password, salt)

    monkeypatch.setattr(hasher, "verify", verifying)
    monkeypatch.setattr(hasher, "encode", encoding)
    return done


def present():
    create_user(login="ada", password=PASSWORD, by="test")


def inactive():
    present()
    User.objects.filter(login="ada").update(is_active=False)


def without_a_password():
    present()
    user = User.objects.get(login="ada")
    user.set_unusable_password()
    user.save()


@pytest.mark.parametrize("make", [present, inactive, without_a_password])
def test_a_person_who_is_not_there_costs_what_one_costs_who_is(make, client, hashed):
    make()
    hashed.clear()
    answers, spent = [], []
    for login in ("ada", "nobody"):
        body = {"login": login, "password": "a wrong one"}
        answers.append(client.post("/api/v1/session", body, content_type="application/json"))
        spent.append(hashed.copy())
        hashed.clear()
    assert spent[0] == spent[1]
    assert len(spent[0]) == 1, "one Argon2 for whoever asks"
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].content == answers[1].content


def test_what_is_right_for_somebody_inactive_is_wrong_after_the_same_work(client, hashed):
    inactive()
    hashed.clear()
    body = {"login": "ada", "password": PASSWORD}
    refused = client.post("/api/v1/session", body, content_type="application/json")
    assert refused.status_code == 401
    assert len(hashed) == 1


def test_who_has_no_login_is_invited_by_the_work_that_one_takes_who_has():
    """And by none that asks for people by their login: an index answers sooner that it has none."""
    tenant = create_tenant(name="acme", by="test")
    create_user(login="ada", password=PASSWORD, by="test")
    asked_for = []
    for login in ("ada", "eve"):
        with CaptureQueriesContext(connection) as asked:
            invite_member(
                tenant_id=tenant.id, login=login, role="viewer", by="test",
                authority=Authority.OWNER,
            )  # fmt: skip
        asked_for.append([query["sql"] for query in asked])
    shapes = [[re.sub(r"'[^']*'|\d+", "?", sql) for sql in queries] for queries in asked_for]
    assert shapes[0] == shapes[1]
    of_people = [sql for sql in asked_for[0] if "tenants_user" in sql]
    assert of_people
    assert not [sql for sql in of_people if "'ada'" in sql]
