"""What an API key is limited to, as it is stored and told: checked, in one form. Pure.

The shape is that of ``KeyRestriction`` in ``brokers/authorization/restriction.py``, which this
floor cannot import; a test holds the two together.
"""

import re
from typing import Any, Final

from tenants.errors import Invalid

PATTERNS_MAX: Final = 50
GROUP_CHARACTERS_MAX: Final = 255
TOPIC_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,249}")
PATTERN_TYPES: Final = ("literal", "prefixed")

_FIELDS: Final = frozenset({"topics", "groups", "read_only"})


def checked_restriction(wanted: Any) -> dict[str, Any] | None:
    """``wanted`` with all its fields; None when it limits nothing.

    It is ``{"topics": [{"name", "pattern_type"}] | null, "groups": the same, "read_only": bool}``;
    what is left out is null or false, and an empty list allows no name at all. Raises ``Invalid``.
    """
    if wanted is None:
        return None
    if not isinstance(wanted, dict) or not _FIELDS.issuperset(wanted):
        raise Invalid("a key's restriction has the fields topics, groups and read_only")
    read_only = wanted.get("read_only", False)
    if not isinstance(read_only, bool):
        raise Invalid("read_only must be true or false")
    checked = {
        "topics": _checked_patterns("topics", wanted.get("topics")),
        "groups": _checked_patterns("groups", wanted.get("groups")),
        "read_only": read_only,
    }
    return None if checked == {"topics": None, "groups": None, "read_only": False} else checked


def _checked_patterns(field: str, wanted: Any) -> list[dict[str, str]] | None:
    if wanted is None:
        return None
    if not isinstance(wanted, list) or len(wanted) > PATTERNS_MAX:
        raise Invalid(f"{field} must be null or a list of at most {PATTERNS_MAX} names")
    return [_checked_pattern(field, each) for each in wanted]


def _checked_pattern(field: str, wanted: Any) -> dict[str, str]:
    match wanted:
        case {"name": str(name), **rest} if set(rest) <= {"pattern_type"}:
            pattern_type = rest.get("pattern_type", "literal")
        case _:
            raise Invalid(f'{field} must hold objects {{"name", "pattern_type"}}')
    if pattern_type not in PATTERN_TYPES:
        raise Invalid(f"a pattern_type in {field} must be one of {', '.join(PATTERN_TYPES)}")
    if not _is_name(field, name):
        raise Invalid(
            f"{name[:64]!r} cannot be a name in {field}; leave {field} out for no limit by name"
        )
    return {"name": name, "pattern_type": pattern_type}


def _is_name(field: str, name: str) -> bool:
    if field == "topics":
        return TOPIC_NAME.fullmatch(name) is not None
    return 0 < len(name) <= GROUP_CHARACTERS_MAX and name.isprintable() and name != "*"
