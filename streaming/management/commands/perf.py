"""``perf produce`` and ``perf consume``: how fast records go in and come out."""

from typing import Any

from confluent_kafka import Consumer, Producer
from django.conf import settings
from django.core.management.base import CommandParser
from tqdm import tqdm

from streaming.cli.consume import CONSUMER_SETTINGS, Reading
from streaming.cli.identity import administrator_of
from streaming.cli.kafka import client_settings
from streaming.cli.measures import Measurement
from streaming.cli.offsets import Earliest
from streaming.cli.options import add_acks_option, add_topic_options, idempotence, start_of_reading
from streaming.cli.perf import Load, measure_consume, measure_produce
from streaming.cli.produce import PARTITIONER
from streaming.records.identity import READ, WRITE
from tenants.cli.answer import Answer, Table
from tenants.cli.arguments import argument, name_and_value, positive
from tenants.cli.command import HeadwaterCommand

IDLE_MS = 10_000


class Command(HeadwaterCommand):
    """Kafka's ``kafka-producer-perf-test`` and ``kafka-consumer-perf-test`` in one."""

    help = "Measure producing to or consuming from a topic with librdkafka."

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("direction", choices=("produce", "consume"))
        add_topic_options(parser)
        parser.add_argument("--num-records", type=argument(positive), required=True, metavar="N")
        parser.add_argument(
            "--record-size", type=argument(positive), default=1_000, metavar="BYTES",
            help="produce: bytes in a value (default: 1000)",
        )  # fmt: skip
        parser.add_argument(
            "--throughput", type=int, default=-1, metavar="N",
            help="produce: records per second at most (default: -1, as fast as it goes)",
        )  # fmt: skip
        add_acks_option(parser)
        for name in ("--producer-props", "--consumer-props"):
            parser.add_argument(
                name, nargs="+", type=argument(name_and_value), default=[], metavar="NAME=VALUE",
                help="further settings of librdkafka",
            )  # fmt: skip
        parser.add_argument(
            "--offset", "-o", type=argument(start_of_reading), default=Earliest(), metavar="WHERE",
            help="consume: where to start (default: earliest)",
        )  # fmt: skip

    def answer(self, options: dict[str, Any]) -> Answer:
        measure = _produce if options["direction"] == "produce" else _consume
        # None: a bar only where stderr is a terminal.
        quiet = True if options["json"] else None
        with tqdm(
            total=options["num_records"], unit=" records", unit_scale=True, disable=quiet
        ) as bar:
            measurement = measure(options, bar)
        document = {"topic": options["topic"], "direction": options["direction"]}
        return Answer(document | measurement.to_json(), (_table(measurement),))


def _produce(options: dict[str, Any], bar: "tqdm[Any]") -> Measurement:
    identity = administrator_of(options["tenant"], WRITE)
    producer = Producer(
        client_settings(settings.HEADWATER, identity)
        | idempotence(options["acks"])
        | {"partitioner": PARTITIONER, "linger.ms": 5}
        | dict(options["producer_props"])
    )
    load = Load(
        options["topic"], options["num_records"], options["record_size"], options["throughput"]
    )
    return measure_produce(producer, load, bar.update)


def _consume(options: dict[str, Any], bar: "tqdm[Any]") -> Measurement:
    identity = administrator_of(options["tenant"], READ)
    consumer = Consumer(
        client_settings(settings.HEADWATER, identity)
        | CONSUMER_SETTINGS
        | dict(options["consumer_props"])
    )
    reading = Reading(
        topic=options["topic"],
        start=options["offset"],
        max_messages=options["num_records"],
        idle_ms=IDLE_MS,
        stop_at_end=True,
    )
    try:
        return measure_consume(consumer, reading, bar.update)
    finally:
        consumer.close()


def _table(measurement: Measurement) -> Table:
    document = measurement.to_json()
    latency = document.pop("latency_ms", {})
    columns = [*document, *(f"{name} ms" for name in latency)]
    return Table(tuple(columns), ((*document.values(), *latency.values()),))
