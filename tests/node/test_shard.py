"""A coordinator's shard on a real partition, whose flushes the test does by hand.

The machine here counts: each request adds to a sum that lives in offset-commit records.
"""

import asyncio
import itertools
from pathlib import Path

import pytest

from brokers.kernel.decision import Decision, Reply, SetTimer
from brokers.kernel.errors import ErrorCode, Refusal, StorageError
from brokers.kernel.ids import (
    BrokerId,
    LeaderEpoch,
    PartitionEpoch,
    PartitionIndex,
    TenantId,
    TopicId,
    TopicName,
)
from brokers.log.partition_log import PartitionLog
from brokers.metadata.records import PartitionRecord, TopicRecord
from brokers.node.coordination import loading
from brokers.node.coordination import shard as shard_module
from brokers.node.coordination.shard import Shard
from brokers.node.log_config import to_log_config
from brokers.node.metrics import Metrics
from brokers.node.partition_runtime import PartitionRuntime
from brokers.node.system_clock import SystemClock
from brokers.wire.control import Marker
from brokers.wire.coordinator.offset_commit_key import OffsetCommitKey
from brokers.wire.coordinator.offset_commit_value import OffsetCommitValue
from brokers.wire.coordinator.state_record import GROUP_STATE, StateRecord
from tests.model.memory_disk import MemoryDisk
from tests.waiting import until

TOPIC = TopicRecord(
    TopicId(bytes(15) + b"\1"), TenantId("t"), TopicName("__consumer_offsets"), 1, {}, internal=True
)


class HandFlusher:
    """Flushes when the test says so."""

    def __init__(self) -> None:
        self.asked: list[PartitionRuntime] = []
        self.appends = 0

    def ask(self, partition) -> None:
        self.asked.append(partition)

    def run(self, ticket, done) -> None:
        ticket.run()
        done(ticket)

    def flush(self) -> None:
        asked, self.asked = self.asked, []
        for partition in asked:
            partition.begin_flush()


class Summing:
    """Sums what it is asked to add; remembers sums of open transactions apart."""

    def __init__(self) -> None:
        self.sum = 0
        self.pending: dict[int, int] = {}
        self.fired_keys: list = []
        self.gone: list[int] = []
        self.events: list = []

    def replay(self, record) -> None:
        if record.value is not None:
            self.sum += record.value.offset

    def replay_in_transaction(self, producer_id, record) -> None:
        self.pending[producer_id] = self.pending.get(producer_id, 0) + record.value.offset

    def transaction_ended(self, producer_id, committed) -> None:
        amount = self.pending.pop(producer_id, 0)
        self.sum += amount if committed else 0

    def replay_event(self, event) -> None:
        self.events.append(event)

    def loaded(self, now):
        return Decision(events=("loaded",))

    def fired(self, key, now):
        self.fired_keys.append(key)
        return Decision(records=(_record(100),))

    def token_gone(self, token):
        self.gone.append(token)
        return Decision()

    # Verbs.

    def add(self, amount, token):
        return Decision(records=(_record(amount),), effects=(Reply(token, self.sum + amount),))

    def add_in_transaction(self, amount, token, producer_id):
        return Decision(
            records=(_record(amount),),
            effects=(Reply(token, None),),
            producer_id=producer_id,
            producer_epoch=0,
        )

    def tell(self, token):
        return Decision(effects=(Reply(token, self.sum),))


def _record(amount: int, metadata: str = "") -> StateRecord:
    return StateRecord(OffsetCommitKey("g", "t", 0), OffsetCommitValue(amount, -1, metadata, 0))


