"""How web processes divide limits."""

from hypothesis import given
from hypothesis import strategies as st

from streaming.quotas.budgets import Budgets
from streaming.quotas.shares import SILENT_MS_MAX, Shares, fair_share

DEMANDS = st.lists(st.floats(0, 1e6), min_size=1, max_size=8)


@given(demands=DEMANDS, limit=st.floats(0.1, 1e5))
def test_shares_of_all_are_the_limit(demands, limit):
    shares = [
        fair_share(limit, own, demands[:place] + demands[place + 1 :])
        for place, own in enumerate(demands)
    ]
    assert abs(sum(shares) - limit) < limit * 1e-6
    for own, share in zip(demands, shares, strict=True):
        # Nobody is left with less than an even part, unless it asks for less.
        assert share >= min(own, limit / len(demands)) - limit * 1e-6


def test_who_is_idle_leaves_its_part_to_who_is_not():
    assert fair_share(100, 100, [0]) == 100
    assert fair_share(100, 0, [100]) == 0
    assert fair_share(100, 90, [90]) == 50
    assert fair_share(100, 10, [90, 90]) == 10
    assert fair_share(100, 0, []) == 100


def test_the_silent_are_forgotten_once_they_could_be_heard():
    shares = Shares()
    shares.heard("other", {"a": 100}, now_ms=0)
    assert shares.share("a", 100, 100) == 50
    shares.forget_silent(SILENT_MS_MAX)
    assert shares.share("a", 100, 100) == 50
    shares.reconnected(60_000)
    shares.forget_silent(60_000 + SILENT_MS_MAX)
    assert shares.share("a", 100, 100) == 50
    shares.forget_silent(60_001 + SILENT_MS_MAX)
    assert shares.share("a", 100, 100) == 100


class Cell:
    """Web processes that tell each other what they are asked for, on one clock."""

    def __init__(self, count):
        self.now = 0
        self.processes = {str(number): Budgets(clock=lambda: self.now) for number in range(count)}

    def tell(self):
        said = {name: each.demands() for name, each in self.processes.items()}
        for name, each in self.processes.items():
            for other, demands in said.items():
                if other != name:
                    each.heard(other, demands)
            each.forget_silent()

    def run(self, seconds, rates, limit):
        """Requests that were let through, where ``rates`` are asked for in each second."""
        allowed = 0
        for _ in range(int(seconds * 20)):
            self.now += 50
            for each, rate in zip(self.processes.values(), rates, strict=True):
                allowed += sum(each.ask("t", limit).allowed for _ in range(rate // 20))
            if self.now % 500 == 0:
                self.tell()
        return allowed


def test_a_tenant_has_its_limit_over_all_processes_within_a_tenth():
    cell = Cell(3)
    cell.tell()
    for rates in ([400, 400, 400], [1000, 0, 20], [0, 60, 1000]):
        cell.run(2, rates, limit=200)  # shares follow
        assert 0.9 * 2000 <= cell.run(10, rates, limit=200) <= 1.1 * 2000, rates


def test_sockets_are_counted_over_all_processes():
    cell = Cell(2)
    first, second = cell.processes.values()
    first.open_socket("t")
    second.open_socket("t")
    second.open_socket("u")
    cell.tell()
    assert (first.sockets("t"), second.sockets("t"), first.sockets("u")) == (2, 2, 1)
    second.close_socket("t")
    cell.tell()
    assert first.sockets("t") == 1


def test_budgets_at_rest_are_dropped_and_debts_are_not():
    cell = Cell(1)
    (budgets,) = cell.processes.values()
    budgets.ask("rest", 10)
    budgets.spend("debt", 10, 1000)
    for _ in range(4):
        cell.now += 500
        cell.tell()
    assert budgets.wait_ms("debt") > 0
    assert set(budgets._budgets) == {"debt"}
