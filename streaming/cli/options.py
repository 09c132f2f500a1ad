"""Options that ``produce``, ``consume`` and ``perf`` share."""

import time

from django.core.management.base import CommandParser

from streaming.cli.offsets import Start, parse_start
from tenants.cli.options import add_tenant_option


def add_topic_options(parser: CommandParser) -> None:
    """``--topic`` and ``--tenant``."""
    parser.add_argument("--topic", "-t", required=True, help="topic name")
    add_tenant_option(parser)


def add_acks_option(parser: CommandParser) -> None:
    """``--acks``, by Kafka's names."""
    parser.add_argument(
        "--acks",
        choices=("0", "1", "all", "-1"),
        default="all",
        help="what the broker must have done before it answers (default: all)",
    )


def idempotence(acks: str) -> dict[str, object]:
    """librdkafka's settings for ``acks``; only ``all`` can be idempotent."""
    return {"acks": acks, "enable.idempotence": acks in {"all", "-1"}}


def start_of_reading(text: str) -> Start:
    """``-o`` against the present clock."""
    return parse_start(text, time.time_ns() // 1_000_000)