class Bench:
    """One partition that leads alone, and shards on it one after another."""

    def __init__(self) -> None:
        self.disk = MemoryDisk()
        self.flusher = HandFlusher()
        self.epochs = itertools.count(1)
        directory = Path("/volume/t-0")
        self.disk.make_directory(directory.parent)
        log = PartitionLog.open(
            directory, disk=self.disk, config=to_log_config({}), topic_id=TOPIC.id, now_ms=0,
            clean=True,
        )  # fmt: skip
        self.partition = PartitionRuntime(
            TOPIC, PartitionIndex(0), log, broker_id=BrokerId(1), clock=SystemClock(),
            flusher=self.flusher, proposals=None,
            counter=Metrics().partition(TOPIC.tenant_id, "t", TOPIC.id, PartitionIndex(0)),
        )  # fmt: skip
        self.performed: list = []
        self.is_sure = True

    def lead(self, replicas: tuple[int, ...] = (1,)) -> Shard:
        """Broker 1 leads, alone in sync; all replicas are wanted."""
        epoch = next(self.epochs)
        record = PartitionRecord(
            TOPIC.id, PartitionIndex(0), tuple(map(BrokerId, replicas)), (BrokerId(1),),
            BrokerId(1), LeaderEpoch(epoch), PartitionEpoch(epoch),
        )  # fmt: skip
        self.partition.lead(record, len(replicas))
        return Shard(
            self.partition, GROUP_STATE, Summing, clock=SystemClock(),
            perform=lambda shard, effect: self.performed.append(effect),
            is_sure=lambda: self.is_sure,
        )  # fmt: skip

    async def loaded(self) -> Shard:
        shard = self.lead()
        self.flusher.flush()
        await until(lambda: shard.is_active)
        return shard


async def turn() -> None:
    """Let everything that is ready in the event loop happen."""
    for _ in range(5):
        await asyncio.sleep(0)


@pytest.fixture
async def bench():
    return Bench()


def tell(machine, token, now):
    return machine.tell(token)


async def test_a_look_is_answered_at_once_while_nobody_can_have_replaced_the_leader(bench) -> None:
    shard = await bench.loaded()

    assert await shard.ask_current(tell) == 0
    assert bench.partition.log.log_end_offset == 0


@pytest.mark.parametrize(("ask", "is_sure"), [("ask_current", False), ("ask_surely", True)])
async def test_else_it_waits_until_the_followers_have_said_that_it_leads(
    bench, ask, is_sure
) -> None:
    shard = await bench.loaded()
    bench.is_sure = is_sure
    looking = asyncio.create_task(getattr(shard, ask)(tell))
    await turn()
    assert not looking.done()

    bench.flusher.flush()

    assert await looking == 0
    assert bench.partition.log.log_end_offset == 1


async def test_what_cannot_be_proved_is_not_answered(bench, monkeypatch) -> None:
    monkeypatch.setattr(shard_module, "COMMIT_SECONDS", 0.0)
    shard = await bench.loaded()
    looking = asyncio.create_task(shard.ask_surely(tell))
    await turn()

    shard.tell_late()

    with pytest.raises(Refusal) as refused:
        await looking
    assert refused.value.code is ErrorCode.COORDINATOR_LOAD_IN_PROGRESS


async def test_with_too_few_in_sync_being_sure_has_to_do(bench) -> None:
    shard = bench.lead(replicas=(1, 2))
    await until(lambda: shard.is_active)
    assert await shard.ask_surely(tell) == 0

    bench.is_sure = False
    looking = asyncio.create_task(shard.ask_surely(tell))
    await turn()
    bench.flusher.flush()
    await turn()

    assert not looking.done()
    shard.end()
    with pytest.raises(Refusal):
        await looking


async def test_a_proof_is_read_back_as_nothing(bench) -> None:
    shard = await bench.loaded()
    looking = asyncio.create_task(shard.ask_surely(tell))
    await turn()
    bench.flusher.flush()
    await looking
    shard.end()

    assert await (await bench.loaded()).ask(tell) == 0


