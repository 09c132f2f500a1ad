"""The sink's task: records in, documents out, offsets once they are written."""

import ssl
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Final

import httpx

from connect.connectors.bounded_answers import BoundedAnswers
from connect.connectors.elasticsearch.bulk import Operation, Outcome, Verdict
from connect.connectors.elasticsearch.client import Client
from connect.connectors.elasticsearch.mapping import mapping_of
from connect.connectors.elasticsearch.settings import OnMalformed, Settings
from connect.connectors.elasticsearch.window import Window
from connect.connectors.elasticsearch.writer import BulkWriter
from connect.spi.config import Config
from connect.spi.errors import ConnectError, DataError
from connect.spi.records import SinkRecord, TopicPartition
from connect.spi.schema import Type
from connect.spi.task import SinkContext, SinkTask

_STOPPING_SECONDS: Final = 3.0
"""How long a flush may take once the task has been told to stop."""
ANSWER_BYTES_MAX: Final = 8 * 2**20
"""Of a bulk request in which each of 2,000 documents has an error of four kilobytes. As many
answers as requests are in flight may be in memory, and ten times that once they are read."""


class ElasticsearchSinkTask(SinkTask):
    """At-least-once; an index ends right after a repetition, since ids are the records' own."""

    def start(self, config: Config, context: SinkContext) -> None:
        self._context = context
        self._settings = Settings.of(config)
        self._http = self._client()
        self._target = Client(self._http, self._settings.urls, compress=self._settings.compress)
        self._known_indices: set[str] = set()
        self._stale = 0
        self._writer = self._new_writer()

    def put(self, records: Sequence[SinkRecord]) -> None:
        """
        Raises:
            DataError: a record cannot be a document; none of the batch was taken.
            RetriableError: the target takes nothing now; none of the batch was taken.
            ConnectError: the target refused what was sent before, or refuses everything.
        """
        translation = self._settings.translation
        found = [one for one in map(translation.operation, records) if one is not None]
        self._create_indices(found)
        self._writer.take(found, self._context.stopping)

    def flush(self, offsets: Mapping[TopicPartition, int]) -> Mapping[TopicPartition, int]:
        stopping = self._context.stopping
        seconds = _STOPPING_SECONDS if stopping.is_set() else self._settings.flush_seconds
        self._writer.drain(seconds, stopping)
        if self._stale:
            self._context.log.info(
                "%d records were not newer than what the index holds and changed nothing",
                self._stale,
            )
            self._stale = 0
        return offsets

    def close(self, partitions: Collection[TopicPartition]) -> None:
        """Forget what could not be flushed: another task, or this one, reads it again."""
        again: dict[TopicPartition, int] = {}
        for operation in self._writer.close():
            record = operation.record
            one = record.place
            if one not in partitions:
                again[one] = min(record.offset, again.get(one, record.offset))
        if again:
            self._context.rewind(again)
        self._writer = self._new_writer()

    def stop(self) -> None:
        self._writer.close()
        self._http.close()

    def _client(self) -> httpx.Client:
        settings = self._settings
        trusted = ssl.create_default_context(cadata=settings.ca_pem) if settings.ca_pem else None
        return httpx.Client(
            transport=BoundedAnswers(
                self._context.egress.http_transport(trusted),
                ANSWER_BYTES_MAX,
                "fewer documents at a time (batch.size) have a shorter one",
            ),
            trust_env=False,
            timeout=httpx.Timeout(settings.read_seconds, connect=settings.connect_seconds),
            auth=httpx.BasicAuth(*settings.basic) if settings.basic else None,
            headers={"authorization": f"ApiKey {settings.api_key}"} if settings.api_key else None,
        )

    def _new_writer(self) -> BulkWriter:
        return BulkWriter(self._target.bulk, Window(self._settings.limits), self._settle)

    def _create_indices(self, operations: Sequence[Operation]) -> None:
        """Create the indices or data streams that are missing."""
        if not self._settings.create_indices:
            return
        for operation in operations:
            if operation.index in self._known_indices:
                continue
            if self._settings.translation.data_stream is None:
                self._create_index(operation)
            elif not self._target.data_stream_exists(operation.index):
                self._target.create_data_stream(operation.index)
            self._known_indices.add(operation.index)

    def _create_index(self, first: Operation) -> None:
        """Create its index if it is missing, out of the record's schema if it has one."""
        if self._target.index_exists(first.index):
            return
        schema = first.record.value_schema
        structured = schema is not None and schema.type is Type.STRUCT
        use = structured and self._settings.use_schemas
        self._target.create_index(first.index, mapping_of(schema) if use and schema else None)

    def _settle(self, operation: Operation, verdict: Verdict) -> None:
        record = operation.record
        where = f"{record.topic}-{record.partition} at offset {record.offset}"
        match verdict.outcome:
            case Outcome.STALE:
                self._stale += 1
            case Outcome.REFUSED:
                raise ConnectError(
                    f"index {operation.index} does not take the record of {where}: {verdict.reason}"
                )
            case Outcome.MALFORMED:
                self._malformed(record, f"the document of {where} was refused: {verdict.reason}")
            case _:
                pass

    def _malformed(self, record: SinkRecord, said: str) -> None:
        error = DataError(said)
        if self._settings.on_malformed is OnMalformed.FAIL:
            self._context.report(record, error)
            return
        if self._settings.on_malformed is OnMalformed.WARN:
            self._context.log.warning("%s", said)
        # A framework that tolerates nothing raises the error: here it is tolerated all the same.
        with suppress(DataError):
            self._context.report(record, error)
