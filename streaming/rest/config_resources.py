"""Configs as REST v3's resources, with their provenance and what is good to know of them.

Pure. Fields as Confluent's ``AbstractConfigData``; ``type``, ``documentation``, ``default_value``,
``accepts``, ``minimum``, ``maximum`` and ``allowed_values`` are beyond it, for people who edit.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Final

from brokers.metadata.config_values import Values
from brokers.metadata.topic_configs import TOPIC_CONFIGS
from brokers.node.config_entries import Entry, Source, Synonym, topic_entries
from streaming.rest.resources import Json, Links, metadata

SOURCES: Final = {
    Source.TOPIC: "DYNAMIC_TOPIC_CONFIG",
    Source.DYNAMIC_DEFAULT_BROKER: "DYNAMIC_DEFAULT_BROKER_CONFIG",
    Source.STATIC_BROKER: "STATIC_BROKER_CONFIG",
    Source.DEFAULT: "DEFAULT_CONFIG",
}


def topic_config_resource(links: Links, cluster_id: str, topic: str, entry: Entry) -> Json:
    """The last of the synonyms is always the default."""
    config = TOPIC_CONFIGS[entry.name]
    synonyms = [*entry.synonyms]
    if not synonyms or synonyms[-1].source is not Source.DEFAULT:
        synonyms.append(Synonym(entry.name, config.default, Source.DEFAULT))
    return {
        "kind": "KafkaTopicConfig",
        "metadata": metadata(
            f"{links.topic(cluster_id, topic)}/configs/{entry.name}",
            f"kafka={cluster_id}/topic={topic}/config={entry.name}",
        ),
        "cluster_id": cluster_id,
        "topic_name": topic,
        **_entry(entry, synonyms),
        "default_value": config.default,
        **values_told(config.values),
    }


def broker_config_resource(links: Links, cluster_id: str, broker_id: int, entry: Entry) -> Json:
    return {
        "kind": "KafkaBrokerConfig",
        "metadata": metadata(
            f"{links.broker(cluster_id, broker_id)}/configs/{entry.name}",
            f"kafka={cluster_id}/broker={broker_id}/config={entry.name}",
        ),
        "cluster_id": cluster_id,
        "broker_id": broker_id,
        **_entry(entry, entry.synonyms),
    }


def cluster_config_resource(links: Links, cluster_id: str, entry: Entry, values: Values) -> Json:
    return {
        "kind": "KafkaClusterConfig",
        "metadata": metadata(
            f"{links.cluster(cluster_id)}/broker-configs/{entry.name}",
            f"kafka={cluster_id}/broker-config={entry.name}",
        ),
        "cluster_id": cluster_id,
        "config_type": "BROKER",
        **_entry(entry, entry.synonyms),
        "default_value": entry.synonyms[-1].value,
        **values_told(values),
    }


def values_told(values: Values) -> Json:
    """``minimum`` and ``maximum`` are text, as values are: some are beyond JavaScript's numbers."""
    return {
        "accepts": values.wanted,
        "minimum": None if values.low is None else str(values.low),
        "maximum": None if values.high is None else str(values.high),
        "allowed_values": list(values.choices) or None,
    }


def _entry(entry: Entry, synonyms: list[Synonym]) -> Json:
    return {
        "name": entry.name,
        "value": entry.value,
        "is_default": entry.source is Source.DEFAULT,
        "is_read_only": entry.read_only,
        "is_sensitive": False,
        "source": SOURCES[entry.source],
        "synonyms": [
            {"name": each.name, "value": each.value, "source": SOURCES[each.source]}
            for each in synonyms
        ],
        "type": entry.type.name,
        "documentation": entry.documentation,
    }


class TopicConfigTexts:
    """Many topics' configs as JSON text, fast: 10,000 topics have 300,000 of them.

    What differs between topics that set nothing is the name, so their text is made once.
    """

    _TOPIC: Final = "\N{REPLACEMENT CHARACTER}"
    """In no topic's name, and one that JSON escapes and URLs quote."""

    def __init__(self, links: Links, cluster_id: str) -> None:
        self._links = links
        self._cluster_id = cluster_id
        self._unset = {entry.name: self._text(self._TOPIC, entry) for entry in topic_entries({})}
        self._all_unset = ",".join(self._unset.values())

    def of_topic(self, topic: str, configs: Mapping[str, str]) -> str:
        """The topic's configs, divided by commas; topics have names that JSON and URLs leave."""
        if not configs:
            return self._named(self._all_unset, topic)
        return ",".join(self._entries(topic, configs))

    def _entries(self, topic: str, configs: Mapping[str, str]) -> Iterator[str]:
        for entry in topic_entries(configs):
            if entry.source is Source.DEFAULT:
                yield self._named(self._unset[entry.name], topic)
            else:
                yield self._text(topic, entry)

    def _text(self, topic: str, entry: Entry) -> str:
        resource = topic_config_resource(self._links, self._cluster_id, topic, entry)
        return json.dumps(resource, separators=(",", ":"))

    def _named(self, text: str, topic: str) -> str:
        return text.replace("\\ufffd", topic).replace("%EF%BF%BD", topic)
