"""What every connector can be told, whatever it does: Kafka's names, defaults, groups and words.

Source: Kafka Connect 3.9, ``ConnectorConfig``, ``SourceConnectorConfig``, ``SinkConnectorConfig``.
"""

from typing import Final

from connect.spi.config import (
    REQUIRED,
    ConfigDef,
    ConfigKey,
    ConfigType,
    Importance,
    Width,
    at_least,
    non_empty,
    not_offered,
    one_of,
)

COMMON: Final = "Common"
TRANSFORMS: Final = "Transforms"
PREDICATES: Final = "Predicates"
ERRORS: Final = "Error Handling"
TOPIC_CREATION: Final = "Topic Creation"
EXACTLY_ONCE: Final = "Exactly Once Support"
OFFSETS_TOPIC: Final = "offsets.topic"

_HIGH, _MEDIUM, _LOW = Importance.HIGH, Importance.MEDIUM, Importance.LOW

_PREFIXES: Final = (
    "transforms.", "predicates.", "key.converter.", "value.converter.", "header.converter.",
)  # fmt: skip


def _key(  # noqa: PLR0917 (the columns of the table below)
    name: str,
    type_: ConfigType,
    default: object,
    importance: Importance,
    group: str,
    order: int,
    width: Width,
    display_name: str,
    doc: str,
    **more: object,
) -> ConfigKey:
    return ConfigKey(
        name=name, type=type_, default=default, importance=importance, group=group, order=order,
        width=width, display_name=display_name, doc=doc, **more,  # type: ignore[arg-type]
    )  # fmt: skip


_T, _W = ConfigType, Width

COMMON_CONFIG: Final = ConfigDef(
    (
        _key(
            "name", _T.STRING, REQUIRED, _HIGH, COMMON, 1, _W.MEDIUM, "Connector name",
            "The connector's name; unique among the tenant's.", validator=non_empty,
        ),
        _key(
            "connector.class", _T.STRING, REQUIRED, _HIGH, COMMON, 2, _W.LONG, "Connector class",
            "Which connector: its short name, or the name of Kafka's class that means the same.",
        ),
        _key(
            "tasks.max", _T.INT, 1, _HIGH, COMMON, 3, _W.SHORT, "Tasks max",
            "The largest number of tasks that share the work.", validator=at_least(1),
        ),
        _key(
            "tasks.max.enforce", _T.BOOLEAN, True, _LOW, COMMON, 4, _W.SHORT, "Enforce tasks max",
            "Always so here: no connector gets more tasks than tasks.max.",
        ),
        _key(
            "key.converter", _T.CLASS, None, _LOW, COMMON, 5, _W.SHORT, "Key converter class",
            "How keys become bytes and back; json, with a schema in each, unless said. string "
            "takes any text.",
        ),
        _key(
            "value.converter", _T.CLASS, None, _LOW, COMMON, 6, _W.SHORT, "Value converter class",
            "How values become bytes and back; json, with a schema in each, unless said.",
        ),
        _key(
            "header.converter", _T.CLASS, None, _LOW, COMMON, 7, _W.SHORT,
            "Header converter class", "How headers become bytes and back; simple unless said.",
        ),
        _key(
            "transforms", _T.LIST, (), _LOW, TRANSFORMS, 8, _W.LONG, "Transforms",
            "Aliases of the transforms that each record goes through, in order; "
            "transforms.ALIAS.type says which each is.",
        ),
        _key(
            "predicates", _T.LIST, (), _LOW, PREDICATES, 9, _W.LONG, "Predicates",
            "Aliases of predicates that transforms may depend on; predicates.ALIAS.type says which "
            "each is.",
        ),
        _key(
            "config.action.reload", _T.STRING, "restart", _LOW, COMMON, 10, _W.MEDIUM,
            "Reload Action", "Accepted for Kafka's sake; there are no outside values to reload.",
            validator=not_offered(one_of("none", "restart")),
        ),
        _key(
            "errors.retry.timeout", _T.LONG, 0, _MEDIUM, ERRORS, 1, _W.MEDIUM,
            "Retry Timeout for Errors",
            "How long, in ms, what failed is tried again; 0: not at all, -1: for ever.",
            validator=at_least(-1),
        ),
        _key(
            "errors.retry.delay.max.ms", _T.LONG, 60_000, _MEDIUM, ERRORS, 2, _W.MEDIUM,
            "Maximum Delay Between Retries for Errors",
            "The longest pause, in ms, between two tries.", validator=at_least(0),
        ),
        _key(
            "errors.tolerance", _T.STRING, "none", _MEDIUM, ERRORS, 3, _W.SHORT,
            "Error Tolerance", "none: a bad record fails the task. all: it is left out.",
            validator=not_offered(one_of("none", "all")),
        ),
        _key(
            "errors.log.enable", _T.BOOLEAN, False, _MEDIUM, ERRORS, 4, _W.SHORT, "Log Errors",
            "Whether each error is logged, with its task and stage.",
        ),
        _key(
            "errors.log.include.messages", _T.BOOLEAN, False, _MEDIUM, ERRORS, 5, _W.SHORT,
            "Log Error Details",
            "Whether the log tells the record's place too. What it holds is not logged, but an "
            "error's own words may quote of it.",
        ),
    ),
    _PREFIXES,
)  # fmt: skip

