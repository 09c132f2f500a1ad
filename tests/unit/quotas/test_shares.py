"""One tenant's limit over several brokers: never more in all, nearly all of it for whoever asks."""

import random
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brokers.quotas.leases import CountLease, RateLease
from brokers.quotas.shares import FLOOR, Book, Report, divided, least_share, owner_of

LIMIT = 1_000.0


@given(st.dictionaries(st.integers(1, 6), st.floats(0, 3_000), min_size=1))
def test_shares_add_up_to_the_limit_and_are_fair(wanted):
    shares = divided(LIMIT, wanted)
    assert sum(shares.values()) == pytest.approx(LIMIT)
    for broker, share in shares.items():
        assert share >= least_share(LIMIT, len(wanted)) - 1e-6
        if share < wanted[broker] - 1e-6:  # Whoever lacks something has as much as anybody.
            assert share >= max(shares.values()) - 1e-6


def test_every_broker_agrees_whose_book_it_is_and_few_tenants_move():
    tenants = [f"tenant-{number}" for number in range(300)]
    before = {tenant: owner_of(tenant, [1, 2, 3]) for tenant in tenants}
    assert {*before.values()} == {1, 2, 3}
    assert all(owner_of(tenant, [3, 2, 1]) == owner for tenant, owner in before.items())
    after = {tenant: owner_of(tenant, [1, 3]) for tenant in tenants}
    assert all(after[t] == before[t] for t in tenants if before[t] != 2)
    assert owner_of("tenant", []) is None


@dataclass
class Cell:
    """Brokers that want so much each, an owner, and a network that loses messages."""

    brokers: list[int]
    random: random.Random
    loss: float
    in_force: dict[int, float] = field(default_factory=dict)
    book: Book = field(default_factory=Book)
    known: dict[int, float] = field(default_factory=dict)
    age: int = 0
    """Rounds since the owner began."""

    def __post_init__(self):
        for broker in self.brokers:
            self.in_force[broker] = least_share(LIMIT, len(self.brokers))

    def new_owner(self):
        self.book, self.age = Book(), 0

    def round(self, wanted):
        self.age += 1
        for broker in self.random.sample(self.brokers, len(self.brokers)):
            least = least_share(LIMIT, len(self.brokers))
            held = max(self.in_force[broker], self.known.get(broker, 0))
            if not wanted[broker] and held <= least:
                continue  # Idle, and the owner knows.
            if self.random.random() < self.loss:
                continue  # The question is lost.
            told = self.in_force[broker]
            share = self.book.share(
                broker,
                Report(self.in_force[broker], wanted[broker]),
                limit=LIMIT,
                brokers=self.brokers,
                all_have_reported=self.age > 3,
            )
            if self.random.random() >= self.loss:
                self.known[broker] = told
                self.in_force[broker] = share  # Else the answer is.
            assert sum(self.in_force.values()) <= LIMIT * 1.001


@settings(max_examples=150, deadline=None)
@given(
    st.integers(1, 5),
    st.integers(0, 2**32),
    st.lists(st.lists(st.sampled_from([0.0, 10.0, 300.0, LIMIT]), min_size=5, max_size=5),
             min_size=1, max_size=5),
)  # fmt: skip
def test_the_sum_stays_within_the_limit_and_reaches_it(count, seed, phases):
    cell = Cell([*range(1, count + 1)], random.Random(seed), loss=0.3)
    for phase in phases:
        wanted = dict(zip(range(1, 6), phase, strict=True))
        for _ in range(10):
            cell.round(wanted)
        cell.loss = 0.0
        for _ in range(8):
            cell.round(wanted)
        cell.loss = 0.3
        useful = sum(min(cell.in_force[b], wanted[b]) for b in cell.brokers)
        asked = min(LIMIT, sum(wanted[b] for b in cell.brokers))
        assert useful >= asked * (1 - FLOOR) - 1e-6


@settings(max_examples=100, deadline=None)
@given(st.integers(2, 5), st.integers(0, 2**32))
def test_a_new_owner_gives_nothing_away_that_somebody_holds(count, seed):
    cell = Cell([*range(1, count + 1)], random.Random(seed), loss=0.0)
    chance = random.Random(seed)
    for _ in range(6):
        wanted = {broker: chance.choice([0.0, LIMIT]) for broker in cell.brokers}
        for _ in range(chance.randint(1, 8)):
            cell.round(wanted)  # Asserts the sum.
        cell.new_owner()


