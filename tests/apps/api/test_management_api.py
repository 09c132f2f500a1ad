"""Tenants, members, service accounts and keys over HTTP, as the console and programs see them."""

import json
import time

import pytest
from websockets.exceptions import ConnectionClosed

from tenants.selectors.audit_log import entries_of
from tenants.services.create_user import create_user
from tests.apps.edge_service import PASSWORD, wait_for


def read_to_the_end(socket):
    while True:
        socket.recv(timeout=60)


def refused(response, status, word):
    assert response.status_code == status, response.text
    assert word in response.json()["message"]


def test_an_operator_makes_a_tenant_and_its_first_owner(edge, operator):
    made = operator.post("/api/v1/tenants", json={"name": "newcomer"})
    assert made.status_code == 201, made.text
    assert made.headers["Location"].endswith("/api/v1/tenants/newcomer")
    refused(operator.post("/api/v1/tenants", json={"name": "newcomer"}), 409, "newcomer")
    refused(operator.post("/api/v1/tenants", json={"name": "x", "y": 1}), 400, "'y'")
    assert operator.get("/api/v1/tenants/newcomer").json() == made.json()
    names = [each["name"] for each in operator.get("/api/v1/tenants").json()["data"]]
    assert "newcomer" in names
    assert "headwater-system" not in names

    body = {"login": "first", "role": "owner"}
    invited = operator.post("/api/v1/tenants/newcomer/invitations", json=body)
    assert invited.status_code == 201, invited.text
    assert invited.headers["Cache-Control"] == "no-store"
    with edge.client() as browser:
        account = {"code": invited.json()["code"], "name": "First", "password": PASSWORD}
        joined = browser.post("/api/v1/invitation/account", json=account)
        assert joined.status_code == 201, joined.text
    with edge.signed_in("first@newcomer") as browser:
        session = browser.get("/api/v1/session").json()
        assert [(each["name"], each["role"]) for each in session["tenants"]] == [
            ("newcomer", "owner")
        ]
    # Making and managing tenants opens no records.
    cluster = f"/kafka/v3/clusters/{made.json()['cluster_id']}"
    assert operator.get(cluster).status_code == 404


def test_settings_are_changed_by_who_may(edge, tenant, path, owner, operator):
    changed = owner.patch(path, json={"auto_create_topics": True, "default_partition_count": 3})
    assert changed.status_code == 200, changed.text
    assert (changed.json()["auto_create_topics"], changed.json()["default_partition_count"]) == (
        True,
        3,
    )
    assert owner.get(path).json() == changed.json()
    refused(owner.patch(path, json={"active": False}), 403, "operator")
    refused(owner.patch(path, json={"default_partition_count": 0}), 400, "default_partition_count")
    refused(owner.patch(path, json={"auto_create_topics": 1}), 400, "auto_create_topics")
    refused(owner.patch(path, json={"colour": "red"}), 400, "colour")
    assert changed.json()["plan"] == "standard"


def test_an_inactive_tenant_is_gone_for_its_members_and_comes_back(edge, operator):
    other = edge.tenant()
    path = f"/api/v1/tenants/{other.name}"
    with edge.client(other.administrator) as client:
        assert client.get(path).status_code == 200
        assert operator.patch(path, json={"active": False}).status_code == 200
        wait_for(lambda: client.get(path).status_code == 401, "its keys are refused", 5)
        assert operator.patch(path, json={"active": True}).status_code == 200
        assert client.get(path).status_code == 200


