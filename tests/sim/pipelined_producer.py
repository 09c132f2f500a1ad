"""An idempotent producer with five batches under way, as clients have by default: after an error or
a silence it sends everything that has no answer again, in order."""

from functools import partial
from typing import TYPE_CHECKING, Final

from brokers.kernel.errors import ErrorCode
from brokers.wire.batch import NewRecord, build_batch
from tests.sim.producer import RECORDS_MAX, RETRIED, TIMEOUT_MS, produce

if TYPE_CHECKING:
    from tests.sim.broker import Broker
    from tests.sim.world import World

UNDER_WAY_MAX: Final = 5


class PipelinedProducer:
    """One connection after another; within one, batches arrive in order."""

    def __init__(self, world: "World", number: int, index: int) -> None:
        self.number = number
        self.index = index
        self.is_finishing = False
        self.is_done = False
        self._world = world
        self._timeline = world.timeline
        self._acknowledged = 0
        """Everything below this sequence."""
        self._next = 0
        self._connection = 0
        self._epoch = 0
        self._arrives_ms = 0.0
        self._timeline.soon(5, 60, self._connect)

    def _connect(self) -> None:
        self._connection += 1
        self._next = self._acknowledged
        self._arrives_ms = self._timeline.now
        broker = self._whoever_leads()
        if broker is None:
            self._timeline.soon(5, 50, self._connect)
            return
        connection = self._connection
        self._send(broker, broker.incarnation, connection)
        self._timeline.after(TIMEOUT_MS, lambda: self._look(connection, self._acknowledged))

    def _look(self, connection: int, before: int) -> None:
        """Again from the start when nothing was answered for so long."""
        if connection != self._connection or self.is_done:
            return
        if self._acknowledged == before < self._next:
            self._connect()
        else:
            now = self._acknowledged
            self._timeline.after(TIMEOUT_MS, lambda: self._look(connection, now))

    def _whoever_leads(self) -> "Broker | None":
        up = [broker for broker in self._world.brokers if broker.is_up]
        if not up:
            return None
        record = self._timeline.random.choice(up).image.partition(self._world.topic.id, self.index)
        if record is None or record.leader is None or record.leader_epoch < self._epoch:
            return None
        self._epoch = record.leader_epoch
        return self._world.brokers[record.leader - 1]

    def _send(self, broker: "Broker", incarnation: int, connection: int) -> None:
        """One after another while there is room."""
        if connection != self._connection or self.is_done:
            return
        if self._acknowledged >= RECORDS_MAX and self.is_finishing:
            self.is_done = True
            return
        is_enough = self._next >= RECORDS_MAX and self.is_finishing
        if self._next < self._acknowledged + UNDER_WAY_MAX and not is_enough:
            sequence = self._next
            self._next += 1
            slow = self._timeline.random.random() < 0.03
            travels_ms = self._timeline.random.uniform(0.1, 600.0 if slow else 3.0)
            self._arrives_ms = max(self._arrives_ms, self._timeline.now + travels_ms)
            arrive = partial(self._arrive, broker, incarnation, connection, sequence)
            self._timeline.at(self._arrives_ms, lambda: broker.when_running(arrive))
        self._timeline.soon(1, 40, lambda: self._send(broker, incarnation, connection))

    def _arrive(self, broker: "Broker", incarnation: int, connection: int, sequence: int) -> None:
        if broker.incarnation != incarnation:
            return  # The connection was to the run before.
        batch = build_batch(
            [NewRecord(None, b"%d/%d" % (self.number, sequence))],
            base_timestamp=self._timeline.now_ms(),
            producer_id=self.number,
            producer_epoch=0,
            base_sequence=sequence,
        )
        partition = broker.partition(self._world.topic.id, self.index)
        answer = partial(self._answer, connection, sequence)
        produce(partition, batch, broker.clock.now_ms(), answer)

    def _answer(self, connection: int, sequence: int, code: ErrorCode, offset: int) -> None:
        if code is ErrorCode.NONE:
            self._world.checks.acknowledged(self.index, offset, self.number, sequence)
        self._timeline.soon(0.1, 3.0, lambda: self._answered(connection, sequence, code))

    def _answered(self, connection: int, sequence: int, code: ErrorCode) -> None:
        if connection != self._connection:
            return
        if code is ErrorCode.NONE:
            # Answers come in order, so this one stands for those before it, which are on their way.
            self._acknowledged = max(self._acknowledged, sequence + 1)
            return
        is_gap = code is ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER
        # After a gap that another error made, the first one tells.
        assert code in RETRIED or (is_gap and sequence > self._acknowledged), (
            f"producer {self.number}, sequence {sequence}: {code.name} for the first that has no "
            "answer; what it sent before is not known any more"
        )
        self._connection += 1
        self._timeline.soon(1, 20, self._connect)
