"""The transaction coordinator under a network that delays, doubles and reorders, against a plain
account of what every client was told and what every partition did.

Two generations of clients share one transactional id, so that each fences the others; coordinators
fail over and lose what was not committed; earlier ones go on sending the markers they have.

An old client's requests are not delivered after it has moved on: that a delayed one of the same
epoch may hit a later transaction is the documented limit of its protocol (KIP-890).
"""

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import count

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from brokers.kernel.clock import Instant
from brokers.kernel.decision import CancelTimer, Reply, SetTimer
from brokers.kernel.errors import ErrorCode
from brokers.transactions.coordinator import TransactionCoordinator
from brokers.transactions.effects import TransactionTimeout, WriteMarkers
from brokers.transactions.records import state_record, transaction_of
from brokers.transactions.requests import AddPartitions, EndTxn, InitProducerId
from brokers.transactions.state import (
    EPOCH_MAX,
    NO_PRODUCER,
    PREPARED,
    Producer,
    Transaction,
    TransactionPartition,
    TransactionState,
)
from brokers.wire.coordinator.state_record import (
    TRANSACTION_STATE,
    StateRecord,
    encode_key,
    encode_value,
)

ID = "0af7651916cd43dd8448eb211c80319c/orders"
PARTITIONS = [TransactionPartition(bytes([n]) * 16, f"topic-{n}", n) for n in range(3)]
OLD, NEW = 4, 5
"""Versions of EndTxn; an old client adds partitions itself, for a new one their leaders do."""

STEPS = st.tuples(
    st.sampled_from([0, 0, 0, 1, 2]),
    st.sampled_from(["write", "write", "write", "commit", "commit", "abort", "bump"]),
    st.integers(0, 2),
)
"""Which client does what, and where."""

RETRIED = {ErrorCode.CONCURRENT_TRANSACTIONS, ErrorCode.COORDINATOR_LOAD_IN_PROGRESS}
FENCED = {ErrorCode.PRODUCER_FENCED, ErrorCode.INVALID_PRODUCER_ID_MAPPING}


@dataclass(eq=False)
class Attempt:
    """One transaction as its client means it."""

    producer: Producer
    added: set[TransactionPartition] = field(default_factory=set)
    written: set[TransactionPartition] = field(default_factory=set)
    told: bool | None = None
    """What EndTxn was answered: committed or aborted."""


@dataclass(eq=False)
class Client:
    generation: int
    producer: Producer = NO_PRODUCER
    attempt: Attempt | None = None
    waits_for: "Call | None" = None
    is_dead: bool = False


@dataclass(eq=False)
class Call:
    """One request; every copy of it in the network is this object."""

    client: Client
    request: object
    attempt: Attempt | None = None
    partition: "Log | None" = None
    guard: int = 0


@dataclass(eq=False)
class Log:
    """A partition as its leader and its readers see it."""

    name: TransactionPartition
    epochs: dict[int, int] = field(default_factory=dict)
    coordinators: dict[int, int] = field(default_factory=dict)
    open: dict[int, set[Attempt]] = field(default_factory=lambda: defaultdict(set))
    guards: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    outcomes: dict[Attempt, bool] = field(default_factory=dict)

    def mark(self, markers: WriteMarkers) -> bool:
        """Whether the coordinator is told that it is done."""
        producer_id, epoch = markers.producer
        if markers.coordinator_epoch < self.coordinators.get(producer_id, -1):
            return False
        self.coordinators[producer_id] = markers.coordinator_epoch
        known = self.epochs.get(producer_id, -1)
        if epoch < known or (markers.transaction_version >= 2 and epoch == known):
            return True  # It is here already, and what is open is of a later transaction.
        for attempt in self.open.pop(producer_id, ()):
            assert attempt not in self.outcomes
            self.outcomes[attempt] = markers.commit
        self.epochs[producer_id] = epoch
        self.guards[producer_id] += 1
        return True

    def append(self, call: Call) -> None:
        producer_id, epoch = call.request
        assert not [a for a in self.open[producer_id] if a.producer.epoch != epoch]
        self.epochs[producer_id] = epoch
        self.open[producer_id].add(call.attempt)


