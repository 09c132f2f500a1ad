"""Consume, transform, produce: every record of one topic becomes one of another, in transactions.

The offsets read are committed by the transaction that holds what was made of them. Every so often
one is aborted on purpose, and what it had read is read again.
"""

import math
import os
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import Final

from confluent_kafka import KafkaError, KafkaException, Message, Producer, TopicPartition

from tests.torture.clients import exits
from tests.torture.clients.auditor import note_read
from tests.torture.clients.groups import GROUPS, committed, consumer_of, sink_of, subscribe
from tests.torture.clients.task import Task, name_of
from tests.torture.history import Kind, Recorder
from tests.torture.layout import VALUE_BYTES, Place, encode, value_of

BATCH: Final = 200
TRANSACTION_MS: Final = 15_000
CALL_S: Final = 5.0
GIVE_UP_S: Final = 60.0
HUNG_S: Final = 20.0
"""``send_offsets_to_transaction`` never returns when the connection to the group's coordinator was
closed just before: librdkafka 2.16 then waits for one that it does not open."""
ABORTED_EACH: Final = 8


class Fenced(Exception):
    """The producer may not go on: another has its name, or its transaction ran out of time."""


class Transformer:
    def __init__(self, task: Task) -> None:
        self._task = task
        self._record = Recorder(Path(task.history))
        self._made = 0
        self._transactions = 0
        self._offsets: dict[int, int] = {}
        """Where each value that this transaction made was written."""
        self._under_way: dict[int, Place] = {}
        self._called = math.inf
        """When the call began that is under way."""
        self._consumer = consumer_of(task.login, GROUPS[task.role])
        self._producer = Producer(
            task.login.librdkafka(
                **{
                    "transactional.id": GROUPS[task.role].transactional_id(task.slot),
                    "transaction.timeout.ms": TRANSACTION_MS,
                    "linger.ms": 5,
                    "socket.timeout.ms": 7_000,
                    "retry.backoff.max.ms": 500,
                }
            )
        )

    def run(self, stop: Event) -> int:
        Thread(target=self._watch, daemon=True).start()
        try:
            self._retried(lambda: self._producer.init_transactions(CALL_S))
            subscribe(self._consumer, self._task, self._record)
            while not stop.is_set():
                messages = self._consumer.consume(BATCH, 0.2)
                if any(map(_has_given_up, messages)):
                    return exits.GIVEN_UP
                if found := [each for each in messages if each.error() is None]:
                    self._transform(found)
        except Fenced as why:
            self._end(Kind.INFO)
            print(why, flush=True)
            return exits.FENCED
        self._consumer.close()
        return exits.DONE

    def _transform(self, messages: list[Message]) -> None:
        """One transaction. Raises ``Fenced``."""
        self._transactions += 1
        is_kept = self._transactions % ABORTED_EACH != 0
        try:
            self._producer.begin_transaction()
            ends: dict[Place, int] = {}
            for message in messages:
                place, offset = note_read(message, self._record)
                ends[place] = offset + 1
                self._make(place, offset)
            wanted = [TopicPartition(*name_of(place), end) for place, end in ends.items()]
            member = self._consumer.consumer_group_metadata()
            self._retried(
                lambda: self._producer.send_offsets_to_transaction(wanted, member, CALL_S)
            )
            if is_kept:
                self._retried(lambda: self._producer.commit_transaction(CALL_S))
        except KafkaException as problem:
            error = problem.args[0]
            if error.fatal() or error.code() == KafkaError._FATAL:
                raise Fenced(f"{error.name()}: {error.str()}") from problem
            if not error.txn_requires_abort():
                raise
            is_kept = False
        if is_kept:
            self._end(Kind.OK)
            for place, end in ends.items():
                self._record.note(Kind.COMMIT, place, offset=end)
            return
        self._retried(lambda: self._producer.abort_transaction(CALL_S))
        self._end(Kind.FAIL)
        self._go_back()

    def _make(self, source: Place, offset: int) -> None:
        """The event's offset is the source's."""
        sink = sink_of(source)
        value = value_of(self._task.number, self._made)
        self._made += 1
        self._record.note(Kind.INVOKE, sink, value=value, offset=offset)
        self._under_way[value] = sink
        topic, partition = name_of(sink)
        self._producer.produce(
            topic, encode(value), partition=partition, on_delivery=self._on_delivery
        )
        self._producer.poll(0)

    def _on_delivery(self, error: KafkaError | None, message: Message) -> None:
        payload, offset = message.value(), message.offset()
        if error is None and isinstance(payload, bytes) and offset is not None:
            self._offsets[int.from_bytes(payload[:VALUE_BYTES], "big")] = offset

    def _end(self, kind: Kind) -> None:
        """Whatever the transaction made has become of it."""
        for value, place in self._under_way.items():
            self._record.note(kind, place, value=value, offset=self._offsets.get(value, -1))
        self._under_way.clear()
        self._offsets.clear()

    def _go_back(self) -> None:
        """To what the group has committed: an aborted transaction has read nothing."""
        deadline = time.monotonic() + GIVE_UP_S
        while True:
            mine = [each for each in GROUPS[self._task.role].places if self._has(each)]
            try:
                for place, offset in committed(self._consumer, mine, self._record).items():
                    self._consumer.seek(TopicPartition(*name_of(place), offset))
                    self._record.note(Kind.ASSIGN, place)
            except KafkaException as problem:
                if time.monotonic() > deadline:
                    raise Fenced(f"the group's offsets cannot be read: {problem}") from problem
                time.sleep(0.2)
            else:
                return

    def _has(self, place: Place) -> bool:
        return any(
            (each.topic, each.partition) == name_of(place) for each in self._consumer.assignment()
        )

    def _retried(self, call: Callable[[], object]) -> None:
        """Until it is done. Raises ``KafkaException`` when the transaction has to be aborted, and
        ``Fenced``."""
        deadline = time.monotonic() + GIVE_UP_S
        while True:
            self._called = time.monotonic()
            try:
                call()
            except KafkaException as problem:
                error = problem.args[0]
                if error.txn_requires_abort():
                    raise
                if error.fatal() or not error.retriable() or time.monotonic() > deadline:
                    raise Fenced(f"{error.name()}: {error.str()}") from problem
            else:
                return
            finally:
                self._called = math.inf

    def _watch(self) -> None:
        """End the process, as a crash would, when a call does not return."""
        while time.monotonic() - self._called < HUNG_S:
            time.sleep(1)
        os._exit(exits.HUNG)


def _has_given_up(message: Message) -> bool:
    """Whether it tells, in the only way it has, of a partition that will not be read any more."""
    error = message.error()
    return error is not None and error.str().startswith("Failed to fetch committed offset")


def run(task: Task, stop: Event) -> int:
    return Transformer(task).run(stop)
