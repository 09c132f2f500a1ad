"""``/api/v1/tenants``: tenants, their people, service accounts, keys and audit log."""

from functools import partial

from tests.apps.access.routes.row import Right, Row

_TENANT = "/api/v1/tenants/{tenant}"
_LOOK = partial(Row, "GET", operators=True)

ROWS = [
    Row("GET", "/api/v1/tenants", Right.KNOWN),
    Row("POST", "/api/v1/tenants", Right.OPERATE, 400, body={"name": "NOT A NAME"}),
    _LOOK(_TENANT, Right.READ),
    Row("PATCH", _TENANT, Right.ADMINISTER, body={}, operators=True),
    _LOOK(f"{_TENANT}/members", Right.READ),
    Row(
        "POST",
        f"{_TENANT}/members",
        Right.ADMINISTER,
        409,
        body={"login": "{login}", "role": "viewer"},
        operators=True,
    ),
    Row(
        "PATCH",
        f"{_TENANT}/members/{{login}}",
        Right.ADMINISTER,
        body={"role": "viewer"},
        operators=True,
    ),
    Row(
        "DELETE",
        f"{_TENANT}/members/{{login}}",
        Right.ADMINISTER,
        404,
        names={"login": "absent"},
        operators=True,
    ),
    _LOOK(f"{_TENANT}/service-accounts", Right.READ),
    Row(
        "POST",
        f"{_TENANT}/service-accounts",
        Right.ADMINISTER,
        409,
        body={"name": "{name}"},
        operators=True,
    ),
    Row(
        "DELETE",
        f"{_TENANT}/service-accounts/{{name}}",
        Right.ADMINISTER,
        404,
        names={"name": "absent"},
        operators=True,
    ),
    _LOOK(f"{_TENANT}/api-keys", Right.ADMINISTER),
    Row(
        "POST",
        f"{_TENANT}/api-keys",
        Right.ADMINISTER,
        404,
        body={"service_account": "absent"},
        operators=True,
    ),
    Row(
        "POST",
        f"{_TENANT}/api-keys/{{key_id}}:rotate",
        Right.ADMINISTER,
        404,
        names={"key_id": "absent"},
        body={},
        operators=True,
    ),
    Row(
        "DELETE",
        f"{_TENANT}/api-keys/{{key_id}}",
        Right.ADMINISTER,
        404,
        names={"key_id": "absent"},
        operators=True,
    ),
    _LOOK(f"{_TENANT}/acls", Right.DESCRIBE),
    Row(
        "POST",
        f"{_TENANT}/acls",
        Right.ADMINISTER,
        400,
        body={
            "principal": "nobody",
            "resource_type": "topic",
            "resource_name": "t",
            "operation": "read",
            "permission": "allow",
        },
        operators=True,
    ),
    Row(
        "POST",
        f"{_TENANT}/acls:preset",
        Right.ADMINISTER,
        body={"principal": "User:app", "preset": "producer", "topic": "t", "validate_only": True},
        operators=True,
    ),
    Row(
        "DELETE",
        f"{_TENANT}/acls/{{acl_id}}",
        Right.ADMINISTER,
        204,
        names={"acl_id": "00000000-0000-4000-8000-000000000000"},
        operators=True,
    ),
    _LOOK(f"{_TENANT}/audit", Right.ADMINISTER),
    _LOOK(f"{_TENANT}/audit.ndjson", Right.ADMINISTER),
    _LOOK(f"{_TENANT}/audit.csv", Right.ADMINISTER),
    _LOOK(f"{_TENANT}/audit/verification", Right.ADMINISTER),
]
