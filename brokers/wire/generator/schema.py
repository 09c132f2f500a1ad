"""Kafka's JSON message schemas as typed values.

Source of the form: Apache Kafka, ``clients/src/main/resources/common/message/README.md``. The files
come with the ``kafka-python`` package; what it lacks stands in ``brokers/wire/schemas``.
"""

import importlib.resources
import json
import keyword
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

OUR_SCHEMAS = Path(__file__).parent.parent / "schemas"
THEIR_SCHEMAS = "kafka.protocol.schemas.resources"

_OPEN_END = 1 << 15

OUR_TAGS_FROM = 10_000
"""Tags of fields of our own, far from where Kafka's grow."""


@dataclass(frozen=True, slots=True)
class Versions:
    """A range, both ends included; empty when ``last`` is below ``first``."""

    first: int
    last: int

    @classmethod
    def parse(cls, text: str | None) -> "Versions":
        """From ``3-13``, ``9+``, ``4`` or ``none``."""
        if text is None or text == "none":
            return cls(0, -1)
        if text.endswith("+"):
            return cls(int(text[:-1]), _OPEN_END)
        first, _, last = text.partition("-")
        return cls(int(first), int(last or first))

    def __contains__(self, version: int) -> bool:
        return self.first <= version <= self.last


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    """As a Python attribute."""
    type: str
    """Kafka's name of it, without ``[]``; a struct's name when ``struct`` is set."""
    is_array: bool
    struct: "Struct | None"
    versions: Versions
    nullable: Versions
    tag: int | None
    default: Any
    """A Python value; None for null; for an array, a struct or records, None or ``...`` (empty)."""
    ignorable: bool

    def present(self, version: int) -> bool:
        return version in self.versions

    @property
    def is_ours(self) -> bool:
        """A tagged field that Kafka does not have; whoever does not know it skips it."""
        return self.tag is not None and self.tag >= OUR_TAGS_FROM

    @property
    def ever_nullable(self) -> bool:
        return self.nullable.last >= self.nullable.first

    @property
    def null_differs_from_absent(self) -> bool:
        """A tagged struct that may be null: Kafka sends null, and takes an absent one for a struct
        of defaults.
        """
        return self.tag is not None and self.struct is not None and self.ever_nullable


@dataclass(frozen=True, slots=True)
class Struct:
    name: str
    fields: tuple[Field, ...]

    def positional(self, version: int) -> list[Field]:
        """Fields of that version that stand in order; tagged ones come after."""
        return [f for f in self.fields if f.tag is None and f.present(version)]

    def tagged(self, version: int) -> list[Field]:
        return sorted(
            (f for f in self.fields if f.tag is not None and f.present(version)),
            key=lambda f: f.tag or 0,
        )

    def walk(self) -> Iterator["Struct"]:
        """Structs inside out, this one last, each name once."""
        seen = set()
        for field in self.fields:
            if field.struct is not None:
                for inner in field.struct.walk():
                    if inner.name not in seen:
                        seen.add(inner.name)
                        yield inner
        yield self


@dataclass(frozen=True, slots=True)
class Message:
    api_key: int
    """Of a record of a coordinator's topic, its record type; -1 where there is neither."""
    api_name: str
    """``Produce`` for ProduceRequest and ProduceResponse."""
    direction: str
    """``request``, ``response``, ``coordinator-key``, ``coordinator-value`` or ``data``."""
    versions: Versions
    flexible: Versions
    root: Struct

    @property
    def module(self) -> str:
        return snake_case(self.root.name)

    @property
    def flexible_from(self) -> int:
        """First flexible version, or one past the last version when none is."""
        last = self.versions.last
        return min(self.flexible.first, last + 1) if last in self.flexible else last + 1

    def range(self) -> range:
        return range(self.versions.first, self.versions.last + 1)

    @property
    def from_a_client(self) -> bool:
        """Whether its elements are counted, since a client chose them: as a request's are."""
        return self.direction in ("request", "data")


def load_messages() -> list[Message]:
    """Every request and response at hand, sorted by key and direction."""
    return _load(("Request.json", "Response.json"))


def load_coordinator_messages() -> list[Message]:
    """Keys and values of the coordinators' topics, and what consumers tell each other in groups."""
    return _load(("Key.json", "Value.json", "ProtocolSubscription.json", "ProtocolAssignment.json"))


def _load(endings: tuple[str, ...]) -> list[Message]:
    """Ours before theirs."""
    found: dict[str, Message] = {}
    folders: list[Traversable] = [OUR_SCHEMAS, importlib.resources.files(THEIR_SCHEMAS)]
    for folder in folders:
        for entry in folder.iterdir():
            if entry.name.endswith(endings):
                message = parse_message(entry.read_text(encoding="utf-8"))
                found.setdefault(message.root.name, message)
    return sorted(found.values(), key=lambda m: (m.api_key, m.direction, m.root.name))


def parse_message(text: str) -> Message:
    """One schema file. Raises ``ValueError`` for what the generator does not support."""
    raw = json.loads(re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE))
    name: str = raw["name"]
    direction: str = raw["type"]
    common = {struct["name"]: struct["fields"] for struct in raw.get("commonStructs", ())}
    return Message(
        api_key=raw.get("apiKey", -1),
        api_name=name.removesuffix(direction.capitalize()),
        direction=direction,
        versions=Versions.parse(raw["validVersions"]),
        flexible=Versions.parse(raw["flexibleVersions"]),
        root=Struct(name, tuple(_field(f, common) for f in raw["fields"])),
    )


def _field(raw: dict[str, Any], common: dict[str, Any]) -> Field:
    kind: str = raw["type"]
    is_array = kind.startswith("[]")
    element = kind.removeprefix("[]")
    struct = None
    if element[0].isupper():
        inner = raw.get("fields") or common[element]
        struct = Struct(element, tuple(_field(f, common) for f in inner))
    versions = Versions.parse(raw["versions"])
    if "tag" in raw and Versions.parse(raw["taggedVersions"]) != versions:
        raise ValueError(f"{raw['name']}: tagged in some versions and positional in others")
    if "flexibleVersions" in raw:
        raise ValueError(f"{raw['name']}: flexible versions of its own")
    return Field(
        name=_attribute(raw["name"]),
        type=element,
        is_array=is_array,
        struct=struct,
        versions=versions,
        nullable=Versions.parse(raw.get("nullableVersions")),
        tag=raw.get("tag"),
        default=_default(raw.get("default"), element, composite=is_array or struct is not None),
        ignorable=raw.get("ignorable", False),
    )


def _default(raw: Any, kind: str, *, composite: bool) -> Any:
    if raw == "null":
        return None
    if composite or kind == "records":
        return ...
    match kind:
        case "string":
            return raw or ""
        case "bytes":
            return b""
        case "bool":
            return raw in (True, "true")
        case "float64":
            return float(raw or 0)
        case "uuid":
            return ...
        case _:
            return int(str(raw or 0), base=0)


def snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def _attribute(name: str) -> str:
    attribute = snake_case(name)
    return f"{attribute}_" if keyword.iskeyword(attribute) else attribute
