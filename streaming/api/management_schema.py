"""The management API's bodies and answers in OpenAPI's terms."""

from typing import Any, Final

from tenants.acl_presets import ADMINISTRATOR, CONSUMER, PRESETS, PRODUCER, RECORDS
from tenants.acls import (
    HOST_CHARACTERS_MAX,
    NAME_CHARACTERS_MAX,
    OPERATIONS,
    PATTERN_TYPES,
    PERMISSIONS,
    PRINCIPAL_CHARACTERS_MAX,
    RESOURCE_TYPES,
)

Json = dict[str, Any]

TEXT: Final[Json] = {"type": "string"}
BOOLEAN: Final[Json] = {"type": "boolean"}
COUNT: Final[Json] = {"type": "integer", "minimum": 0}
AT_LEAST_ONE: Final[Json] = {"type": "integer", "minimum": 1, "maximum": 2**31 - 1}
MOMENT: Final[Json] = {"type": "string", "format": "date-time"}
ROLE: Final[Json] = {"type": "string", "enum": ["owner", "admin", "developer", "viewer"]}
LOGIN: Final[Json] = {"type": "string", "minLength": 1, "maxLength": 150}
NAME: Final[Json] = {"type": "string", "minLength": 1, "maxLength": 64}


def _or_null(schema: Json) -> Json:
    return {**schema, "nullable": True}


def _all_of(**properties: Json) -> Json:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _body(*, required: tuple[str, ...] = (), **properties: Json) -> Json:
    body: Json = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**body, "required": list(required)} if required else body


def list_of(item: Json) -> Json:
    return _all_of(data={"type": "array", "items": item})


