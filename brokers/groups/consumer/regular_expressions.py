"""Regular expressions that members subscribe with: RE2's, which take linear time on any input.

Kafka takes those of RE2/J, its Java twin; both match whole topic names (KIP-848, "Regular
expressions").
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

import re2

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.limits import GROUP_REGEX_CHARACTERS_MAX, GROUP_REGEXES_MAX, REGEX_BYTES_MAX

_OPTIONS: Final = re2.Options()
_OPTIONS.max_mem = REGEX_BYTES_MAX
_OPTIONS.log_errors = False


@lru_cache(maxsize=GROUP_REGEXES_MAX)
def compile_regex(regex: str) -> Any:
    """The compiled pattern. Raises ``Refusal`` when it is not RE2's, or too large."""
    if len(regex) > GROUP_REGEX_CHARACTERS_MAX:
        raise Refusal(
            ErrorCode.INVALID_REGULAR_EXPRESSION,
            f"SubscribedTopicRegex has {len(regex)} characters; "
            f"at most {GROUP_REGEX_CHARACTERS_MAX} are allowed",
        )
    try:
        return re2.compile(regex, _OPTIONS)
    except (re2.error, UnicodeError) as error:
        reason = error.args[0] if error.args else error
        if isinstance(reason, bytes):
            reason = reason.decode(errors="replace")
        raise Refusal(
            ErrorCode.INVALID_REGULAR_EXPRESSION,
            f"SubscribedTopicRegex {regex!r} is not a regular expression of RE2: {reason}",
        ) from error


def matching(regex: str, names: Iterable[str]) -> frozenset[str]:
    """The names that ``regex`` matches from end to end; none when it is no regular expression.

    It was compiled before it was accepted; one that is not valid was recorded by another release.
    """
    try:
        matches = compile_regex(regex).fullmatch
    except Refusal:
        return frozenset()
    return frozenset(name for name in names if matches(name) is not None)
