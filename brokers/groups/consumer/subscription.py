"""What a member wants to read."""

from collections.abc import Mapping
from typing import Final, NamedTuple


class ResolvedRegex(NamedTuple):
    """The topics that a regular expression matched when it was last looked."""

    topics: frozenset[str]
    version: int
    """Of the topics that were looked through."""
    timestamp_ms: int
    """When, in ms since 1970."""


class Subscription(NamedTuple):
    """Names, and what a regular expression adds to them; both may be empty."""

    names: frozenset[str] = frozenset()
    regex: str = ""

    def topics(self, regexes: Mapping[str, ResolvedRegex]) -> frozenset[str]:
        """Names of all topics subscribed to; one that is not resolved yet matches nothing."""
        resolved = regexes.get(self.regex) if self.regex else None
        return self.names if resolved is None else self.names | resolved.topics


NO_SUBSCRIPTION: Final = Subscription()