TENANT: Final = _all_of(
    name=TEXT,
    cluster_id=TEXT,
    active=BOOLEAN,
    standing={"type": "string", "enum": ["active", "suspended", "deleting"]},
    delete_after=_or_null(MOMENT),
    auto_create_topics=BOOLEAN,
    default_partition_count=AT_LEAST_ONE,
    plan=TEXT,
    created_at=MOMENT,
)
CREATE_TENANT: Final = _body(
    required=("name",), name={"type": "string", "minLength": 1, "maxLength": 63}
)
ALTER_TENANT: Final = _body(
    active=BOOLEAN,
    auto_create_topics=BOOLEAN,
    default_partition_count=AT_LEAST_ONE,
)
MEMBER: Final = _all_of(login=TEXT, name=TEXT, role=ROLE, created_at=MOMENT)
_INVITATION: Final = {
    "login": {**TEXT, "description": "What was invited; nobody need sign in under that name."},
    "role": ROLE,
    "invited_by": TEXT,
    "created_at": MOMENT,
    "expires_at": MOMENT,
}
INVITATION: Final = _all_of(**_INVITATION)
ISSUED_INVITATION: Final = _all_of(
    **_INVITATION,
    code={**TEXT, "description": "For the link /invitation#CODE; it is not shown again."},
)
INVITE_MEMBER: Final = _body(required=("login", "role"), login=LOGIN, role=ROLE)
CHANGE_ROLE: Final = _body(required=("role",), role=ROLE)
SERVICE_ACCOUNT: Final = _all_of(name=TEXT, principal=TEXT, created_at=MOMENT, active_keys=COUNT)
_ACL_NAME: Final[Json] = {"type": "string", "minLength": 1, "maxLength": NAME_CHARACTERS_MAX}
_PATTERN: Final[Json] = {"type": "string", "enum": [*PATTERN_TYPES]}
_ENTRY: Final[dict[str, Json]] = {
    "principal": {
        "type": "string",
        "minLength": 6,
        "maxLength": PRINCIPAL_CHARACTERS_MAX,
        "description": "User:NAME, or User:* for everybody.",
    },
    "host": {
        "type": "string",
        "minLength": 1,
        "maxLength": HOST_CHARACTERS_MAX,
        "description": "An address, or * for every one.",
    },
    "resource_type": {"type": "string", "enum": [*RESOURCE_TYPES]},
    "pattern_type": _PATTERN,
    "resource_name": _ACL_NAME,
    "operation": {"type": "string", "enum": [*OPERATIONS]},
    "permission": {"type": "string", "enum": [*PERMISSIONS]},
}
ACL: Final = _all_of(id=TEXT, **_ENTRY)
CREATE_ACL: Final = _body(
    required=("principal", "resource_type", "resource_name", "operation", "permission"), **_ENTRY
)
_PRESET: Final[dict[str, Json]] = {
    "topic": _or_null(_ACL_NAME),
    "pattern_type": _PATTERN,
    "group": _or_null(_ACL_NAME),
    "transactional_id": _or_null(_ACL_NAME),
}
ACL_PRESET: Final = _body(
    required=("principal", "preset"),
    principal=_ENTRY["principal"],
    preset={"type": "string", "enum": [PRODUCER, CONSUMER, ADMINISTRATOR, RECORDS]},
    validate_only=BOOLEAN,
    **_PRESET,
)
CREATE_SERVICE_ACCOUNT: Final = _body(
    required=("name",),
    name=NAME,
    preset={"type": "string", "enum": [*PRESETS], "default": RECORDS},
    **_PRESET,
)
_NAME_PATTERNS: Final = {
    "type": "array",
    "nullable": True,
    "maxItems": 50,
    "description": "null for no limit by name; an empty list for no name at all.",
    "items": _body(
        required=("name",),
        name={"type": "string", "minLength": 1, "maxLength": 255},
        pattern_type={"type": "string", "enum": ["literal", "prefixed"], "default": "literal"},
    ),
}
_RESTRICTION: Final = {"topics": _NAME_PATTERNS, "groups": _NAME_PATTERNS, "read_only": BOOLEAN}
_KEY: Final = {
    "key_id": TEXT,
    "principal": TEXT,
    "service_account": _or_null(TEXT),
    "created_by": TEXT,
    "created_at": MOMENT,
    "expires_at": _or_null(MOMENT),
    "revoked_at": _or_null(MOMENT),
    "state": {"type": "string", "enum": ["active", "expired", "revoked"]},
    "description": TEXT,
    "restriction": _or_null(_all_of(**_RESTRICTION)),
    "replaces": {
        **_or_null(TEXT),
        "description": "The key in whose place this one was made, by rotation.",
    },
    "last_used_at": _or_null(MOMENT),
    "last_used_from": _or_null(TEXT),
}
API_KEY: Final = _all_of(**_KEY)
ISSUED_KEY: Final = _all_of(**_KEY, secret={**TEXT, "description": "It is not shown again."})
ISSUE_KEY: Final = _body(
    service_account=_or_null(NAME),
    expires_in_seconds={
        "type": "integer",
        "minimum": 1,
        "maximum": 315_360_000,
        "nullable": True,
    },
    restriction=_or_null(_body(**_RESTRICTION)),
    description={"type": "string", "maxLength": 200},
)
ROTATE_KEY: Final = _body(
    overlap_seconds={"type": "integer", "minimum": 0, "maximum": 2_592_000, "default": 3600}
)
_LIMITS: Final = {
    "type": "object",
    "description": "By name; `GET /api/v1/quotas` lists the names with their units.",
    "additionalProperties": {"type": "integer", "format": "int64", "minimum": 1},
}
_OWN_LIMITS: Final = {
    "type": "object",
    "additionalProperties": {
        "type": "integer",
        "format": "int64",
        "minimum": 1,
        "nullable": True,
        "description": "null: the plan's again.",
    },
}
_EXCEEDED: Final = {
    "type": "array",
    "description": "Of what more is in use than may be: it stays, and no more comes.",
    "items": _all_of(
        tenant=TEXT,
        name=TEXT,
        applied={"type": "integer", "format": "int64"},
        used={"type": "number"},
    ),
}
QUOTAS: Final = _all_of(
    tenant=TEXT,
    plan=TEXT,
    data={
        "type": "array",
        "items": _all_of(
            name=TEXT,
            unit=TEXT,
            description=TEXT,
            scope={"type": "string", "enum": ["tenant"]},
            default={"type": "integer", "format": "int64"},
            applied={"type": "integer", "format": "int64"},
            used={
                "type": "number",
                "nullable": True,
                "description": "null where nobody has counted.",
            },
        ),
    },
    exceeded=_EXCEEDED,
)
ALTER_QUOTAS: Final = _body(limits=_OWN_LIMITS, plan=NAME)
_ENTITY: Final = {
    "type": "object",
    "description": "null stands for the default of all who have none of their own.",
    "properties": {
        name: {"type": "string", "maxLength": 255, "nullable": True}
        for name in ("user", "client-id", "ip")
    },
    "additionalProperties": False,
}
_VALUES: Final = {
    "type": "object",
    "properties": {
        name: {"type": "number"}
        for name in (
            "producer_byte_rate",
            "consumer_byte_rate",
            "request_percentage",
            "controller_mutation_rate",
            "connection_creation_rate",
        )
    },
    "additionalProperties": False,
}
CLIENT_QUOTA: Final = _all_of(entity=_ENTITY, values=_VALUES)
CLIENT_QUOTA_USE: Final = _all_of(
    entity=_ENTITY,
    values=_VALUES,
    used={
        **_VALUES,
        "description": "Of each of `values`: by whoever uses most of it, over all brokers.",
    },
    used_by={
        "type": "array",
        "description": "Who uses most of each of `values`: five of each at most.",
        "items": _all_of(
            quota=TEXT,
            who={
                "type": "object",
                "properties": dict.fromkeys(("user", "client-id", "ip"), TEXT),
                "additionalProperties": False,
            },
            used={"type": "number", "description": "Over all brokers."},
            at_broker={
                "type": "number",
                "description": "The most of it at one broker, where quotas are held.",
            },
        ),
    },
)
CLIENT_QUOTA_BODY: Final = _body(required=("entity", "values"), entity=_ENTITY, values=_VALUES)
PLAN: Final = _all_of(name=TEXT, limits=_LIMITS)
ALTERED_PLAN: Final = _all_of(
    name=TEXT,
    limits=_LIMITS,
    exceeded=_EXCEEDED,
    unchecked_tenants={
        "type": "integer",
        "description": "Tenants of the plan that were not looked at: it has more than 200.",
    },
)
PLAN_BODY: Final = _body(required=("name", "limits"), name=NAME, limits=_LIMITS)
AUDIT: Final = _all_of(
    data={
        "type": "array",
        "items": _all_of(
            sequence={"type": "integer", "format": "int64"},
            at=MOMENT,
            by=TEXT,
            action=TEXT,
            object=TEXT,
            outcome={"type": "string", "enum": ["done", "refused"]},
            source={"type": "string", "description": "The IP address; empty: the service itself."},
            request_id={
                "type": "string",
                "description": "X-Request-Id, or a Kafka request by its connection.",
            },
            detail={"type": "object", "additionalProperties": True},
        ),
    },
    next={
        "type": "integer",
        "format": "int64",
        "nullable": True,
        "description": "`before` of the page that follows; null on the last one.",
    },
)

VERIFICATION: Final = _all_of(
    entries={"type": "integer", "format": "int64"},
    is_whole=BOOLEAN,
    first_flaw={
        "type": "integer",
        "format": "int64",
        "nullable": True,
        "description": "The sequence number at which the chain stops being true.",
    },
)