def test_members_come_change_and_go(edge, tenant, path, owner, admin_key):
    create_user(login="mia", password=PASSWORD, by="test", name="Mia")
    body = {"login": "mia", "role": "viewer"}
    assert owner.post(f"{path}/invitations", json=body).status_code == 201
    with edge.signed_in("mia") as mia:
        accepted = mia.post("/api/v1/session/invitations", json={"tenant": tenant.name})
        assert accepted.status_code == 201, accepted.text
        refused(owner.post(f"{path}/invitations", json=body), 409, "mia")
        listed = {each["login"]: each for each in owner.get(f"{path}/members").json()["data"]}
        assert (listed["mia"]["name"], listed["mia"]["role"]) == ("Mia", "viewer")
        assert listed["mia"]["created_at"].endswith("Z")
        assert mia.patch(f"{path}/members/mia", json={"role": "owner"}).status_code == 403
        changed = admin_key.patch(f"{path}/members/mia", json={"role": "admin"})
        assert changed.json()["role"] == "admin"
        refused(mia.patch(f"{path}/members/mia", json={"role": "owner"}), 403, "owner")
        assert admin_key.delete(f"{path}/members/mia").status_code == 204
        assert mia.get(path).status_code == 404
        assert mia.get("/api/v1/session").json()["tenants"] == []
    assert admin_key.delete(f"{path}/members/mia").status_code == 404
    assert owner.post(f"{path}/members", json=body).status_code == 405, "people are invited"


def test_the_last_owner_stays_and_only_owners_make_owners(edge, path, owner, admin_key):
    login = owner.get("/api/v1/session").json()["user"]["login"]
    refused(owner.delete(f"{path}/members/{login}"), 409, "last owner")
    refused(owner.patch(f"{path}/members/{login}", json={"role": "admin"}), 409, "last owner")
    refused(admin_key.delete(f"{path}/members/{login}"), 403, "owner")


def test_a_removed_members_socket_closes_within_five_seconds(edge, tenant, path, owner):
    topic = edge.topic(tenant)
    login = edge.person(tenant, "developer")
    with edge.signed_in(login) as browser:
        cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        live = f"/ws/v1/topics/{topic}"
        with edge.socket(live, headers={"Cookie": cookie}, origin=edge.url) as socket:
            assert json.loads(socket.recv(timeout=60))["type"] == "ready"
            begun = time.monotonic()
            assert owner.delete(f"{path}/members/{login}").status_code == 204
            with pytest.raises(ConnectionClosed) as closed:
                read_to_the_end(socket)
            assert 4400 <= closed.value.rcvd.code < 4600
            assert time.monotonic() - begun < 5


def test_service_accounts_and_their_keys(edge, tenant, path, admin_key):
    made = admin_key.post(f"{path}/service-accounts", json={"name": "billing"})
    assert made.status_code == 201, made.text
    assert made.json()["principal"] == "User:billing"
    refused(admin_key.post(f"{path}/service-accounts", json={"name": "billing"}), 409, "billing")
    refused(admin_key.post(f"{path}/service-accounts", json={"name": "a b"}), 400, "a b")

    body = {"service_account": "billing", "expires_in_seconds": 3600}
    issued = admin_key.post(f"{path}/api-keys", json=body)
    assert issued.status_code == 201, issued.text
    key = issued.json()
    assert (key["state"], key["principal"], key["created_by"]) == (
        "active",
        "User:billing",
        "User:tenant-admin",
    )
    assert issued.headers["Cache-Control"] == "no-store"
    accounts = {
        each["name"]: each for each in admin_key.get(f"{path}/service-accounts").json()["data"]
    }
    assert accounts["billing"]["active_keys"] == 1
    with edge.client((key["key_id"], key["secret"])) as program:
        assert program.get(tenant.path).status_code == 200
        assert admin_key.delete(f"{path}/service-accounts/billing").status_code == 204
        wait_for(lambda: program.get(tenant.path).status_code == 401, "the key is refused", 5)


def test_a_key_is_shown_once_listed_and_revoked(edge, tenant, path, admin_key):
    key = admin_key.post(f"{path}/api-keys", json={}).json()
    assert key["service_account"] is None
    assert key["expires_at"] is None
    listed = admin_key.get(f"{path}/api-keys")
    assert key["secret"] not in listed.text
    found = [each for each in listed.json()["data"] if each["key_id"] == key["key_id"]]
    assert found == [{name: value for name, value in key.items() if name != "secret"}]
    assert admin_key.delete(f"{path}/api-keys/{key['key_id']}").status_code == 204
    states = {
        each["key_id"]: each["state"] for each in admin_key.get(f"{path}/api-keys").json()["data"]
    }
    assert states[key["key_id"]] == "revoked"
    for seconds in (0, -1, 10**10, "1", True):
        body = {"expires_in_seconds": seconds}
        refused(admin_key.post(f"{path}/api-keys", json=body), 400, "expires_in_seconds")


