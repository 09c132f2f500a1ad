"""confluent-kafka producers: idempotent with acks=all, or without and with acks 1 or 0."""

import time
from pathlib import Path
from threading import Event
from typing import Any, Final

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from tests.torture.clients import exits
from tests.torture.clients.task import Task, name_of, place_of
from tests.torture.history import Kind, Recorder
from tests.torture.layout import VALUE_BYTES, encode, places, value_of

GIVE_UP_MS: Final = 600_000
"""Longer than any outage. librdkafka goes on as a new producer when it gives a record up, and sends
again what may have been written: twice then, whatever the broker does."""
ASK_AGAIN_MS: Final = 5_000
"""Well below how long brokers are stopped: what such a one had in its sockets is sent again, and
may be appended twice by a broker that does not know its producers."""
HEAR_NOTHING_MS: Final = ASK_AGAIN_MS + 2_000
"""librdkafka leaves the time above to the broker, which cannot keep it when it is stopped."""
FLUSH_S: Final = 75.0
POLL_S_MIN: Final = 0.005
"""librdkafka waits whole milliseconds: for less it does not wait at all, and the writer spins."""
OUTSTANDING_MAX: Final = 2_000
"""Sends go on while a partition has no leader, but not without end."""

ACKS: Final = {"idempotent-writer": "all", "leader-acks-writer": "1", "no-acks-writer": "0"}

REFUSED: Final = {
    KafkaError.MSG_SIZE_TOO_LARGE,
    KafkaError.INVALID_MSG,
    KafkaError.INVALID_TIMESTAMP,
    KafkaError.INVALID_REQUIRED_ACKS,
    KafkaError.TOPIC_AUTHORIZATION_FAILED,
    KafkaError.RECORD_LIST_TOO_LARGE,
}
"""What a broker says instead of writing. Everything else may come after it has written."""


class Writer:
    def __init__(self, task: Task) -> None:
        self._task = task
        self._places = places(ACKS[task.role])
        self._record = Recorder(Path(task.history))
        self._sent = 0
        self._is_fatal = False
        self._producer = Producer(task.login.librdkafka(**self._settings()))

    def _settings(self) -> dict[str, Any]:
        is_idempotent = self._task.role == "idempotent-writer"
        return {
            "acks": ACKS[self._task.role],
            "enable.idempotence": is_idempotent,
            "linger.ms": 5,
            "message.timeout.ms": GIVE_UP_MS,
            "request.timeout.ms": ASK_AGAIN_MS,
            "socket.timeout.ms": HEAR_NOTHING_MS,
            "queue.buffering.max.messages": 10 * OUTSTANDING_MAX,
            "compression.type": "lz4" if self._task.number % 2 else "none",
            "retry.backoff.max.ms": 500,
            "error_cb": self._on_error,
        }

    def run(self, stop: Event) -> int:
        due = time.monotonic()
        while not stop.is_set() and not self._is_fatal:
            now = time.monotonic()  # Once a turn: on a busy machine sending could go on for ever.
            while due <= now:
                due = max(due + 1 / self._task.rate, now - 1)
                self._send()
            self._poll(min(0.05, max(POLL_S_MIN, due - time.monotonic())))
        if self._is_fatal:
            return exits.FATAL
        return exits.UNFINISHED if self._producer.flush(FLUSH_S) else exits.DONE

    def _poll(self, seconds: float) -> None:
        try:
            self._producer.poll(seconds)
        except KafkaException as problem:
            self._on_error(problem.args[0])

    def _send(self) -> None:
        if len(self._producer) >= OUTSTANDING_MAX:
            return
        place = self._places[self._sent % len(self._places)]
        value = value_of(self._task.number, self._sent)
        self._sent += 1
        self._record.note(Kind.INVOKE, place, value=value)
        topic, partition = name_of(place)
        try:
            self._producer.produce(
                topic, encode(value), partition=partition, on_delivery=self._on_delivery
            )
        except (BufferError, KafkaException):
            self._record.note(Kind.FAIL, place, value=value)

    def _on_delivery(self, error: KafkaError | None, message: Message) -> None:
        topic, partition = message.topic(), message.partition()
        payload = message.value()
        assert topic is not None
        assert partition is not None
        assert isinstance(payload, bytes)
        place = place_of(topic, partition)
        value = int.from_bytes(payload[:VALUE_BYTES], "big")
        if error is None:
            offset = message.offset()
            known = offset if offset is not None and offset >= 0 else -1
            self._record.note(Kind.OK, place, value=value, offset=known)
            return
        kind = Kind.FAIL if error.code() in REFUSED else Kind.INFO
        self._record.note(kind, place, value=value, code=error.code())

    def _on_error(self, error: KafkaError) -> None:
        if error.fatal():
            self._is_fatal = True
            print(error.str(), flush=True)


def run(task: Task, stop: Event) -> int:
    return Writer(task).run(stop)
