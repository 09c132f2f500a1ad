"""``consume``: records of a topic to stdout, formatted or as JSON lines."""

import sys
import time
from typing import Any

from confluent_kafka import Consumer
from django.conf import settings
from django.core.management.base import CommandParser

from streaming.cli.consume import CONSUMER_SETTINGS, Reading, as_record, read_messages
from streaming.cli.formats import compile_format
from streaming.cli.identity import administrator_of
from streaming.cli.kafka import client_settings
from streaming.cli.offsets import Earliest, Latest
from streaming.cli.options import add_topic_options, start_of_reading
from streaming.cli.printing import printer
from streaming.cli.records import ReadRecord, as_json_line
from streaming.records.identity import READ
from tenants.cli.arguments import argument, not_negative, positive
from tenants.cli.command import HeadwaterCommand


class Command(HeadwaterCommand):
    """Reads without a group: nothing is committed, and readers do not disturb each other."""

    help = "Consume records from a topic; by default those written from now on."

    def add_options(self, parser: CommandParser) -> None:
        add_topic_options(parser)
        where = parser.add_mutually_exclusive_group()
        where.add_argument(
            "--offset", "-o", type=argument(start_of_reading), default=Latest(), metavar="WHERE",
            help="earliest, latest, 42, -5 (before the end), @-1h, @2024-06-01",
        )  # fmt: skip
        where.add_argument("--from-beginning", action="store_true", help="the same as -o earliest")
        parser.add_argument("--partition", "-p", type=argument(not_negative), metavar="N")
        parser.add_argument(
            "--max-messages", "-n", type=argument(positive), metavar="N", help="stop after N"
        )
        parser.add_argument(
            "--timeout-ms", type=argument(positive), metavar="MS", help="stop when idle for so long"
        )
        parser.add_argument(
            "--exit-at-end", "-e", action="store_true", help="stop at the end of every partition"
        )
        parser.add_argument(
            "--format", "-f", type=argument(compile_format), metavar="FORMAT",
            default=compile_format(r"%v\n"), help=r"such as '%%t %%p %%o %%k %%v %%h %%T\n'",
        )  # fmt: skip

    def answer(self, options: dict[str, Any]) -> None:
        reading = Reading(
            topic=options["topic"],
            start=Earliest() if options["from_beginning"] else options["offset"],
            partition=options["partition"],
            max_messages=options["max_messages"],
            idle_ms=options["timeout_ms"],
            stop_at_end=options["exit_at_end"],
        )
        as_bytes = _json_bytes if options["json"] else options["format"]
        identity = administrator_of(options["tenant"], READ)
        consumer = Consumer(client_settings(settings.HEADWATER, identity) | CONSUMER_SETTINGS)
        write = printer(sys.stdout)
        count = 0
        try:
            for messages in read_messages(consumer, reading, time.monotonic):
                write(b"".join([as_bytes(as_record(message)) for message in messages]))
                count += len(messages)
        except KeyboardInterrupt:
            # Ctrl-C is how a tail ends.
            sys.exit(0)
        finally:
            consumer.close()
        if sys.stderr.isatty() and not options["json"]:
            self.stderr.write(f"{count} records")


def _json_bytes(record: ReadRecord) -> bytes:
    return as_json_line(record).encode()
