"""Our transformations against what Kafka's own did with the same records (``recorded.json``)."""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from connect.spi.config import FORMER_NAME, as_text
from connect.spi.errors import ConfigError, ConnectError
from tests.connect.harness import sink_record
from tests.connect.transforms.cases import CASES
from tests.connect.transforms.plugins import PREDICATES, TRANSFORMS, made
from tests.connect.transforms.record_json import normalised, record_of, told_of

RECORDED: Final[dict[str, Any]] = json.loads((Path(__file__).parent / "recorded.json").read_text())
DEFINITIONS: Final[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "recorded_definitions.json").read_text()
)

JAVA_NAMES: Final = {
    "java.lang.String": "string", "java.lang.Long": "int64", "java.lang.Boolean": "boolean",
    "java.math.BigDecimal": "decimal", "java.util.Date": "timestamp",
    "java.util.ArrayList": "array", "java.util.LinkedHashMap": "map", "[B": "bytes",
    "org.apache.kafka.connect.data.Struct": "struct",
    "org.apache.kafka.connect.source.SourceRecord": "SourceRecord",
}  # fmt: skip

SECONDS: Final = "yyyy-MM-dd HH:mm:ss"

OWN_WORDS: Final = {
    # Java's own accidents, where ours says what is wrong.
    "Cast$Value: not a struct", "Cast$Value: unknown type", "Cast$Value: unknown whole type",
    "Cast$Value: three parts", "HeaderFrom$Value: absent", "HeaderFrom$Value: empty list",
    "InsertField$Value: static without a value", "TimestampConverter$Value: bad format",
    "TimestampConverter$Value: written as 'literal", "TimestampConverter$Value: written as Q",
    "TimestampConverter$Value: string without a format", "TimestampRouter: no timestamp",
    "RegexRouter: ( to x", "TopicNameMatches: bad", "MaskField$Value: money by word",
    "MaskField$Value: schemaless money by word",
    # Lists that must not be empty are refused in other words since 4.2.
    "DropHeaders: none named", "ValueToKey: empty",
    *(f"MaskField$Value: in by {text}"
      for text in ("123", "300", "1.5", "word", "-1", "12.0", "3.4e39")),
}  # fmt: skip

REFUSED_EARLIER: Final = {
    # By the configuration here, by every record in Kafka.
    "ExtractField$Value: V2 empty", "ExtractField$Value: V2 schemaless empty",
    "TimestampRouter: written as 'literal", "TimestampRouter: written as Q",
}  # fmt: skip

OTHER_PAYLOADS: Final = {
    # Kafka's refuses all schemas but a struct's.
    "SetSchemaMetadata$Value: both": [1],
    "SetSchemaMetadata$Key: key": None,
    # Days before 1582 are of today's calendar here, of the Julian one in Java.
    "TimestampConverter$Value: read '19-08-23' as yyyy-MM-dd": -61_547_385_600_000,
    f"TimestampConverter$Value: read '0001-01-01 00:00:00' as {SECONDS}": -62_135_596_800_000,
    # Without a schema an Integer is no other number than a Long.
    "TimestampConverter$Value: an Integer": {"$date": 0},
}


def outcome(case: Any) -> Any:
    try:
        plugin = made(case["plugin"], case["config"])
    except ConfigError as error:
        return {"config_error": str(error)}
    record = record_of(case["record"])
    try:
        result = plugin.test(record) if case["predicate"] else plugin.apply(record)
    except ConnectError as error:
        return {"error": str(error)}
    if isinstance(result, bool):
        return result
    return "dropped" if result is None else told_of(result)


def expected_of(name: str) -> Any:
    expected = RECORDED[name]
    if not isinstance(expected, dict):
        return expected
    if "message" in expected:
        kind = "config_error" if "config_error" in expected else "error"
        return {kind: in_our_words(expected["message"])}
    expected = normalised(expected)
    if name.startswith("Cast$Value: ") and not name.startswith("Cast$Value: named"):
        # A whole value that is cast loses the name of a logical type, which it is no more.
        schema = expected["value"]["schema"]
        if schema is not None and schema.get("name", "").startswith("org.apache.kafka"):
            for part in ("name", "version", "parameters"):
                schema.pop(part, None)
    if name == "InsertHeader: literal 2019-13-40":
        expected["headers"][-1] |= {
            "schema": {"type": "string", "optional": False}, "payload": "2019-13-40",
        }  # fmt: skip
    return expected


def in_our_words(message: str) -> str:
    """Kafka's message with Connect's names of types in the place of Java's."""
    for java, ours in JAVA_NAMES.items():
        message = message.replace(f"class {java}", ours).replace(java, ours)
    return message


def test_every_case_was_recorded() -> None:
    assert [case["name"] for case in CASES] == list(RECORDED)


@pytest.mark.parametrize("plugin", DEFINITIONS)
def test_a_plugin_has_kafkas_settings(plugin: str) -> None:
    ours = [
        {
            "name": key.name,
            "type": key.type.value,
            "importance": key.importance.value,
            "required": key.is_required,
            "default": None if key.is_required else as_text(key.default),
        }
        for key in (TRANSFORMS | PREDICATES)[plugin].config
        if key.recommender is not FORMER_NAME
    ]
    assert ours == DEFINITIONS[plugin]


@pytest.mark.parametrize(
    ("config", "kept"),
    [
        ({"blacklist": "a"}, {"b": 2, "c": 3}),
        ({"whitelist": "a,b"}, {"a": 1, "b": 2}),
        ({"blacklist": "a", "exclude": "b"}, {"a": 1, "c": 3}),
        ({"whitelist": "a", "include": "b,c", "blacklist": "c"}, {"b": 2}),
    ],
)
def test_names_of_kafka_3_are_understood(config: dict[str, str], kept: dict[str, int]) -> None:
    """Kafka Connect 3.9 has them, 4.2, which was recorded, no more."""
    record = sink_record({"a": 1, "b": 2, "c": 3})
    assert made("ReplaceField$Value", config).apply(record).value == kept


@pytest.mark.parametrize("plugin", sorted({case["plugin"] for case in CASES}))
def test_a_plugin_does_what_kafkas_does(plugin: str) -> None:
    wrong = {}
    for case in CASES:
        if case["plugin"] == plugin:
            given, expected = outcome(case), expected_of(case["name"])
            if not as_expected(case["name"], given, expected):
                wrong[case["name"]] = (given, expected)
    assert wrong == {}


def as_expected(name: str, given: Any, expected: Any) -> bool:
    """Equal, or different in the way that is meant; a difference that is none any more is not."""
    if name in OTHER_PAYLOADS:
        return given != expected and given["value"]["payload"] == OTHER_PAYLOADS[name]
    if name in REFUSED_EARLIER:
        return list(expected) == ["error"] and list(given) == ["config_error"]
    if name in OWN_WORDS:
        return list(given) == list(expected) and given != expected
    # As text: in Python 1, 1.0 and True are equal.
    return json.dumps(given, sort_keys=True) == json.dumps(expected, sort_keys=True)
