"""Lines into a topic: what ``produce`` does once its options are understood."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from streaming.cli.kafka import failure_of
from streaming.cli.lines import LineFormat, parse_line
from tenants.cli.failures import CommandFailure

PARTITIONER: Final = "murmur2_random"
"""Java's partitioner for keys, as everything else here uses; librdkafka's own default is CRC-32."""

Headers = Sequence[tuple[str, bytes]]


@dataclass(slots=True)
class Delivered:
    """What the brokers have acknowledged, and the first thing that they have not."""

    records: int = 0
    failed: int = 0
    size: int = 0
    offsets: dict[int, tuple[int, int]] = field(default_factory=dict)
    """First and last offset per partition; absent where ``acks=0`` left them unknown."""
    first_error: KafkaError | None = None

    def report(self, error: KafkaError | None, message: Message) -> None:
        """librdkafka's delivery report of one record."""
        if error is not None:
            self.failed += 1
            self.first_error = self.first_error or error
            return
        self.records += 1
        self.size += len(message.key() or b"") + len(message.value() or b"")
        partition, offset = message.partition(), message.offset()
        if partition is not None and offset is not None and offset >= 0:
            first, last = self.offsets.get(partition, (offset, offset))
            self.offsets[partition] = (min(first, offset), max(last, offset))

    def to_json(self, topic: str) -> dict[str, Any]:
        return {
            "topic": topic,
            "records": self.records,
            "failed": self.failed,
            "bytes": self.size,
            "offsets": {
                str(partition): {"first": first, "last": last}
                for partition, (first, last) in sorted(self.offsets.items())
            },
        }


@dataclass(frozen=True, slots=True)
class Target:
    """Where records go. ``partition`` None leaves it to the partitioner."""

    topic: str
    partition: int | None = None
    headers: Headers = ()


def produce_lines(
    producer: Producer,
    target: Target,
    lines: Iterable[bytes],
    line_format: LineFormat,
    progress: Callable[[], object],
) -> Delivered:
    """Send every line and wait for the answers; ``progress`` is called once per line.

    Raises ``CommandFailure`` for a line that cannot be read, after those before it were sent, and
    when a record was refused: what was delivered stays delivered.
    """
    delivered = Delivered()
    for number, line in enumerate(lines, start=1):
        try:
            record = parse_line(line.rstrip(b"\r\n"), line_format)
        except ValueError as error:
            producer.flush()
            raise CommandFailure(
                "INVALID_LINE",
                f"line {number}: {error}. {delivered.records} records before it were produced.",
            ) from error
        try:
            send(producer, target, record.key, record.value, delivered.report)
        except KafkaException as error:
            producer.flush()
            raise failure_of(error.args[0], f"line {number} to topic {target.topic}") from error
        progress()
        if delivered.first_error is not None:
            break
    producer.flush()
    if delivered.first_error is not None:
        subject = f"topic {target.topic}: {delivered.records} records produced, then"
        raise failure_of(delivered.first_error, subject)
    return delivered


def send(
    producer: Producer,
    target: Target,
    key: bytes | None,
    value: bytes | None,
    report: Callable[[KafkaError | None, Message], None],
) -> None:
    """Queue one record; waits while librdkafka's queue is full.

    Raises ``KafkaException`` for what librdkafka refuses at once, such as a record that is too big.
    """
    optional: dict[str, Any] = {} if target.partition is None else {"partition": target.partition}
    if target.headers:
        optional["headers"] = list(target.headers)
    while True:
        try:
            producer.produce(target.topic, value, key, on_delivery=report, **optional)
        except BufferError:
            producer.poll(0.1)
            continue
        producer.poll(0)
        return
