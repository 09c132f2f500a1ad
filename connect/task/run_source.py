"""Puts a source's task together, and runs it."""

import logging
import warnings
from functools import partial
from typing import Any, Final

from confluent_kafka import Producer

from connect.runtime.dead_letters import Origin
from connect.runtime.stages import source_stages
from connect.spi.connector import SourceConnector
from connect.spi.errors import ConfigError
from connect.spi.task import SourceTask, TransactionContext
from connect.task.at_least_once import AtLeastOnceSource
from connect.task.contexts import OffsetsReader, TaskSourceContext
from connect.task.exactly_once import ExactlyOnceSource, TransactionRequests, take_over
from connect.task.kafka_settings import batch_bytes, client_id, producer_settings
from connect.task.offsets_store import ensure_topic, read_offsets
from connect.task.parts import TaskParts
from connect.task.pause_teller import PauseTeller
from connect.task.refusals import ReadAgain, Refusals
from connect.task.source_output import SourceOutput
from connect.task.stage_runner import StageRunner
from connect.task.stopped import Stopped
from connect.task.stored_offsets import StoredOffsets
from connect.task.topic_creation import TopicMaker, TopicsUsed
from connect.task.topic_limits import batch_bytes_max
from connect.task.topic_rules import TopicRules
from connect.task.transaction_pace import Boundary, TransactionPace
from connect.task.whole_config import check_delivery

TRANSACTION_S: Final = 60.0
"""Kafka's own limit for a transaction that nobody ends, unless intervals are longer."""

PURGE_S: Final = 5.0
"""For a request that is on its way; it is not answered any more after that."""

LOG: Final = logging.getLogger("connect.task")


class SourceRun:
    """One source task, from its assignment to its end."""

    def __init__(self, parts: TaskParts) -> None:
        """Raises ``ConfigError``."""
        assignment, loaded = parts.assignment, parts.loaded
        if not isinstance(loaded.connector, SourceConnector):
            raise ConfigError(f"{assignment.plugin} is no source")
        self._parts = parts
        self._connector = loaded.connector
        config = loaded.config
        self._boundary = Boundary(str(config["transaction.boundary"]).lower())
        interval_ms = config["transaction.boundary.interval.ms"]
        self._interval_s = assignment.flush_s if interval_ms is None else interval_ms / 1000
        self._exactly_once = str(config["exactly.once.support"]).lower() == "required"
        check_delivery(type(self._connector), config)
        self._refusals = Refusals(batch_bytes(loaded.strings))
        self._maker = TopicMaker(assignment.kafka)

    def run(self) -> None:
        """Returns when the task was stopped; raises what ended it otherwise."""
        assignment = self._parts.assignment
        ensure_topic(assignment.kafka, assignment.offsets_topic)
        while True:
            try:
                self._read_on()
            except ReadAgain as why:
                if self._parts.control.stopping.is_set():
                    return
                LOG.info("the source is read again from its stored offsets: %s", why)
            else:
                return

    def _read_on(self) -> None:
        """From the stored offsets until the task is stopped, or is to go back to them."""
        assignment = self._parts.assignment
        task = self._connector.task()
        requests = TransactionRequests()
        producer = self._producer()
        # In this order: what an earlier process left open is aborted, then offsets are read.
        if self._exactly_once:
            take_over(producer)
        stored = read_offsets(assignment.kafka, assignment.offsets_topic, assignment.connector)
        output = self._output(producer)
        by_connector = self._exactly_once and self._boundary is Boundary.CONNECTOR
        context = self._context(stored, requests if by_connector else None)
        try:
            task.start(self._parts.loaded.config, context)
            self._parts.events.state("PAUSED" if self._parts.control.paused else "RUNNING")
            self._loop(task, output, requests).run()
        except Exception:
            _give_up(producer)
            raise
        finally:
            task.stop()

    def _loop(
        self, task: SourceTask, output: SourceOutput, requests: TransactionRequests
    ) -> AtLeastOnceSource | ExactlyOnceSource:
        assignment = self._parts.assignment
        names: dict[str, Any] = {
            "task": task,
            "output": output,
            "control": self._parts.control,
            "metrics": self._parts.metrics,
            "pauses": PauseTeller(self._parts.control, self._parts.events),
            "connector": assignment.connector,
            "offsets_topic": assignment.offsets_topic,
        }
        if self._exactly_once:
            pace = TransactionPace(self._boundary, self._interval_s)
            return ExactlyOnceSource(pace=pace, requests=requests, **names)
        return AtLeastOnceSource(flush_s=assignment.flush_s, **names)

    def _producer(self) -> Producer:
        settings = producer_settings(self._parts.assignment, self._parts.loaded.strings)
        settings["batch.size"] = self._refusals.batch_bytes
        if self._exactly_once:
            transaction_ms = int(max(TRANSACTION_S, self._interval_s + TRANSACTION_S / 2) * 1000)
            settings |= {
                "transactional.id": self._parts.assignment.transactional_id,
                "transaction.timeout.ms": transaction_ms,
                "message.timeout.ms": transaction_ms,
            }
        return Producer(settings)

    def _output(self, producer: Producer) -> SourceOutput:
        assignment, loaded = self._parts.assignment, self._parts.loaded
        chain = loaded.chain
        runner = StageRunner(
            source_stages(loaded.converters(self._parts.egress), chain, loaded.policy),
            needs_budget=chain.needs_budget,
            origin=Origin(assignment.connector, assignment.task),
            metrics=self._parts.metrics,
            wait=self._wait,
        )
        return SourceOutput(
            producer=producer,
            runner=runner,
            rules=TopicRules(loaded.strings),
            maker=self._maker,
            limit_of=partial(batch_bytes_max, assignment.kafka),
            refusals=self._refusals,
            used=TopicsUsed(self._parts.events),
            control=self._parts.control,
            metrics=self._parts.metrics,
        )

    def _wait(self, seconds: float) -> None:
        if self._parts.control.stopping.wait(seconds):
            raise Stopped

    def _context(
        self, stored: StoredOffsets, transaction: TransactionContext | None
    ) -> TaskSourceContext:
        assignment = self._parts.assignment
        kafka = {**assignment.kafka, "client.id": client_id(assignment)}
        return TaskSourceContext(
            connector_name=assignment.connector,
            task_number=assignment.task,
            egress=self._parts.egress,
            log=LOG,
            stopping=self._parts.control.stopping,
            offsets=OffsetsReader(stored),
            kafka=kafka if self._connector.needs_kafka else {},
            transaction=transaction,
        )


def _give_up(producer: Producer) -> None:
    """Nothing of it may come after what the next producer writes.

    Closed, since what it failed with holds it, and so does each record in it that nobody was told
    of: its threads would look for brokers for as long as there is this process.
    """
    producer.purge()
    if not producer.flush(PURGE_S):
        with warnings.catch_warnings():
            # That it is fenced, once more.
            warnings.filterwarnings("ignore", "Producer abort_transaction failed during close")
            producer.close()
