"""Query parameters of the management API: named ones only, in their ranges."""

from django.http import QueryDict

from streaming.rest.consume_request import InvalidQuery


def known_only(query: QueryDict, *names: str) -> None:
    """Raise ``InvalidQuery`` for a parameter that is none of ``names``."""
    for name in query:
        if name not in names:
            raise InvalidQuery(f"unknown parameter {name[:64]!r}; known: {', '.join(names)}")


def whole_number(query: QueryDict, name: str, default: int, least: int, most: int) -> int:
    """Raises ``InvalidQuery`` for what is not a number from ``least`` to ``most``."""
    text = query.get(name)
    if text is None:
        return default
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(most))
    if not is_number or not least <= int(text) <= most:
        raise InvalidQuery(f"{name} must be a number from {least} to {most}")
    return int(text)


def one_of(query: QueryDict, name: str, default: str, words: tuple[str, ...]) -> str:
    """Raises ``InvalidQuery`` for what is none of ``words``."""
    text = query.get(name, default)
    if text not in words:
        raise InvalidQuery(f"{name} must be one of {', '.join(words)}")
    return text
