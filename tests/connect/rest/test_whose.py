"""Whose connectors: by key, by the tenant that a person names, by a service account's rights."""

import json

import pytest

from tenants.acls import CLUSTER_NAME, EVERY, AclEntry
from tenants.services.add_member import add_member
from tenants.services.create_acls import create_acls
from tenants.services.create_tenant import create_tenant
from tenants.services.create_user import create_user
from tenants.services.ensure_service_account import ensure_service_account
from tenants.services.issue_api_key import issue_api_key
from tests.connect.rest.client import ConnectClient

pytestmark = pytest.mark.django_db

CONFIG = {"connector.class": "FileStreamSource", "file": "f", "topic": "t"}
SECRET = "value.converter.basic.auth.user.info"
REGISTERED = {
    "value.converter": "avro", "value.converter.schema.registry.url": "https://registry.example"
}  # fmt: skip


def told(answer):
    return json.loads(answer.content) if answer.content else None


@pytest.fixture
def account(connect, stand_in):
    """``account(operations…)``: a client of a service account with these rights to the cluster."""

    def made(*operations):
        name = "-".join(["account", *operations])
        account = ensure_service_account(tenant_id=connect.tenant.id, name=name, by="test")
        entries = [
            AclEntry(f"User:{name}", EVERY, "cluster", "literal", CLUSTER_NAME, each, "allow")
            for each in operations
        ]
        if entries:
            create_acls(tenant_id=connect.tenant.id, by="test", entries=entries)
        key = issue_api_key(tenant_id=connect.tenant.id, service_account=account.name, by="test")
        return ConnectClient(connect.tenant, (key.key_id, key.secret), stand_in)

    return made


def test_a_service_account_goes_by_its_rights_to_the_cluster(account):
    body = {"name": "mine", "config": CONFIG}
    nobody, looks, changes = account(), account("describe"), account("describe", "alter")
    assert nobody.ask("GET", "/connectors").status_code == 403
    assert looks.ask("GET", "/connectors").status_code == 200
    assert looks.ask("POST", "/connectors", body).status_code == 403
    assert changes.ask("POST", "/connectors", body).status_code == 201
    assert looks.ask("DELETE", "/connectors/mine").status_code == 403
    assert changes.ask("DELETE", "/connectors/mine").status_code == 204


READING = [
    *(("GET", f"/connectors/mine{each}") for each in ("", "/config", "/status", "/tasks")),
    *(("GET", f"/connectors/mine{each}") for each in ("/tasks-config", "/topics", "/offsets")),
    ("GET", "/connectors?expand=info&expand=status"),
    ("GET", "/connector-plugins"),
    ("GET", "/connector-plugins/FileStreamSource/config"),
    ("PUT", "/connector-plugins/FileStreamSource/config/validate"),
    ("GET", "/admin/loggers"),
    ("GET", "/api/v1/tenants/acme/connect/connectors/mine"),
    ("GET", "/api/v1/tenants/acme/connect/connectors/mine/tasks/0/log"),
    ("GET", "/api/v1/tenants/acme/connect/metrics"),
]
CHANGING = [
    ("POST", "/connectors"),
    ("PUT", "/connectors/other/config"),
    *((each, "/connectors/mine/config") for each in ("PUT", "PATCH")),
    *(("PUT", f"/connectors/mine/{each}") for each in ("pause", "resume", "stop", "topics/reset")),
    *(("POST", f"/connectors/mine/{each}") for each in ("restart", "tasks/0/restart")),
    *((each, "/connectors/mine/offsets") for each in ("PATCH", "DELETE")),
    ("PUT", "/admin/loggers/root"),
    ("POST", "/api/v1/tenants/acme/connect/connectors:try"),
    ("DELETE", "/connectors/mine"),
]


