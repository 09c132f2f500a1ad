"""What happens to a record that fails (KIP-298): a connector's ``errors.`` settings, decided."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

RETRY_DELAY_MIN_MS: Final = 300
_DOUBLINGS_MAX: Final = 40
"""Past it the delay is beyond any limit that fits a setting."""


class Stage(Enum):
    """Where a record was when it failed, in Kafka's words."""

    TASK_POLL = "TASK_POLL"
    TASK_PUT = "TASK_PUT"
    TRANSFORMATION = "TRANSFORMATION"
    KEY_CONVERTER = "KEY_CONVERTER"
    VALUE_CONVERTER = "VALUE_CONVERTER"
    HEADER_CONVERTER = "HEADER_CONVERTER"
    KAFKA_PRODUCE = "KAFKA_PRODUCE"
    KAFKA_CONSUME = "KAFKA_CONSUME"


_TOLERABLE: Final = frozenset(
    {
        Stage.TASK_PUT,
        Stage.TRANSFORMATION,
        Stage.KEY_CONVERTER,
        Stage.VALUE_CONVERTER,
        Stage.HEADER_CONVERTER,
    }
)
"""Failures of one record. Kafka does not tolerate those of ``put``: it cannot tell which record it
was (``bisect`` can)."""


@dataclass(frozen=True, slots=True)
class ErrorPolicy:
    """``retry_timeout_ms`` counts from an operation's first failure: 0 for no retry, -1 for retries
    without end. ``dead_letter_topic`` is empty where there is none."""

    tolerates_all: bool = False
    retry_timeout_ms: int = 0
    retry_delay_max_ms: int = 60_000
    logs: bool = False
    logs_messages: bool = False
    dead_letter_topic: str = ""
    context_headers: bool = False

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> "ErrorPolicy":
        """From a parsed configuration; sources have no dead-letter topic."""
        return cls(
            tolerates_all=config["errors.tolerance"].lower() == "all",
            retry_timeout_ms=config["errors.retry.timeout"],
            retry_delay_max_ms=config["errors.retry.delay.max.ms"],
            logs=config["errors.log.enable"],
            logs_messages=config["errors.log.include.messages"],
            dead_letter_topic=config.get("errors.deadletterqueue.topic.name") or "",
            context_headers=bool(
                config.get("errors.deadletterqueue.context.headers.enable", False)
            ),
        )

    def tolerates(self, stage: Stage) -> bool:
        """Whether a record that failed there is left behind, and the task goes on."""
        return self.tolerates_all and stage in _TOLERABLE

    def retry_after_ms(self, failures: int, elapsed_ms: int, draw: float) -> int | None:
        """How long to wait before the operation is tried again; None to give up.

        ``failures`` so far, at least 1; ``elapsed_ms`` since the operation began; ``draw`` in
        [0, 1) spreads waits that have reached the limit. 300 ms at first, then doubled, never past
        the timeout.
        """
        endless = self.retry_timeout_ms < 0
        if not endless and elapsed_ms >= self.retry_timeout_ms:
            return None
        delay = RETRY_DELAY_MIN_MS << min(failures - 1, _DOUBLINGS_MAX)
        if delay > self.retry_delay_max_ms:
            delay = int(draw * self.retry_delay_max_ms)
        return delay if endless else min(delay, self.retry_timeout_ms - elapsed_ms)
