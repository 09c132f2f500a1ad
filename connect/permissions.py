"""What a connector's account may do: what its tasks need, and nothing else. Pure.

A topic is named as itself, as ``PREFIX*`` or as ``*`` for every topic.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from connect.states import GROUP_PREFIX, OFFSETS_TOPIC, Kind
from tenants.acls import CLUSTER_NAME, EVERY, AclEntry

_READS: Final = ("read", "describe")
_WRITES: Final = ("write", "create", "describe")
_REGEX_CHARACTER: Final = re.compile(r"[\\.^$*+?{}\[\]|()]")


def connector_acls(
    *,
    principal: str,
    kind: Kind,
    name: str,
    config: Mapping[str, str],
    writes: Sequence[str] = (),
    reads: Sequence[str] = (),
) -> list[AclEntry]:
    """Bindings for the connector ``name``; ``writes`` and ``reads`` are topics that the connector
    itself asked for, beside those that its config names."""
    dead_letters = config.get("errors.deadletterqueue.topic.name", "").strip()
    found = [
        *_topics([*reads, *(_sink_topics(config) if kind is Kind.SINK else [])], _READS),
        *_topics(filter(None, [dead_letters]), _WRITES),
        *_topics(writes, (*_WRITES, "describe_configs")),
        ("cluster", "literal", CLUSTER_NAME, "idempotent_write"),
    ]
    group = GROUP_PREFIX + name
    # A source's too: clients look for a group's coordinator before they read anything at all.
    found.append(("group", "literal", group, "read"))
    if kind is Kind.SOURCE:
        found += _topics([OFFSETS_TOPIC], ("read", *_WRITES))
        found += [
            ("transactional_id", "prefixed", f"{group}-", operation)
            for operation in ("write", "describe")
        ]
    return [
        AclEntry(principal, EVERY, resource, pattern, resource_name, operation, "allow")
        for resource, pattern, resource_name, operation in dict.fromkeys(found)
    ]


def _topics(names: Iterable[str], operations: Sequence[str]) -> list[tuple[str, str, str, str]]:
    return [
        ("topic", *_pattern(name), operation)
        for name in names
        for operation in operations
    ]  # fmt: skip


def _pattern(name: str) -> tuple[str, str]:
    if name != EVERY and name.endswith("*"):
        return "prefixed", name[:-1]
    return "literal", name


def _sink_topics(config: Mapping[str, str]) -> list[str]:
    listed = [each.strip() for each in config.get("topics", "").split(",")]
    regex = config.get("topics.regex", "")
    return [*filter(None, listed), *([_prefix_of(regex) + "*"] if regex else [])]


def _prefix_of(regex: str) -> str:
    """What every topic that the regular expression matches begins with, as far as is plain."""
    if "|" in regex:
        return ""
    plain = _REGEX_CHARACTER.split(regex, maxsplit=1)[0]
    after = regex[len(plain) : len(plain) + 1]
    return plain[:-1] if after and after in "*?{" else plain
