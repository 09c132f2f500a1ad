"""A path to a field (KIP-821): one name in syntax V1; in V2 names joined by dots, where backticks
hold a name with dots together."""

from collections.abc import Mapping
from typing import Any, Final

from connect.spi.config import ConfigDef, ConfigKey, ConfigType, Importance
from connect.spi.errors import ConfigError
from connect.spi.schema import Field, Schema
from connect.transforms.requirements import field_of, field_value, require_map, require_struct

SYNTAX_VERSION: Final = "field.syntax.version"
_PURPOSE: Final = "nested field access"


def _version(name: str, value: Any) -> None:
    if str(value).upper() not in ("V1", "V2"):
        raise ConfigError(
            f"Invalid value {value} for configuration {name}: "
            "String must be one of (case insensitive): V1, V2"
        )


SYNTAX_KEY: Final = ConfigKey(
    name=SYNTAX_VERSION,
    type=ConfigType.STRING,
    default="V1",
    importance=Importance.HIGH,
    validator=_version,
    doc="V1: a field's name, at the top. V2: a path whose steps are joined by dots; backticks "
    "around a step keep its dots, as in `foo.bar`.baz.",
)
SYNTAX_CONFIG: Final = ConfigDef((SYNTAX_KEY,))


class FieldPath:
    """``steps`` from the outermost field inwards; at least one."""

    def __init__(self, text: str, version: str) -> None:
        """Raises ``ConfigError`` where backticks do not come in pairs."""
        self.text = text
        self.steps = (text,) if version.upper() == "V1" else _steps(text)

    def field_from(self, schema: Schema) -> Field | None:
        """The field in a struct's schema, None where there is none. Raises ``DataError`` where the
        path leads through what is no struct."""
        field: Field | None = None
        for step in self.steps:
            field = field_of(schema, step)
            if field is None:
                return None
            schema = field.schema
        return field

    def value_from_struct(self, schema: Schema, struct: Any, replace_null: bool) -> Any:
        """None where the field or one on the way to it is null or absent."""
        value = struct
        for step in self.steps:
            if value is None:
                return None
            field = field_of(schema, step)
            if field is None:
                return None
            value = field_value(field, require_struct(schema, value, _PURPOSE), replace_null)
            schema = field.schema
        return value

    def value_from_map(self, value: Mapping[str, Any]) -> Any:
        """None where the field or one on the way to it is null or absent."""
        found: Any = value
        for step in self.steps:
            if found is None:
                return None
            found = require_map(found, _PURPOSE).get(step)
        return found


def _steps(text: str) -> tuple[str, ...]:
    if not text:
        raise ConfigError("A field path must not be empty")
    steps: list[str] = []
    at = 0
    while at < len(text):
        step, at = _quoted(text, at) if text[at] == "`" else _plain(text, at)
        steps.append(step)
    if text.endswith("."):
        steps.append("")
    return tuple(steps)


def _plain(text: str, at: int) -> tuple[str, int]:
    """A step up to the next dot, and where the next one begins."""
    dot = text.find(".", at)
    end = len(text) if dot < 0 else dot
    return text[at:end], end + 1


def _quoted(text: str, opening: int) -> tuple[str, int]:
    """A step between backticks, and where the next one begins. A backtick closes only at the end of
    the path or before a dot; before a dot a backslash keeps it from closing."""
    step: list[str] = []
    start = at = opening + 1
    while True:
        at = text.find("`", at)
        escaped = text[at - 1] == "\\"
        is_last = at == len(text) - 1
        if at < 0 or (is_last and escaped):
            raise ConfigError(
                f"Incomplete backtick pair in path: [{text}], consider adding a backslash before "
                f"backtick at position {opening} to escape it"
            )
        if not is_last and text[at + 1] != ".":
            at += 1
        elif escaped:
            step += (text[start : at - 1], "`")
            start = at = at + 1
        else:
            step.append(text[start:at])
            return "".join(step), at + 2