SOURCE_COMMON: Final = COMMON_CONFIG + ConfigDef(
    (
        _key(
            "topic.creation.groups", _T.LIST, (), _LOW, TOPIC_CREATION, 1, _W.LONG,
            "Topic Creation Groups",
            "Groups of topics that are created alike, beside the default group.",
        ),
        _key(
            "exactly.once.support", _T.STRING, "requested", _MEDIUM, EXACTLY_ONCE, 2, _W.SHORT,
            "Exactly once support",
            "required: records and offsets are written in one transaction, and a source that "
            "cannot promise it is refused. requested: at least once.",
            validator=not_offered(one_of("requested", "required")),
        ),
        _key(
            "transaction.boundary", _T.STRING, "poll", _MEDIUM, EXACTLY_ONCE, 3, _W.SHORT,
            "Transaction Boundary",
            "poll: one transaction for what each poll returns. interval: one for each interval. "
            "connector: where the source says.",
            validator=not_offered(one_of("poll", "connector", "interval")),
        ),
        _key(
            "transaction.boundary.interval.ms", _T.LONG, None, _LOW, EXACTLY_ONCE, 4, _W.SHORT,
            "Transaction boundary interval", "How long, in ms, transactions of an interval are.",
            validator=at_least(0),
        ),
        _key(
            "offsets.storage.topic", _T.STRING, None, _LOW, OFFSETS_TOPIC, 1, _W.LONG,
            "Offsets topic", "Accepted for Kafka's sake if it is connect-offsets, the tenant's.",
            validator=not_offered(one_of("connect-offsets")),
        ),
    ),
    ("topic.creation.", "producer.override."),
)  # fmt: skip

SINK_COMMON: Final = COMMON_CONFIG + ConfigDef(
    (
        _key(
            "topics", _T.LIST, (), _HIGH, COMMON, 4, _W.LONG, "Topics", "What it reads, by name.",
        ),
        _key(
            "topics.regex", _T.STRING, "", _HIGH, COMMON, 4, _W.LONG, "Topics regex",
            "What it reads, by a regular expression that the whole name matches.",
        ),
        _key(
            "errors.deadletterqueue.topic.name", _T.STRING, "", _MEDIUM, ERRORS, 6, _W.MEDIUM,
            "Dead Letter Queue Topic Name",
            "Where records go that could not be written, under errors.tolerance=all.",
        ),
        _key(
            "errors.deadletterqueue.topic.replication.factor", _T.SHORT, 3, _MEDIUM, ERRORS, 7,
            _W.MEDIUM, "Dead Letter Queue Topic Replication Factor",
            "Of that topic when it is created; as many as there are brokers, at most.",
        ),
        _key(
            "errors.deadletterqueue.context.headers.enable", _T.BOOLEAN, False, _MEDIUM, ERRORS, 8,
            _W.MEDIUM, "Enable Error Context Headers",
            "Whether headers (__connect.errors.…) say what was wrong, and where.",
        ),
    ),
    ("consumer.override.", "producer.override."),
)  # fmt: skip
