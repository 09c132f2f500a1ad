"""Which requests have a body that is read as it comes. Pure."""

import re
from typing import Any, Final

_PRODUCE_PATH: Final = re.compile(r"^/kafka/v3/clusters/[^/]+/topics/[^/]+/records(?::batch|/)?$")


def is_streamed(scope: dict[str, Any]) -> bool:
    """Whether the body of an ASGI request may last as long as its connection."""
    return scope["method"] == "POST" and _PRODUCE_PATH.match(scope["path"]) is not None
