"""Which topics a sink reads, as its configuration says. Pure."""

from typing import Final

from connect.spi.config import Config
from connect.spi.errors import ConfigError
from connect.transforms.linear_regex import compile_regex

TOPICS: Final = "topics"
REGEX: Final = "topics.regex"
DEAD_LETTERS: Final = "errors.deadletterqueue.topic.name"


def subscription(config: Config) -> list[str]:
    """Names, or one pattern as librdkafka writes it. Raises ``ConfigError``.

    librdkafka matches with the C library: what that would take long for, back-references and
    repetitions by the thousand, is what RE2 refuses.
    """
    faults = topic_faults(config)
    if faults:
        raise ConfigError(faults[0][1])
    return _names(config) or [f"^({config[REGEX]})$"]


def topic_faults(config: Config) -> list[tuple[str, str]]:
    """What is wrong with them, as (key, sentence), in Kafka's words and at Kafka's keys."""
    names, pattern = _names(config), config[REGEX]
    if bool(names) == bool(pattern):
        sentence = (
            "topics and topics.regex are mutually exclusive options, but both are set."
            if names
            else "Must configure one of topics or topics.regex"
        )
        return [(TOPICS, sentence), (REGEX, sentence)]
    letters = config[DEAD_LETTERS].strip()
    if not pattern:
        return [(TOPICS, _loop(letters, "included in the list of"))] if letters in names else []
    try:
        matches = compile_regex(REGEX, pattern).fullmatch(letters)
    except ConfigError as error:
        return [(REGEX, str(error))]
    return [(REGEX, _loop(letters, "matched by the regex for the"))] if letters and matches else []


def _names(config: Config) -> list[str]:
    return [each for each in config[TOPICS] if each]


def _loop(letters: str, how: str) -> str:
    """A sink that reads its own dead letters never comes to an end of them."""
    return f"The DLQ topic '{letters}' may not be {how} topics consumed by the connector"
