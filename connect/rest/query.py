"""Query parameters of Connect."""

from django.http import QueryDict

from streaming.rest.consume_request import InvalidQuery


def truth(query: QueryDict, name: str, default: bool) -> bool:
    """``true`` or ``false``. Raises ``InvalidQuery``; Kafka takes other words for false."""
    word = query.get(name)
    if word is None:
        return default
    if word.lower() not in ("true", "false"):
        raise InvalidQuery(f"{name} must be true or false")
    return word.lower() == "true"
