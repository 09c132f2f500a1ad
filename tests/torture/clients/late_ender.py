"""A transactional producer that speaks EndTxn 5, some of whose EndTxn arrive a transaction late.

No library here speaks it, so the requests are its own. A late EndTxn asks for the opposite of what
becomes of the transaction that it comes into: where it were obeyed, a reader would see what was
aborted, or not what was committed. KIP-890 has the epoch rise with each transaction, so it is
refused.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any, Final

from brokers.kernel.errors import ErrorCode
from brokers.wire.batch import TRANSACTIONAL_BIT, NewRecord, build_batch
from brokers.wire.headers import decode_response_header
from brokers.wire.messages.end_txn_request import EndTxnRequest
from brokers.wire.messages.init_producer_id_request import InitProducerIdRequest
from brokers.wire.registry import RESPONSES, ApiKey
from tests.node.raw_client import RawClient
from tests.torture.clients import exits
from tests.torture.clients.end_delay import EndDelay
from tests.torture.clients.task import Task, name_of
from tests.torture.history import Kind, Recorder
from tests.torture.layout import Place, encode, places_of, value_of

TOPIC: Final = "ledger"
ID: Final = "late-ender"
TRANSACTION_MS: Final = 15_000
GIVE_UP_S: Final = 30.0
AGAIN_S: Final = 0.1
ANSWER_S: Final = 8.0
PAUSE_S: Final = 0.3
DELAYED_EACH: Final = 3
"""Odd: of two transactions that follow each other one is committed, so late ones are of both."""
COORDINATOR: Final = "coordinator"
PRODUCE_VERSION: Final = 12
"""The first by which a partition comes into the transaction with what is written to it."""
INIT_VERSION: Final = 4
END_TXN_VERSION: Final = 5
ELSEWHERE: Final = {
    ErrorCode.NETWORK_EXCEPTION,
    ErrorCode.NOT_COORDINATOR,
    ErrorCode.COORDINATOR_NOT_AVAILABLE,
    ErrorCode.NOT_LEADER_OR_FOLLOWER,
    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
}
GIVEN_UP: Final = {
    ErrorCode.INVALID_PRODUCER_EPOCH,
    ErrorCode.PRODUCER_FENCED,
    ErrorCode.INVALID_TXN_STATE,
    ErrorCode.INVALID_PRODUCER_ID_MAPPING,
    ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
    ErrorCode.UNKNOWN_PRODUCER_ID,
    ErrorCode.TRANSACTION_ABORTABLE,
}
"""The transaction ran out of time; what became of it is as good as unknown."""


class Lost(Exception):
    """What became of a request is unknown, or it is refused: the transaction is given up."""


class LateEnder:
    def __init__(self, task: Task) -> None:
        self._key = task.login.api_key, task.login.api_secret
        self._brokers = [
            int(each.rpartition(":")[2]) for each in task.login.bootstrap_servers.split(",")
        ]
        self._number = task.number
        self._record = Recorder(Path(task.history))
        self._sent = 0
        self._producer = (-1, -1)
        self._sequences: dict[Place, int] = {}
        self._ports: dict[str, int] = {}
        """Of the broker that answered last, by what it was asked for."""
        self._transactions = 0

    def run(self, stop: Event) -> int:
        with EndDelay(("127.0.0.1", self._brokers[0])) as delay:
            while not stop.is_set():
                try:
                    if self._producer[0] < 0:
                        self._begin_anew(delay)
                    self._transact(delay)
                except Lost as why:
                    print(why, flush=True)
                    self._producer = -1, -1
                stop.wait(PAUSE_S)
        return exits.DONE

    def _transact(self, delay: EndDelay) -> None:
        """One transaction, in which an EndTxn of the one before may come late."""
        self._transactions += 1
        commits = self._transactions % 2 == 0
        written: list[tuple[Place, int, int]] = []
        outcome = Kind.INFO
        begun = time.monotonic()
        try:
            self._write(written)
            if (answer := delay.deliver()) is not None:
                # Behind that time, this transaction may have been aborted like the one before.
                is_open = time.monotonic() - begun < TRANSACTION_MS / 2000
                code = _late_code(answer) if is_open else ErrorCode.INVALID_PRODUCER_EPOCH
                self._record.note(Kind.LATE, written[0][0], code=abs(code))
            self._write(written)
            if self._transactions % DELAYED_EACH == 0:
                delay.arm()
            self._end(delay, commits)
            outcome = Kind.OK if commits else Kind.FAIL
        finally:
            for place, value, offset in written:
                self._record.note(outcome, place, value=value, offset=offset)

    def _write(self, written: list[tuple[Place, int, int]]) -> None:
        """A record to each partition; Produce 12 adds it to the transaction."""
        for place in places_of(TOPIC):
            value = value_of(self._number, self._sent)
            self._sent += 1
            self._record.note(Kind.INVOKE, place, value=value)
            written.append((place, value, -1))
            sequence = self._sequences.get(place, 0)
            batch = build_batch(
                [NewRecord(None, encode(value))],
                base_timestamp=int(time.time() * 1000),
                producer_id=self._producer[0],
                producer_epoch=self._producer[1],
                base_sequence=sequence,
                attributes=TRANSACTIONAL_BIT,
            )
            written[-1] = place, value, self._produced(place, batch)
            self._sequences[place] = sequence + 1

    def _produced(self, place: Place, batch: bytes) -> int:
        """Its offset, once a leader has it; a batch that is sent again has its sequence."""
        topic, partition = name_of(place)

        def attempt(client: RawClient) -> Any:
            asked = client.produce_request(topic, batch, partition=partition)
            asked = replace(asked, transactional_id=ID)
            answer = client.ask(ApiKey.PRODUCE, PRODUCE_VERSION, asked)
            return answer.responses[0].partition_responses[0]

        offset: int = self._answered(attempt, str(place)).base_offset
        return offset

    def _begin_anew(self, delay: EndDelay) -> None:
        def attempt(client: RawClient) -> Any:
            asked = InitProducerIdRequest(ID, TRANSACTION_MS, -1, -1)
            return client.ask(ApiKey.INIT_PRODUCER_ID, INIT_VERSION, asked)

        answer = self._answered(attempt, COORDINATOR, delay)
        self._producer = answer.producer_id, answer.producer_epoch
        self._sequences.clear()

    def _end(self, delay: EndDelay, commits: bool) -> None:
        """The answer has the epoch of the next transaction."""

        def attempt(client: RawClient) -> Any:
            asked = EndTxnRequest(ID, *self._producer, commits)
            return client.ask(ApiKey.END_TXN, END_TXN_VERSION, asked)

        answer = self._answered(attempt, COORDINATOR, delay)
        self._producer = answer.producer_id, answer.producer_epoch
        self._sequences.clear()

    def _answered(
        self, attempt: Callable[[RawClient], Any], whom: str, delay: EndDelay | None = None
    ) -> Any:
        """An answer without error, of whichever broker gives one. Raises ``Lost``."""
        deadline, code = time.monotonic() + GIVE_UP_S, ErrorCode.NONE
        while time.monotonic() < deadline:
            port = self._ports.setdefault(whom, self._brokers[0])
            if delay is not None:
                delay.coordinator = "127.0.0.1", port
                port = delay.port
            code = ErrorCode.NETWORK_EXCEPTION
            with suppress(OSError, EOFError), RawClient(port) as client:
                client.socket.settimeout(ANSWER_S)
                answer = attempt(client.log_in(self._key))
                code = ErrorCode(answer.error_code)
            if code == ErrorCode.NONE:
                return answer
            if code in GIVEN_UP:
                raise Lost(f"{whom}: {code.name}")
            if code in ELSEWHERE:
                at = self._brokers.index(self._ports[whom]) + 1
                self._ports[whom] = self._brokers[at % len(self._brokers)]
            time.sleep(AGAIN_S)
        raise Lost(f"{whom}: no answer in {GIVE_UP_S:g} s but {code.name}")


def _late_code(frame: bytes) -> ErrorCode:
    _, position = decode_response_header(ApiKey.END_TXN, END_TXN_VERSION, memoryview(frame)[4:])
    data = memoryview(frame)[4:]
    answer = RESPONSES[ApiKey.END_TXN].decode(END_TXN_VERSION, data, position)
    return ErrorCode(answer.error_code)


def run(task: Task, stop: Event) -> int:
    return LateEnder(task).run(stop)
