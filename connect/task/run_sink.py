"""Puts a sink's task together, and runs it."""

import logging
from typing import Final

from connect.runtime.dead_letters import Origin
from connect.runtime.run_reading import RunReading
from connect.runtime.stages import sink_stages
from connect.spi.connector import SinkConnector
from connect.spi.errors import ConfigError
from connect.spi.task import SinkTask
from connect.task.contexts import TaskSinkContext
from connect.task.dead_letter_writer import DeadLetterWriter
from connect.task.kafka_settings import consumer_settings, poll_records, producer_settings
from connect.task.parts import TaskParts
from connect.task.pause_teller import PauseTeller
from connect.task.sink_loop import SinkLoop
from connect.task.sink_requests import SinkRequests
from connect.task.stage_runner import StageRunner
from connect.task.subscription import subscription
from connect.task.topic_creation import TopicsUsed

LOG: Final = logging.getLogger("connect.task")


class SinkRun:
    """One sink task, from its assignment to its end."""

    def __init__(self, parts: TaskParts) -> None:
        """Raises ``ConfigError``."""
        assignment, loaded = parts.assignment, parts.loaded
        if not isinstance(loaded.connector, SinkConnector):
            raise ConfigError(f"{assignment.plugin} is no sink")
        self._parts = parts
        self._connector = loaded.connector
        self._topics = subscription(loaded.config)

    def run(self) -> None:
        """Returns when the task was stopped; raises what ended it otherwise."""
        task = self._connector.task()
        requests = SinkRequests()
        loop = self._loop(task, requests)
        try:
            task.start(self._parts.loaded.config, self._context(loop, requests))
            self._parts.events.state("PAUSED" if self._parts.control.paused else "RUNNING")
            loop.run(self._topics)
        finally:
            task.stop()

    def _loop(self, task: SinkTask, requests: SinkRequests) -> SinkLoop:
        assignment, loaded, metrics = (
            self._parts.assignment,
            self._parts.loaded,
            self._parts.metrics,
        )
        chain, policy = loaded.chain, loaded.policy
        origin = Origin(assignment.connector, assignment.task)
        converters = loaded.converters(self._parts.egress)
        runner = StageRunner(
            sink_stages(converters, chain, policy),
            reading=None if chain.steps else RunReading(converters),
            needs_budget=chain.needs_budget,
            origin=origin,
            metrics=metrics,
            wait=lambda seconds: loop.wait(seconds),  # noqa: PLW0108 - there is no loop yet
        )
        letters = DeadLetterWriter(
            producer_settings(assignment, loaded.strings),
            policy,
            origin,
            loaded.config["errors.deadletterqueue.topic.replication.factor"],
            metrics,
        )
        loop = SinkLoop(
            task=task,
            requests=requests,
            settings=consumer_settings(assignment, loaded.strings),
            runner=runner,
            letters=letters,
            control=self._parts.control,
            metrics=metrics,
            pauses=PauseTeller(self._parts.control, self._parts.events),
            used=TopicsUsed(self._parts.events),
            flush_s=assignment.flush_s,
            poll_records=poll_records(loaded.strings),
        )
        return loop

    def _context(self, loop: SinkLoop, requests: SinkRequests) -> TaskSinkContext:
        return TaskSinkContext(
            connector_name=self._parts.assignment.connector,
            task_number=self._parts.assignment.task,
            egress=self._parts.egress,
            log=LOG,
            stopping=self._parts.control.stopping,
            requests=requests,
            consumer=loop.consumer,
            bury=loop.report,
        )