def test_the_audit_log_is_paged_and_keeps_no_secret(tenant, path, admin_key):
    key = admin_key.post(f"{path}/api-keys", json={}).json()
    whole = admin_key.get(f"{path}/audit?limit=1000").json()
    assert whole["data"][0]["action"] == "api_key.issue"
    assert whole["data"][0]["object"] == key["key_id"]
    assert whole["next"] is None
    paged, before = [], ""
    while True:
        page = admin_key.get(f"{path}/audit?limit=2{before}").json()
        paged += page["data"]
        if page["next"] is None:
            break
        before = f"&before={page['next']}"
    assert paged == whole["data"]
    assert paged[-1]["sequence"] == 1
    assert len(paged) == len(entries_of(tenant.id, limit=1000))
    assert key["secret"] not in json.dumps(whole)
    for query in ("limit=0", "limit=1001", "before=x", "before=٣", "before=-1", "after=1"):
        response = admin_key.get(f"{path}/audit?{query}")
        assert response.status_code == 400, query


def test_a_key_with_limits_is_rotated_with_them(edge, path, admin_key):
    body = {"restriction": {"topics": [{"name": "orders"}], "read_only": True}, "description": "x"}
    old = admin_key.post(f"{path}/api-keys", json=body).json()
    assert old["restriction"] == {
        "topics": [{"name": "orders", "pattern_type": "literal"}],
        "groups": None,
        "read_only": True,
    }
    with edge.client((old["key_id"], old["secret"])) as limited:
        refused(limited.get(f"{path}/api-keys"), 403, "administer")
    rotation = f"{path}/api-keys/{old['key_id']}:rotate"
    refused(admin_key.post(rotation, json={"overlap_seconds": -1}), 400, "overlap_seconds")
    rotated = admin_key.post(rotation, json={"overlap_seconds": 600})
    assert rotated.status_code == 201, rotated.text
    assert rotated.headers["Cache-Control"] == "no-store"
    new = rotated.json()
    assert (new["replaces"], new["restriction"]) == (old["key_id"], old["restriction"])
    refused(admin_key.post(rotation, json={}), 409, new["key_id"])
    listed = {each["key_id"]: each for each in admin_key.get(f"{path}/api-keys").json()["data"]}
    assert listed[old["key_id"]]["expires_at"] is not None
    assert listed[old["key_id"]]["last_used_from"] == "127.0.0.1"
    refused(admin_key.post(f"{path}/api-keys", json={"restriction": {"x": 1}}), 400, "restriction")


def test_a_person_changes_the_password_and_other_sessions_end(edge, tenant):
    login = edge.person(tenant, "viewer")
    new = "a passphrase nobody guesses"
    change = "/api/v1/session/password"
    with edge.signed_in(login) as here, edge.signed_in(login) as there:
        cookie = "; ".join(f"{name}={value}" for name, value in there.cookies.items())
        live = f"/ws/v1/topics/{edge.topic(tenant)}"
        with edge.socket(live, headers={"Cookie": cookie}, origin=edge.url) as socket:
            assert json.loads(socket.recv(timeout=60))["type"] == "ready"
            wrong = {"current": "wrong", "new": new}
            refused(here.put(change, json=wrong), 403, "current password")
            weak = {"current": PASSWORD, "new": "1"}
            refused(here.put(change, json=weak), 400, "short")
            body = {"current": PASSWORD, "new": new}
            without_token = here.put(change, json=body, headers={"X-CSRFToken": ""})
            assert without_token.status_code == 403
            changed = here.put(change, json=body)
            assert changed.status_code == 204, changed.text
            assert here.get("/api/v1/session").status_code == 200
            assert there.get("/api/v1/session").status_code == 401
            with pytest.raises(ConnectionClosed) as closed:
                read_to_the_end(socket)
            assert 4400 <= closed.value.rcvd.code < 4600
    with edge.client() as nobody:
        assert nobody.put(change, json=body).status_code == 401
        old = {"login": login, "password": PASSWORD}
        assert nobody.post("/api/v1/session", json=old).status_code == 401
        assert nobody.post("/api/v1/session", json=old | {"password": new}).status_code == 200