async def test_an_answer_waits_for_the_commit_of_what_it_saw(bench) -> None:
    shard = await bench.loaded()
    adding = asyncio.create_task(shard.ask(lambda machine, token, now: machine.add(5, token)))
    await turn()
    telling = asyncio.create_task(shard.ask(lambda machine, token, now: machine.tell(token)))
    await turn()
    assert shard.machine.sum == 5
    assert not adding.done()
    assert not telling.done(), "it was told of a sum that could still be lost"
    bench.flusher.flush()
    assert await adding == 5
    assert await telling == 5
    assert await shard.ask(lambda machine, token, now: machine.tell(token)) == 5


async def test_what_is_decided_in_one_turn_is_one_batch(bench) -> None:
    shard = await bench.loaded()
    before = bench.partition.log.log_end_offset
    asks = [
        asyncio.create_task(shard.ask(lambda machine, token, now: machine.add(1, token)))
        for _ in range(10)
    ]
    await turn()
    bench.flusher.flush()
    assert sorted(await asyncio.gather(*asks)) == list(range(1, 11))
    assert bench.partition.log.log_end_offset == before + 10
    read = bench.partition.log.read(before, max_bytes=10**6, end_offset=before + 10,
                                    at_least_one=True)  # fmt: skip
    assert int.from_bytes(read.data[57:61]) == 10, "the first batch holds all ten records"


async def test_the_next_leadership_knows_what_was_committed_before(bench) -> None:
    shard = await bench.loaded()
    adding = asyncio.create_task(shard.ask(lambda machine, token, now: machine.add(5, token)))
    await turn()
    bench.flusher.flush()
    await adding
    shard.end()
    bench.partition.resign()
    again = await bench.loaded()
    assert await again.ask(lambda machine, token, now: machine.tell(token)) == 5


async def test_a_new_leadership_is_loaded_only_once_everything_is_committed(bench) -> None:
    shard = await bench.loaded()
    adding = asyncio.create_task(shard.ask(lambda machine, token, now: machine.add(5, token)))
    await turn()
    shard.end()
    with pytest.raises(Refusal) as refused:
        await adding
    assert refused.value.code is ErrorCode.NOT_COORDINATOR
    bench.partition.resign()
    again = bench.lead()
    await turn()
    with pytest.raises(Refusal) as refused:
        await again.ask(lambda machine, token, now: machine.tell(token))
    assert refused.value.code is ErrorCode.COORDINATOR_LOAD_IN_PROGRESS
    bench.flusher.flush()
    await until(lambda: again.is_active)
    assert again.machine.sum == 5
    assert again.machine.events == ["loaded"]


async def test_what_is_too_large_changes_nothing(bench) -> None:
    shard = await bench.loaded()
    for large, code in (
        ([_record(7, "x" * 30_000)] * 50, ErrorCode.MESSAGE_TOO_LARGE),
        ([_record(7), _record(7, "x" * 40_000)], ErrorCode.INVALID_REQUEST),
    ):
        decision = Decision(records=tuple(large))
        with pytest.raises(Refusal) as refused:
            await shard.ask(lambda machine, token, now, decision=decision: decision)
        assert refused.value.code is code
    assert await shard.ask(lambda machine, token, now: machine.tell(token)) == 0


async def test_a_disk_that_takes_nothing_is_not_taken_for_state(bench, monkeypatch) -> None:
    shard = await bench.loaded()

    def refuse(*args, **kwargs):
        raise StorageError("no room")

    with monkeypatch.context() as patch:
        patch.setattr(PartitionRuntime, "append", refuse)
        with pytest.raises(Refusal) as refused:
            await shard.ask(lambda machine, token, now: machine.add(5, token))
    assert refused.value.code is ErrorCode.COORDINATOR_NOT_AVAILABLE
    await until(lambda: shard.is_active)
    assert shard.machine.sum == 0


async def test_a_commit_that_takes_too_long_is_told_and_may_still_come(bench, monkeypatch) -> None:
    monkeypatch.setattr(shard_module, "COMMIT_SECONDS", 0.0)
    shard = await bench.loaded()
    adding = asyncio.create_task(shard.ask(lambda machine, token, now: machine.add(5, token)))
    await turn()
    shard.tell_late()
    with pytest.raises(Refusal) as refused:
        await adding
    assert refused.value.code is ErrorCode.COORDINATOR_NOT_AVAILABLE
    bench.flusher.flush()
    assert await shard.ask(lambda machine, token, now: machine.tell(token)) == 5