@dataclass(frozen=True)
class Sent:
    """A marker on its way to one partition. ``at``: length of the coordinator's log when it was
    sent."""

    coordinator: TransactionCoordinator
    markers: WriteMarkers
    log: Log
    at: int


class TransactionMachine(RuleBasedStateMachine):
    @initialize(nearly_exhausted=st.booleans())
    def begin(self, nearly_exhausted: bool) -> None:
        self.tokens = count(1)
        self.producer_ids = count(100)
        self.now = Instant(0, 0)
        self.calm = 0
        """Quiet stretches since the last fail-over or time-out, so that some get done."""
        self.clients: list[Client] = []
        self.logs = [Log(name) for name in PARTITIONS]
        self.attempts: list[Attempt] = []
        self.to_coordinator: list[Call] = []
        self.to_logs: list[Call] = []
        self.replies: list[tuple[Call, object]] = []
        self.markers: list[Sent] = []
        self.acknowledgements: list[Sent] = []
        self.waiting: dict[int, Call] = {}
        self.undelivered: list[tuple[int, tuple[object, ...]]] = []
        self.timers: set[object] = set()
        self.given: dict[Producer, Client] = {}
        self.fenced: set[Producer] = set()
        self.log: list[tuple[bytes, bytes | None]] = []
        self.committed = 0
        self.coordinator = TransactionCoordinator(0)
        if nearly_exhausted:
            producer = Producer(7, EPOCH_MAX - 3)
            state = Transaction(producer, TransactionState.EMPTY, 60_000, 0)
            self._write(state_record(ID, state))
            self.committed = 1

    # The shell.

    def _write(self, record: StateRecord) -> None:
        value = None if record.value is None else encode_value(record.value)
        self.log.append((encode_key(record.key), value))
        self._replay(self.coordinator, len(self.log) - 1)

    def _replay(self, machine: TransactionCoordinator, at: int) -> None:
        key_bytes, value_bytes = self.log[at]
        key = TRANSACTION_STATE.decode_key(key_bytes)
        value = None if value_bytes is None else TRANSACTION_STATE.decode_value(key, value_bytes)
        machine.replay(StateRecord(key, value))

    def _decided(self, decision) -> None:
        for record in decision.records:
            self._write(record)
        for event in decision.events:
            self.coordinator.replay_event(event)
        for effect in decision.effects:
            if isinstance(effect, SetTimer):
                self.timers.add(effect.key)
            elif isinstance(effect, CancelTimer):
                self.timers.discard(effect.key)
        self.undelivered.append((len(self.log), decision.effects))

    @rule()
    def commit(self) -> None:
        self.committed = len(self.log)
        self._deliver()

    @precondition(lambda self: self.committed < len(self.log))
    @rule()
    def commit_one(self) -> None:
        self.committed += 1
        self._deliver()

    def _deliver(self) -> None:
        while self.undelivered and self.undelivered[0][0] <= self.committed:
            for effect in self.undelivered.pop(0)[1]:
                if isinstance(effect, Reply):
                    self.replies.append((self.waiting.pop(effect.token), effect.result))
                elif isinstance(effect, WriteMarkers):
                    self._send_markers(effect)

    def _send_markers(self, markers: WriteMarkers) -> None:
        for log in self.logs:
            if log.name in markers.partitions:
                self.markers.append(Sent(self.coordinator, markers, log, len(self.log)))

    @precondition(lambda self: self.calm >= 2)
    @rule(kept=st.integers(0, 3))
    def fail_over(self, kept: int) -> None:
        """What was not committed may be lost, or have reached the next leader all the same."""
        self.calm = 0
        del self.log[self.committed + kept :]
        self.committed = len(self.log)
        self.waiting.clear()
        self.undelivered.clear()
        self.timers.clear()
        self.coordinator = TransactionCoordinator(self.coordinator.epoch + 1)
        for at in range(len(self.log)):
            self._replay(self.coordinator, at)
        self._decided(self.coordinator.loaded(self.now))
        self._deliver()

    @precondition(lambda self: self.calm >= 2 and TransactionTimeout(ID) in self.timers)
    @rule()
    def time_out(self) -> None:
        self.calm = 0
        self.timers.discard(TransactionTimeout(ID))
        self._decided(self.coordinator.fired(TransactionTimeout(ID), self.now))

    # Clients.

    @precondition(lambda self: self.calm >= 2 or all(each.is_dead for each in self.clients))
    @rule(generation=st.sampled_from([OLD, NEW]))
    def start_client(self, generation: int) -> None:
        self.calm = 0
        client = Client(generation)
        self.clients.append(client)
        self._ask(client, InitProducerId(ID, 60_000, 5))

    def _ask(self, client: Client, request: object, attempt: Attempt | None = None) -> None:
        client.waits_for = Call(client, request, attempt)
        self.to_coordinator.append(client.waits_for)

    @precondition(lambda self: any(not each.is_dead for each in self.clients))
    @rule(step=STEPS)
    def client_acts(self, step: tuple[int, str, int]) -> None:
        number, what, partition = step
        self._act(self._client(number), what, self.logs[partition])

    def _client(self, number: int) -> Client:
        """Of those that do not know yet that they are fenced, if any."""
        living = [each for each in self.clients if not each.is_dead] or self.clients
        return living[number % len(living)]

    def _act(self, client: Client, step: str, log: Log) -> None:
        """A client that waits asks once more; one that does not takes the step."""
        if client.is_dead:
            return
        if client.waits_for is not None:
            again = client.waits_for
            (self.to_coordinator if again.partition is None else self.to_logs).append(again)
            return
        match step:
            case "write":
                self._begin_to_write(client, log)
            case "commit":
                self._end(client, True)
            case "abort":
                self._abort(client)
            case "bump":
                request = InitProducerId(ID, 60_000, 5, client.producer)
                self._ask(client, request, client.attempt)

    def _begin_to_write(self, client: Client, log: Log) -> None:
        if client.attempt is None:
            self._new_attempt(client)
        attempt = client.attempt
        if client.generation == OLD and log.name not in attempt.added:
            added = AddPartitions(ID, client.producer, frozenset({log.name}), 3)
            self._ask(client, added, attempt)
        else:
            client.waits_for = Call(client, client.producer, attempt, log)
            self.to_logs.append(client.waits_for)
        attempt.added.add(log.name)

    def _new_attempt(self, client: Client) -> None:
        client.attempt = Attempt(client.producer)
        self.attempts.append(client.attempt)

    def _end(self, client: Client, commit: bool) -> None:
        attempt = client.attempt
        if attempt is None or not attempt.added:
            return
        request = EndTxn(ID, client.producer, commit, client.generation)
        self._ask(client, request, attempt)

    def _abort(self, client: Client) -> None:
        if client.attempt is None and client.generation == NEW:
            self._new_attempt(client)
            request = EndTxn(ID, client.producer, False, NEW)
            self._ask(client, request, client.attempt)
        else:
            self._end(client, False)

    # The network.

    @precondition(lambda self: any(not each.is_dead for each in self.clients))
    @rule(steps=st.lists(STEPS, min_size=2, max_size=8), rounds=st.integers(2, 8))
    def all_goes_well(self, steps: list[tuple[int, str, int]], rounds: int) -> None:
        """For a while everything arrives, in order, and is committed, and clients get on."""
        self.calm += 1
        self._flow(rounds)
        for number, step, partition in steps:
            self._act(self._client(number), step, self.logs[partition])
            self._flow(rounds)

    def _flow(self, rounds: int) -> None:
        for _ in range(rounds):
            self.commit()
            for queue, arrives in self._queues():
                waiting, queue[:] = queue[:], []
                for each in waiting:
                    arrives(each)

    @precondition(lambda self: any(queue for queue, _ in self._queues()))
    @rule(data=st.data(), doubled=st.booleans())
    def something_arrives(self, data, doubled: bool) -> None:
        """Late, out of order, and perhaps once more later on."""
        queues = [(queue, arrives) for queue, arrives in self._queues() if queue]
        queue, arrives = data.draw(st.sampled_from(queues), "where")
        at = data.draw(st.integers(0, len(queue) - 1), "which")
        arrives(queue[at] if doubled else queue.pop(at))

    def _queues(self):
        return (
            (self.to_logs, self._record_arrives),
            (self.to_coordinator, self._request_arrives),
            (self.replies, self._reply_arrives),
            (self.markers, self._marker_arrives),
            (self.acknowledgements, self._acknowledgement_arrives),
        )

    def _request_arrives(self, call: Call) -> None:
        if self._is_out_of_date(call):
            return
        token = next(self.tokens)
        self.waiting[token] = call
        request, machine, now = call.request, self.coordinator, self.now
        if isinstance(request, Producer):  # A leader that is about to append.
            old = call.client.generation == OLD
            added = AddPartitions(ID, request, frozenset({call.partition.name}), 5)
            if old:
                self._decided(machine.verify_partitions(added, token))
            else:
                self._decided(machine.add_partitions(added, token, now))
            return
        if isinstance(request, AddPartitions):
            self._decided(machine.add_partitions(request, token, now))
            return
        fresh = next(self.producer_ids) if machine.needs_producer_id(request) else None
        verb = machine.end_txn if isinstance(request, EndTxn) else machine.init_producer_id
        self._decided(verb(request, token, now, fresh))

    def _is_out_of_date(self, call: Call) -> bool:
        return call.client.generation == OLD and call.client.waits_for is not call

    def _record_arrives(self, call: Call) -> None:
        log, (producer_id, epoch) = call.partition, call.request
        if self._is_out_of_date(call):
            return
        if epoch < log.epochs.get(producer_id, -1):
            self.replies.append((call, ErrorCode.PRODUCER_FENCED))
        elif call.attempt in log.open[producer_id]:
            self.replies.append((call, ErrorCode.NONE))
        else:
            asked = Call(call.client, call.request, call.attempt, log, log.guards[producer_id])
            if call.client.generation == OLD:
                call.client.waits_for = asked
            self.to_coordinator.append(asked)

    def _reply_arrives(self, reply: tuple[Call, object]) -> None:
        call, result = reply
        if isinstance(call.request, Producer):
            self._record_answered(call, result)
        elif call.client.waits_for is call:
            self._client_answered(call, result)

    def _record_answered(self, call: Call, result: object) -> None:
        """At the leader, then at the client: nothing in between matters here."""
        log, producer_id = call.partition, call.request.id
        error = result if isinstance(result, ErrorCode) else result.errors[log.name]
        is_asked = not isinstance(result, ErrorCode)
        if is_asked and error is ErrorCode.NONE:
            if call.guard != log.guards[producer_id]:
                error = ErrorCode.CONCURRENT_TRANSACTIONS
            elif call.attempt not in log.open[producer_id]:
                assert call.request not in self.fenced, "a fenced producer wrote"
                assert call.attempt.told is None, "a record after the end of its transaction"
                log.append(call)
        client = call.client
        waited = client.waits_for
        if waited is None or waited.partition is not log or waited.attempt is not call.attempt:
            return
        if error is ErrorCode.NONE:
            call.attempt.written.add(log.name)
            client.waits_for = None
        elif error in FENCED:
            client.is_dead, client.waits_for = True, None
        elif error not in RETRIED:
            raise AssertionError(error)

    def _client_answered(self, call: Call, result: object) -> None:
        client, request = call.client, call.request
        if isinstance(request, AddPartitions):
            (error,) = set(result.errors.values())
        else:
            error = result.error
        if error in RETRIED:
            return
        client.waits_for = None
        if error in FENCED:
            client.is_dead = True
            return
        assert error is ErrorCode.NONE, error
        if isinstance(request, InitProducerId):
            self._initialized(client, request, result.producer, call.attempt)
        elif isinstance(request, EndTxn):
            call.attempt.told = request.commit
            client.attempt = None
            if client.generation == NEW:
                self._given(client, result.producer)

    def _initialized(
        self, client: Client, request: InitProducerId, producer: Producer, attempt: Attempt | None
    ) -> None:
        """From now on nobody who had been given a producer before may write."""
        if attempt is not None:
            attempt.told = False
        client.attempt = None
        assert not any(log.open[producer.id] for log in self.logs), "an open transaction"
        self.fenced |= set(self.given) - {producer}
        self._given(client, producer)

    def _given(self, client: Client, producer: Producer) -> None:
        assert producer.epoch <= EPOCH_MAX
        assert self.given.setdefault(producer, client) is client, "one producer, two clients"
        client.producer = producer

    def _marker_arrives(self, sent: Sent) -> None:
        """At a partition, from whichever coordinator."""
        if sent.markers.transaction_version < 2 and sent.at != len(self.log):
            return  # An old client's next transaction has the same epoch: the limit again.
        if sent.log.mark(sent.markers):
            self.acknowledgements.append(sent)

    def _acknowledgement_arrives(self, sent: Sent) -> None:
        if sent.coordinator is self.coordinator:
            done = frozenset({sent.log.name})
            self._decided(self.coordinator.markers_written(sent.markers, done, self.now))

    # What must hold.

    @invariant()
    def every_partition_has_the_same_outcome(self) -> None:
        outcomes = defaultdict(set)
        for log in self.logs:
            for attempt, committed in log.outcomes.items():
                outcomes[attempt].add(committed)
        for attempt, seen in outcomes.items():
            assert len(seen) == 1, "committed here and aborted there"
            assert attempt.told in {None, *seen}, "answered what was not done"

    @invariant()
    def epochs_never_go_back(self) -> None:
        last: dict[int, int] = {}
        current = -1
        for key_bytes, value_bytes in self.log:
            key = TRANSACTION_STATE.decode_key(key_bytes)
            state = transaction_of(TRANSACTION_STATE.decode_value(key, value_bytes))
            producer_id, epoch = state.producer
            assert epoch >= last.get(producer_id, -1)
            assert producer_id == current or producer_id not in last, "an id came back"
            last[producer_id], current = epoch, producer_id

    def teardown(self) -> None:
        """Everything arrives in the end: nothing stays prepared, and what was told is so."""
        if not hasattr(self, "coordinator"):
            return
        self.commit()
        self.fail_over(0)
        for sent in [each for each in self.markers if each.coordinator is self.coordinator]:
            if sent.log.mark(sent.markers):
                self._acknowledgement_arrives(sent)
        state = self.coordinator.transaction(ID)
        assert state is None or state.state not in PREPARED
        is_ongoing = state is not None and state.state is TransactionState.ONGOING
        for attempt in self.attempts:
            for log in self.logs:
                if log.name in attempt.written and not (
                    is_ongoing and attempt.producer == state.producer
                ):
                    assert attempt in log.outcomes, "left hanging"
                if attempt.told is not None and log.name in attempt.written:
                    assert log.outcomes[attempt] is attempt.told
        self.every_partition_has_the_same_outcome()


def test_transactions_against_the_model() -> None:
    run_state_machine_as_test(
        TransactionMachine,
        settings=settings(
            max_examples=250,
            stateful_step_count=60,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
