"""Connect's bodies and answers in OpenAPI's terms, and the parameter that every endpoint takes."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiParameter

from connect.states import Kind, State, TargetState

Json = dict[str, Any]

TENANT: Final = OpenApiParameter(
    "tenant", str, description="Whose connectors. Default: the caller's only tenant."
)


def flag(name: str, description: str) -> OpenApiParameter:
    return OpenApiParameter(name, bool, description=description)


def _object(**properties: Json) -> Json:
    return {"type": "object", "properties": properties, "required": list(properties)}


def list_of(item: Json) -> Json:
    return {"type": "array", "items": item}


def _one_of(words: Any) -> Json:
    return {"type": "string", "enum": [each.value for each in words]}


def _or_null(schema: Json) -> Json:
    return {**schema, "nullable": True}


TEXT: Final[Json] = {"type": "string"}
COUNT: Final[Json] = {"type": "integer", "minimum": 0}
TRUTH: Final[Json] = {"type": "boolean"}
ANYTHING: Final[Json] = {"type": "object", "additionalProperties": True}
MOMENT: Final[Json] = {"type": "string", "format": "date-time"}
CONFIG: Final[Json] = {
    "type": "object",
    "additionalProperties": {"type": "string"},
    "description": "Secrets are answered as ********; sent back they mean what is kept.",
}
CONFIG_CHANGES: Final[Json] = {
    "type": "object",
    "additionalProperties": {"type": "string", "nullable": True},
    "description": "null takes a key out.",
}
KIND: Final = _one_of(Kind)
STATE: Final = _one_of(State)

ROOT: Final = _object(version=TEXT, commit=TEXT, kafka_cluster_id=TEXT)
HEALTH: Final = _object(status={"type": "string", "enum": ["healthy", "unhealthy"]}, message=TEXT)
NAMES: Final = list_of(TEXT)
CONNECTOR: Final = _object(
    name=TEXT,
    config=CONFIG,
    tasks=list_of(_object(connector=TEXT, task=COUNT)),
    type=KIND,
)
_CONNECTOR_STATE: Final[Json] = {
    "type": "object",
    "properties": {"state": STATE, "worker_id": TEXT, "trace": TEXT},
    "required": ["state", "worker_id"],
}
TASK_STATUS: Final[Json] = {
    "type": "object",
    "properties": {"id": COUNT, "state": STATE, "worker_id": TEXT, "trace": TEXT},
    "required": ["id", "state", "worker_id"],
}
STATUS: Final = _object(
    name=TEXT, connector=_CONNECTOR_STATE, tasks=list_of(TASK_STATUS), type=KIND
)
EXPANDED: Final[Json] = {
    "oneOf": [
        NAMES,
        {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "properties": {"status": STATUS, "info": CONNECTOR},
            },
            "description": "With expand, by name.",
        },
    ]
}
CREATE_CONNECTOR: Final[Json] = {
    "type": "object",
    "properties": {"name": TEXT, "config": CONFIG, "initial_state": _one_of(TargetState)},
    "required": ["name", "config"],
}
TASKS: Final = list_of(_object(id=_object(connector=TEXT, task=COUNT), config=CONFIG))
TASK_CONFIGS: Final[Json] = {"type": "object", "additionalProperties": CONFIG}
TOPICS: Final[Json] = {
    "type": "object",
    "additionalProperties": _object(topics=list_of(TEXT)),
}
_OFFSET: Final = _object(partition=ANYTHING, offset=_or_null(ANYTHING))
OFFSETS: Final = _object(offsets=list_of(_OFFSET))
MESSAGE: Final = _object(message=TEXT)
PLUGIN: Final[Json] = {
    "type": "object",
    "properties": {"class": TEXT, "type": TEXT, "version": TEXT},
    "required": ["class", "type", "version"],
}
KEY: Final = _object(
    name=TEXT,
    type=TEXT,
    required=TRUTH,
    default_value=_or_null(TEXT),
    importance=TEXT,
    documentation=TEXT,
    group=_or_null(TEXT),
    width=TEXT,
    display_name=TEXT,
    dependents=list_of(TEXT),
    order={"type": "integer"},
)
_VALUE: Final = _object(
    name=TEXT,
    value=_or_null(TEXT),
    recommended_values=list_of(TEXT),
    errors=list_of(TEXT),
    visible=TRUTH,
)
VALIDATION: Final = _object(
    name=TEXT,
    error_count=COUNT,
    groups=list_of(TEXT),
    configs=list_of(_object(definition=KEY, value=_VALUE)),
)
LEVEL: Final = _object(level=TEXT, last_modified=_or_null({"type": "integer", "format": "int64"}))
LEVELS: Final[Json] = {"type": "object", "additionalProperties": LEVEL}

CATALOGUE_ENTRY: Final = _object(
    name=TEXT,
    kind={
        "type": "string",
        "enum": ["source", "sink", "converter", "header_converter", "transformation", "predicate"],
    },
    version=TEXT,
    title=TEXT,
    doc=TEXT,
    aliases=list_of(TEXT),
    exactly_once=_or_null(TRUTH),
)
CATALOGUE: Final = _object(data=list_of(CATALOGUE_ENTRY))
_TASK: Final = _object(
    number=COUNT,
    state=STATE,
    worker=TEXT,
    trace=TEXT,
    restarts=COUNT,
    next_restart_at=_or_null(MOMENT),
    metrics=ANYTHING,
)
OVERVIEW: Final = _object(
    name=TEXT,
    kind=KIND,
    plugin=TEXT,
    state=STATE,
    target_state=_one_of(TargetState),
    worker=TEXT,
    trace=TEXT,
    restarts=COUNT,
    next_restart_at=_or_null(MOMENT),
    tasks=list_of(_TASK),
    created_at=MOMENT,
    updated_at=MOMENT,
)
OVERVIEWS: Final = _object(data=list_of(OVERVIEW))
TRIAL: Final = _object(worked=TRUTH, message=TEXT, trace=TEXT)
LOG: Final = _object(
    data=list_of(_object(at=MOMENT, level=TEXT, message=TEXT, generation={"type": "integer"}))
)
