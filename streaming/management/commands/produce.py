"""``produce``: lines from stdin or files become records of a topic."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from confluent_kafka import Producer
from django.conf import settings
from django.core.management.base import CommandParser
from tqdm import tqdm

from streaming.cli.identity import administrator_of
from streaming.cli.kafka import client_settings, partitions_of
from streaming.cli.lines import LineFormat, parse_header
from streaming.cli.options import add_acks_option, add_topic_options, idempotence
from streaming.cli.produce import PARTITIONER, Target, produce_lines
from streaming.records.identity import WRITE
from tenants.cli.answer import Answer
from tenants.cli.arguments import argument, not_negative
from tenants.cli.command import HeadwaterCommand
from tenants.cli.failures import CommandFailure, UsageProblem

CODECS = ("none", "gzip", "snappy", "lz4", "zstd")


class Command(HeadwaterCommand):
    """One record per line, ``key:value`` unless told otherwise."""

    help = "Produce records from lines of stdin or files (key:value)."

    def add_options(self, parser: CommandParser) -> None:
        add_topic_options(parser)
        parser.add_argument(
            "--file", "-f", action="append", default=[], metavar="F", help="read F instead of stdin"
        )
        keys = parser.add_mutually_exclusive_group()
        keys.add_argument("--key-separator", "-K", default=":", metavar="S", help="default: ':'")
        keys.add_argument("--no-key", action="store_true", help="the whole line is the value")
        parser.add_argument("--null-marker", metavar="TEXT", help="this key or value is a null")
        parser.add_argument("--partition", "-p", type=argument(not_negative), metavar="N")
        parser.add_argument(
            "--header", "-H", action="append", default=[], type=argument(parse_header),
            metavar="NAME=VALUE", help="add a header to every record",
        )  # fmt: skip
        parser.add_argument("--compression-codec", choices=CODECS, default="none")
        add_acks_option(parser)

    def answer(self, options: dict[str, Any]) -> Answer:
        line_format = _line_format(options)
        target = Target(options["topic"], options["partition"], options["header"])
        identity = administrator_of(options["tenant"], WRITE)
        producer = Producer(
            client_settings(settings.HEADWATER, identity)
            | idempotence(options["acks"])
            | {"partitioner": PARTITIONER, "compression.type": options["compression_codec"]}
        )
        partitions = len(partitions_of(producer, target.topic))
        if target.partition is not None and target.partition >= partitions:
            raise UsageProblem(
                f"topic {target.topic} has no partition {target.partition}; "
                f"it has 0 to {partitions - 1}."
            )
        # A line typed at a terminal needs no bar; None: only where stderr is a terminal.
        quiet = True if options["json"] or sys.stdin.isatty() else None
        with tqdm(unit=" records", unit_scale=True, disable=quiet) as bar:
            delivered = produce_lines(
                producer, target, _lines(options["file"]), line_format, bar.update
            )
        summary = f"{delivered.records} records, {delivered.size} bytes to {target.topic}"
        return Answer(delivered.to_json(target.topic), (summary,))


def _line_format(options: dict[str, Any]) -> LineFormat:
    if not options["key_separator"]:
        raise UsageProblem("--key-separator must not be empty; --no-key sends whole lines.")
    marker = options["null_marker"]
    return LineFormat(
        key_separator=None if options["no_key"] else os.fsencode(options["key_separator"]),
        null_marker=None if marker is None else os.fsencode(marker),
    )


def _lines(files: list[str]) -> Iterator[bytes]:
    if not files:
        yield from sys.stdin.buffer
    for name in files:
        try:
            with Path(name).open("rb") as file:
                yield from file
        except OSError as error:
            raise CommandFailure("FILE", f"{name} cannot be read: {error.strerror}.") from error
