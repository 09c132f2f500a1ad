"""Kafka's predicates: ``HasHeaderKey``, ``RecordIsTombstone``, ``TopicNameMatches``."""

from collections.abc import Mapping
from typing import Any

from connect.spi.config import ConfigDef, ConfigKey, ConfigType, Importance, non_empty
from connect.transforms.linear_regex import compile_regex, regex
from connect.transforms.transform import Predicate, Record, kafka_predicate


def _pattern(name: str, value: Any) -> None:
    non_empty(name, value)
    regex(name, value)


class HasHeaderKey(Predicate):
    name = "HasHeaderKey"
    aliases = kafka_predicate("HasHeaderKey")
    title = "Has a header"
    doc = "Holds for records with at least one header of a name."
    config = ConfigDef(
        (
            ConfigKey(
                name="name",
                type=ConfigType.STRING,
                importance=Importance.MEDIUM,
                validator=non_empty,
                doc="The header's name.",
            ),
        )
    )

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._name = config["name"]

    def test(self, record: Record) -> bool:
        return any(header.key == self._name for header in record.headers)


class RecordIsTombstone(Predicate):
    name = "RecordIsTombstone"
    aliases = kafka_predicate("RecordIsTombstone")
    title = "Is a tombstone"
    doc = "Holds for records whose value is null."

    def test(self, record: Record) -> bool:
        return record.value is None


class TopicNameMatches(Predicate):
    name = "TopicNameMatches"
    aliases = kafka_predicate("TopicNameMatches")
    title = "Topic matches"
    doc = "Holds for records whose topic's whole name matches a regular expression."
    config = ConfigDef(
        (
            ConfigKey(
                name="pattern",
                type=ConfigType.STRING,
                importance=Importance.MEDIUM,
                validator=_pattern,
                doc="The regular expression (RE2's syntax).",
            ),
        )
    )

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._pattern = compile_regex("pattern", config["pattern"])

    def test(self, record: Record) -> bool:
        return self._pattern.fullmatch(record.topic) is not None