@pytest.mark.parametrize(
    ("role", "may"),
    [
        *((role, (READING, CHANGING)) for role in ("owner", "admin")),
        *((role, (READING,)) for role in ("developer", "viewer")),
        *(((), ()), (("describe",), (READING,)), (("alter",), (READING, CHANGING))),
    ],
)
def test_who_may_look_and_who_may_change(connect, account, client, role, may):
    """A person by a role, a service account by its rights; nobody is shown a secret."""
    config = {**CONFIG, **REGISTERED, SECRET: "me:swordfish"}
    made = connect.ask("POST", "/connectors", {"name": "mine", "config": config})
    assert made.status_code == 201
    if isinstance(role, str):
        user = create_user(login="anna", password="a-long-enough-passphrase", by="test")
        add_member(tenant_id=connect.tenant.id, login="anna", role=role, by="test")
        client.force_login(user)
    else:
        client = account(*role)._client
    for asked in (READING, CHANGING):
        for method, path in asked:
            url = path if path.startswith("/api/") else f"/connect{path}"
            answer = client.generic(method, url, "{}", content_type="application/json")
            assert answer.status_code < 500, (method, path)
            assert (answer.status_code != 403) is (asked in may), (method, path, answer.content)
            assert b"swordfish" not in answer.content
    left = told(connect.ask("GET", "/connectors"))
    assert left == ([] if CHANGING in may else ["mine"])


def test_a_person_with_several_tenants_names_one(connect, client):
    other = create_tenant(name="rival", by="test")
    user = create_user(login="anna", password="a-long-enough-passphrase", by="test")
    for tenant in (connect.tenant, other):
        add_member(tenant_id=tenant.id, login="anna", role="viewer", by="test")
    connect.ask("POST", "/connectors", {"name": "mine", "config": CONFIG})
    client.force_login(user)
    unclear = client.get("/connect/connectors")
    assert unclear.status_code == 400
    assert "name one with tenant" in told(unclear)["message"]
    assert told(client.get("/connect/connectors?tenant=acme")) == ["mine"]
    assert told(client.get("/connect/connectors?tenant=rival")) == []
    assert client.get("/connect/connectors?tenant=nobodys").status_code == 404
    elsewhere = client.get("/connect/connectors/mine?tenant=rival")
    assert told(elsewhere) == {"error_code": 404, "message": "Connector mine not found"}


def test_a_secret_is_taken_and_never_told(connect):
    config = {**CONFIG, **REGISTERED, SECRET: "me:swordfish"}
    made = connect.ask("POST", "/connectors", {"name": "mine", "config": config})
    assert made.status_code == 201, made.content
    asked = [
        made,
        *(
            connect.ask("GET", path)
            for path in (
                "/connectors/mine",
                "/connectors/mine/config",
                "/connectors/mine/tasks",
                "/connectors/mine/tasks-config",
                "/connectors?expand=info",
                "/api/v1/tenants/acme/connect/connectors/mine",
            )
        ),
        connect.ask("PUT", "/connector-plugins/FileStreamSource/config/validate", config),
        connect.ask("PATCH", "/connectors/mine/config", {"topic": "u"}),
    ]
    for answer in asked:
        assert answer.status_code in (200, 201), answer.content
        assert b"swordfish" not in answer.content
    assert told(connect.ask("GET", "/connectors/mine/config"))[SECRET] == "********"


def test_a_slash_at_the_end_is_nothing(connect):
    assert connect.ask("GET", "/connectors/").status_code == 200
    assert connect.ask("GET", "/connectors/mine/status/").status_code == 404
    assert connect.ask("GET", "/nothing/").status_code == 404


def test_the_console_sees_connectors_with_their_tasks(connect):
    connect.ask("POST", "/connectors", {"name": "mine", "config": CONFIG})
    (row,) = told(connect.ask("GET", "/api/v1/tenants/acme/connect/connectors"))["data"]
    assert (row["name"], row["kind"], row["state"]) == ("mine", "source", "RUNNING")
    assert [task["state"] for task in row["tasks"]] == ["RUNNING"]
    log = connect.ask("GET", "/api/v1/tenants/acme/connect/connectors/mine/tasks/0/log")
    assert told(log) == {"data": []}
    plugins = told(connect.ask("GET", "/api/v1/tenants/acme/connect/plugins"))["data"]
    assert {"FileStreamSource", "FileStreamSink", "json"} <= {each["name"] for each in plugins}
