"""ACLs over the management API, as the console edits them."""

import pytest


@pytest.fixture(scope="module")
def admin(edge, tenant):
    with edge.client(tenant.administrator) as client:
        client.base_url = f"{edge.url}/api/v1/tenants/{tenant.name}"
        yield client


def test_acls_are_made_by_hand_and_by_preset_and_ended(admin):
    wish = {
        "principal": "User:app", "resource_type": "topic", "resource_name": "audit-",
        "pattern_type": "prefixed", "operation": "read", "permission": "deny",
    }  # fmt: skip
    made = admin.post("/acls", json=wish)
    assert made.status_code == 201
    document = made.json()
    assert document == {**wish, "id": document["id"], "host": "*"}
    assert document in admin.get("/acls").json()["data"]

    preset = {"principal": "User:feed", "preset": "producer", "topic": "orders"}
    shown = admin.post("/acls:preset", json={**preset, "validate_only": True})
    assert shown.status_code == 200
    assert [each["operation"] for each in shown.json()["data"]] == ["write", "describe", "create"]
    held = admin.get("/acls").json()["data"]
    assert not any(each["principal"] == "User:feed" for each in held)
    added = admin.post("/acls:preset", json=preset)
    assert added.status_code == 201
    assert all(each["id"] for each in added.json()["data"])

    for each in (document, *added.json()["data"], document):
        assert admin.delete(f"/acls/{each['id']}").status_code == 204
    left = admin.get("/acls").json()["data"]
    assert {each["principal"] for each in left} == {"User:app"}
    assert document not in left


def test_an_account_is_made_with_a_preset(admin):
    wish = {"name": "board", "preset": "consumer", "topic": "orders", "group": "board"}
    assert admin.post("/service-accounts", json=wish).status_code == 201
    held = admin.get("/acls").json()["data"]
    of_board = {
        (e["resource_type"], e["operation"]) for e in held if e["principal"] == "User:board"
    }
    assert of_board == {("topic", "read"), ("topic", "describe"), ("group", "read")}
    lacking = admin.post("/service-accounts", json={"name": "other", "preset": "consumer"})
    assert (lacking.status_code, lacking.json()["error_code"]) == (400, 40002)
    assert admin.delete("/service-accounts/board").status_code == 204
    assert "User:board" not in {e["principal"] for e in admin.get("/acls").json()["data"]}


def test_what_is_wrong_is_said_and_a_service_account_may_not_look(edge, tenant, admin):
    wish = {
        "principal": "app", "resource_type": "topic", "resource_name": "t", "operation": "read",
        "permission": "allow",
    }  # fmt: skip
    refused = admin.post("/acls", json=wish)
    assert (refused.status_code, refused.json()["error_code"]) == (400, 40002)
    assert "User:NAME" in refused.json()["message"]
    with edge.client(tenant.service) as program:
        path = f"/api/v1/tenants/{tenant.name}/acls"
        assert program.get(path).status_code == 403
        assert program.post(path, json={**wish, "principal": "User:app"}).status_code == 403
