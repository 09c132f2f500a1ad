"""Regular expressions that a tenant wrote: RE2's, which take time linear in the text.

Kafka takes Java's. RE2 has no look-around, back-references or possessive quantifiers; a pattern
with one is refused when the connector is configured. Replacements are read as Java's ``Matcher``
reads them: ``$1``, ``${name}``, and a backslash before what stands for itself.
"""

from collections.abc import Iterable
from typing import Any, Final

import re2

from connect.spi.errors import ConfigError, DataError

PATTERN_CHARACTERS_MAX: Final = 1_000
_OPTIONS: Final = re2.Options()
_OPTIONS.max_mem = 1024 * 1024
_OPTIONS.log_errors = False


def compile_regex(name: str, pattern: str) -> Any:
    """The compiled pattern; ``name`` is the setting it came from. Raises ``ConfigError``."""
    if len(pattern) > PATTERN_CHARACTERS_MAX:
        raise ConfigError(
            f"Invalid value for configuration {name}: the pattern has {len(pattern)} characters; "
            f"at most {PATTERN_CHARACTERS_MAX} are allowed"
        )
    try:
        return re2.compile(pattern, _OPTIONS)
    except (re2.error, UnicodeError) as error:
        reason = error.args[0] if error.args else error
        if isinstance(reason, bytes):
            reason = reason.decode(errors="replace")
        raise ConfigError(
            f"Invalid value {pattern} for configuration {name}: Invalid regex: {reason} "
            "(patterns are RE2's: no look-around, back-references or possessive quantifiers)"
        ) from error


def regex(name: str, value: Any) -> None:
    """A validator for settings that are regular expressions. Raises ``ConfigError``."""
    if value is not None:
        compile_regex(name, value)


def regexes(name: str, value: Iterable[str]) -> None:
    """A validator for settings that are lists of regular expressions. Raises ``ConfigError``."""
    for each in value:
        compile_regex(name, each)


def expand(match: Any, replacement: str) -> str:
    """``replacement`` with its references to groups filled in; a group that took no part is empty.
    Raises ``DataError``, in Java's words, where a reference leads nowhere."""
    out: list[str] = []
    at = 0
    while at < len(replacement):
        character = replacement[at]
        if character == "\\":
            if at + 1 == len(replacement):
                raise DataError("character to be escaped is missing")
            out.append(replacement[at + 1])
            at += 2
        elif character == "$":
            group, at = _reference(match, replacement, at + 1)
            out.append(match.group(group) or "")
        else:
            out.append(character)
            at += 1
    return "".join(out)


def _reference(match: Any, replacement: str, at: int) -> tuple[int | str, int]:
    """The group that is meant after a dollar sign, and where the text goes on."""
    if at == len(replacement):
        raise DataError("Illegal group reference: group index is missing")
    if replacement[at] == "{":
        end = replacement.find("}", at)
        if end < 0:
            raise DataError("named capturing group is missing trailing '}'")
        name = replacement[at + 1 : end]
        if name not in match.re.groupindex:
            raise DataError(f"No group with name {{{name}}}")
        return name, end + 1
    if not _is_digit(replacement[at]):
        raise DataError("Illegal group reference")
    group = int(replacement[at])
    at += 1
    # Java takes further digits only while there is such a group: $10 is $1 and a zero.
    while at < len(replacement) and _is_digit(replacement[at]):
        longer = group * 10 + int(replacement[at])
        if longer > match.re.groups:
            break
        group, at = longer, at + 1
    if group > match.re.groups:
        raise DataError(f"No group {group}")
    return group, at


def _is_digit(character: str) -> bool:
    return "0" <= character <= "9"