def test_a_broker_that_is_silent_keeps_its_share():
    book, brokers = Book(), [1, 2]
    ask = {"limit": LIMIT, "brokers": brokers, "all_have_reported": True}
    for _ in range(3):
        first = book.share(1, Report(25.0, LIMIT), **ask)
    assert first == pytest.approx(LIMIT - 25)
    second = book.share(2, Report(25.0, LIMIT), **ask)
    assert second == 25.0, "the first broker may still use what it has"
    assert book.share(1, Report(first, LIMIT), **ask) == pytest.approx(LIMIT / 2)
    still = book.share(2, Report(25.0, LIMIT), **ask)
    assert still == pytest.approx(25), "the answer to the first may have been lost"
    book.share(1, Report(LIMIT / 2, LIMIT), **ask)
    assert book.share(2, Report(25.0, LIMIT), **ask) == pytest.approx(LIMIT / 2)


def test_a_lone_broker_has_it_all_and_what_is_held_is_not_taken():
    book = Book()
    alone = book.share(1, Report(0, 0), limit=LIMIT, brokers=[1], all_have_reported=False)
    assert alone == LIMIT
    held = Report(in_force=900.0, wanted=0.0, held=800.0)
    kept = book.share(1, held, limit=100, brokers=[1, 2], all_have_reported=True)
    assert kept == 800.0


def test_a_rate_lease_asks_for_all_when_something_waits():
    lease = RateLease.begin(1_000, brokers=2, burst_ms=1_000, now_ms=0)
    assert lease.share == 25.0
    assert lease.is_at_rest
    lease.bucket.charge(20, 1_000)
    assert lease.report(1_000) == Report(25.0, 30.0)
    assert lease.bucket.available(2_000) == 500, "half of a second's limit may come at once"
    lease.bucket.charge(575, 2_000)
    assert lease.report(2_000) == Report(25.0, 1_000)
    lease.grant(500, 2_000)
    assert (lease.share, lease.bucket.available(2_000)) == (500, -75)
    lease.configure(100, brokers=2, burst_ms=1_000, now_ms=2_000)
    assert lease.share == 50
    assert lease.bucket.available(10_000) == 50
    assert lease.report(10_000).wanted == 100, "it was short in the window before"
    assert not lease.is_at_rest
    assert lease.report(11_000).wanted == 0
    lease.grant(0, 11_000)
    assert not lease.is_at_rest, "the owner has not heard yet that it is given up"
    lease.report(11_500)
    lease.grant(0, 11_500)
    assert lease.is_at_rest


def test_a_count_lease_asks_for_all_when_it_had_no_room():
    lease = CountLease.begin(100, brokers=2)
    assert lease.share == 2.5
    assert lease.has_room
    lease.count = 2
    assert not lease.has_room
    assert lease.report() == Report(2.5, 100, 2)
    lease.grant(50)
    assert lease.has_room
    assert lease.report() == Report(50, 8, 2)
    assert not lease.is_at_rest


@pytest.mark.parametrize("brokers", [[1], [1, 2, 3]])
@pytest.mark.parametrize("busy", [[1], [1, 2, 3]])
@pytest.mark.parametrize("size", [1, 200, 400])
def test_a_tenant_that_begins_has_a_second_of_its_limit_at_once_and_then_the_limit(
    brokers, busy, size
):
    """One connection to each busy broker sends as fast as it may, requests of ``size``."""
    busy = [broker for broker in busy if broker in brokers]
    leases = {
        broker: RateLease.begin(LIMIT, brokers=len(brokers), burst_ms=1_000, now_ms=0)
        for broker in brokers
    }
    book, taken = Book(), 0.0
    for now_ms in range(0, 15_000, 10):
        for broker in busy:
            bucket = leases[broker].bucket
            while not bucket.wait_ms(now_ms):
                bucket.charge(size, now_ms)
                taken += size
        if now_ms % 500 == 0:
            for broker, lease in leases.items():
                report = lease.report(now_ms)
                asked = {"limit": LIMIT, "brokers": brokers, "all_have_reported": True}
                lease.grant(book.share(broker, report, **asked), now_ms)
        # What a request costs is known when it is there, so the last one of each may go beyond.
        assert taken <= LIMIT * (1 + now_ms / 1000) + size * len(busy)
    assert taken >= 0.9 * LIMIT * 15