async def test_timers_and_effects(bench) -> None:
    shard = await bench.loaded()
    shard.carry_out(Decision(effects=(SetTimer("soon", 0), "an effect")))
    assert bench.performed == ["an effect"]
    await until(lambda: shard.machine.fired_keys == ["soon"])
    shard.carry_out(Decision(records=(_record(1),), effects=("another",)))
    await turn()
    assert bench.performed == ["an effect"], "its records are not committed yet"
    bench.flusher.flush()
    assert bench.performed == ["an effect", "another"]
    assert shard.machine.sum == 101


async def test_whoever_goes_away_is_forgotten(bench) -> None:
    shard = await bench.loaded()
    waiting = asyncio.create_task(
        shard.ask(
            lambda machine, token, now: Decision(),
            gone=lambda machine, token, now: machine.token_gone(token),
        )
    )
    await turn()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert len(shard.machine.gone) == 1


async def add_in_transaction(bench, shard) -> None:
    """5, by producer 7."""
    guard = bench.partition.log.begin_verification(7, 0, -1, bumps_epochs=True)
    adding = asyncio.create_task(
        shard.ask(lambda machine, token, now: machine.add_in_transaction(5, token, 7), guard=guard)
    )
    await turn()
    bench.flusher.flush()
    await adding


def commit_transaction(bench) -> None:
    bench.partition.append_marker(
        Marker(committed=True, coordinator_epoch=0), producer_id=7, producer_epoch=1,
        transaction_version=2, now_ms=1,
    )  # fmt: skip


async def test_what_a_transaction_commits_counts_with_its_marker(bench) -> None:
    shard = await bench.loaded()
    await add_in_transaction(bench, shard)
    assert (shard.machine.sum, shard.machine.pending) == (0, {7: 5})
    bench.partition.on_marker[:] = [shard.marker_appended]
    commit_transaction(bench)
    telling = asyncio.create_task(shard.ask(lambda machine, token, now: machine.tell(token)))
    await turn()
    assert not telling.done(), "the marker could still be lost"
    bench.flusher.flush()
    assert await telling == 5
    shard.end()
    bench.partition.resign()
    assert (await bench.loaded()).machine.sum == 5


async def test_a_transaction_that_ends_while_the_shard_is_loaded_counts(bench, monkeypatch) -> None:
    """Its marker comes from another coordinator, which does not wait for this one. Not replayed,
    what it committed would go with the next transaction that is aborted."""
    shard = await bench.loaded()
    await add_in_transaction(bench, shard)
    shard.end()
    bench.partition.resign()
    monkeypatch.setattr(loading, "BYTES_PER_TURN", 1)
    again = bench.lead()
    bench.partition.on_marker[:] = [again.marker_appended]
    bench.flusher.flush()
    await asyncio.sleep(0)
    assert not again.is_active, "it is loading"
    commit_transaction(bench)
    await until(lambda: again.is_active)
    telling = asyncio.create_task(again.ask(lambda machine, token, now: machine.tell(token)))
    await turn()
    assert not telling.done(), "the marker could still be lost"
    bench.flusher.flush()
    assert await telling == 5
    assert again.machine.pending == {}


async def test_a_transaction_that_nobody_confirmed_takes_nothing(bench) -> None:
    shard = await bench.loaded()
    end_offset = bench.partition.log.log_end_offset
    with pytest.raises(Refusal) as refused:
        await shard.ask(lambda machine, token, now: machine.add_in_transaction(5, token, 7))
    assert refused.value.code is ErrorCode.INVALID_TXN_STATE
    assert shard.machine.pending == {}
    assert shard.is_active
    assert bench.partition.log.log_end_offset == end_offset
