"""What workers decide: who lives, who takes which task, when what failed starts again."""

import uuid
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from connect.states import TargetState
from connect.work import ConnectorSeen, Owner, TaskSeen, Work, WorkerSeen
from connect.worker.assignment import claims, left_over, releases, shares
from connect.worker.liveness import LEASE_S, LOOK_GAP_MAX_S, Liveness
from connect.worker.restarts import HEALTHY_S, LONGEST_S, delay_s, failures_now
from connect.worker.turn import Running, decide

ME = Owner("connect-1", uuid.UUID(int=1))
OTHER = Owner("connect-2", uuid.UUID(int=2))
CONNECTOR = uuid.UUID(int=99)


def task(number=0, **columns):
    usual = {
        "id": uuid.UUID(int=1000 + number),
        "connector_id": CONNECTOR,
        "owner": ME,
        "generation": 1,
        "revision": 1,
        "running_revision": None,
        "retired": False,
        "target": TargetState.RUNNING,
        "active": True,
        "wait_s": 0.0,
        "restarts": 0,
    }
    return TaskSeen(**{**usual, **columns})


def turn(*tasks, running=(), alive=None, connectors=(), attempts=None):
    return decide(
        ME, alive or {ME: 10}, Work((), tasks, tuple(connectors)), dict(running), attempts or {}
    )


def process(seen, **columns):
    usual = {
        "generation": seen.generation,
        "revision": seen.revision,
        "paused": False,
        "stopping": False,
    }
    return seen.id, Running(**{**usual, **columns})


# --- who lives -----------------------------------------------------------------------------------


def test_a_worker_that_does_not_beat_any_more_is_dead_after_its_lease():
    liveness = Liveness(ME)
    seen = [WorkerSeen(ME, 0, 5), WorkerSeen(OTHER, 7, 3)]
    assert liveness.look(100.0, seen) == {ME: 5, OTHER: 3}
    moments = [100.0 + each for each in range(1, int(LEASE_S))]
    assert all(OTHER in liveness.look(now, seen) for now in moments)
    assert liveness.look(100.0 + LEASE_S, seen) == {ME: 5}
    assert OTHER in liveness.look(101.0 + LEASE_S, [seen[0], WorkerSeen(OTHER, 8, 3)])


def test_time_in_which_nobody_could_look_kills_nobody():
    liveness = Liveness(ME)
    seen = [WorkerSeen(OTHER, 7, 3)]
    liveness.look(100.0, seen)
    assert OTHER in liveness.look(100.0 + LOOK_GAP_MAX_S + LEASE_S, seen)


def test_a_worker_that_left_or_was_started_again_is_dead_at_once():
    liveness = Liveness(ME)
    again = Owner(OTHER.name, uuid.UUID(int=3))
    liveness.look(100.0, [WorkerSeen(OTHER, 7, 3)])
    assert liveness.look(100.5, [WorkerSeen(again, 8, 3)]) == {again: 3}
    assert liveness.look(101.0, [WorkerSeen(again, 8, 3, stopped=True)]) == {}


# --- who takes which task ------------------------------------------------------------------------


@given(st.integers(0, 60), st.lists(st.integers(0, 12), min_size=1, max_size=6))
def test_shares_suffice_and_none_is_more_than_a_worker_can(tasks, slots):
    owners = {Owner(f"w{n}", uuid.UUID(int=n)): limit for n, limit in enumerate(slots)}
    found = shares({}, owners, tasks)
    assert all(found[owner] <= limit for owner, limit in owners.items())
    assert sum(found.values()) == min(tasks, sum(slots))
    free = [found[owner] for owner, limit in owners.items() if found[owner] < limit]
    assert max(found.values()) - min(free, default=max(found.values())) <= 1


def test_a_task_does_not_move_without_need():
    assert shares({OTHER: 1}, {ME: 5, OTHER: 5}, 1) == {ME: 0, OTHER: 1}
    assert shares({OTHER: 2}, {ME: 5, OTHER: 5}, 3) == {ME: 1, OTHER: 2}


class Cell(RuleBasedStateMachine):
    """Workers that come, go, and look at rows that are older than what others do meanwhile."""

    SLOTS = 6

    def __init__(self):
        super().__init__()
        self.workers = {}
        self.tasks = {}
        self.snapshots = {}
        self.made = 0

    @rule()
    def worker_comes(self):
        if len(self.workers) < 4:
            self.made += 1
            self.workers[Owner(f"connect-{self.made}", uuid.UUID(int=self.made))] = self.SLOTS

    @precondition(lambda self: len(self.workers) > 1)
    @rule(which=st.integers(0, 3))
    def worker_dies(self, which):
        gone = list(self.workers)[which % len(self.workers)]
        del self.workers[gone]
        self.snapshots.pop(gone, None)

    @rule(count=st.integers(1, 5))
    def tasks_come(self, count):
        for _ in range(min(count, 12 - len(self.tasks))):
            self.made += 1
            made = task(self.made, owner=None, waits_untold=True)
            self.tasks[made.id] = made

    @precondition(lambda self: self.tasks)
    @rule(which=st.integers(0, 11))
    def task_goes(self, which):
        del self.tasks[list(self.tasks)[which % len(self.tasks)]]

    @precondition(lambda self: self.workers)
    @rule(which=st.integers(0, 3))
    def worker_looks(self, which):
        worker = list(self.workers)[which % len(self.workers)]
        self.snapshots[worker] = (dict(self.workers), list(self.tasks.values()))

    @precondition(lambda self: self.snapshots)
    @rule(which=st.integers(0, 3))
    def worker_acts(self, which):
        worker = list(self.snapshots)[which % len(self.snapshots)]
        alive, tasks = self.snapshots.pop(worker)
        self.act(worker, alive, tasks)

    @rule()
    def everybody_acts(self):
        for worker in self.workers:
            self.act(worker, dict(self.workers), list(self.tasks.values()))

    def act(self, worker, alive, tasks):
        for each in releases(worker, alive, tasks):
            self.swap(each, None)
        for each in left_over(alive, tasks):
            self.swap(each, None, untold=False)
        for each in claims(worker, alive, tasks):
            self.swap(each, worker)

    def swap(self, seen, owner, untold=True):
        now = self.tasks.get(seen.id)
        if now is not None and now.generation == seen.generation:
            self.tasks[seen.id] = replace(
                now, owner=owner, generation=now.generation + 1, waits_untold=untold
            )

    def teardown(self):
        """All run, and workers have alike, once it is quiet; of those that have no room it is
        said."""
        if not self.workers:
            return
        for _ in range(40):
            before = dict(self.tasks)
            for worker in self.workers:
                self.act(worker, dict(self.workers), list(self.tasks.values()))
            if self.tasks == before:
                break
        else:
            raise AssertionError("tasks are passed around for ever")
        held = [sum(t.owner == w for t in self.tasks.values()) for w in self.workers]
        assert sum(held) == min(len(self.tasks), self.SLOTS * len(self.workers))
        assert max(held) - min(held) <= 1
        rest = [each for each in self.tasks.values() if each.owner not in self.workers]
        assert all(each.owner is None and not each.waits_untold for each in rest)


TestCell = Cell.TestCase
TestCell.settings = settings(max_examples=60, stateful_step_count=30)


def test_a_worker_that_comes_is_given_tasks_one_after_the_other():
    alive = {ME: 9, OTHER: 9}
    mine = [task(n) for n in range(4)]
    assert len(releases(ME, alive, mine)) == 1
    assert claims(OTHER, alive, mine) == []
    assert releases(ME, alive, [*mine[:2], *(replace(t, owner=OTHER) for t in mine[2:])]) == []


def test_of_a_task_without_room_it_is_said_once_and_not_while_there_is_some():
    gone = Owner("connect-9", uuid.UUID(int=9))
    mine = task(1)
    died = task(2, owner=gone)
    new = task(3, owner=None, waits_untold=True)
    told = task(4, owner=None, waits_untold=False)
    suspended = task(5, owner=gone, active=False)
    tasks = [mine, died, new, told, suspended]
    assert left_over({ME: 2}, tasks) == []
    assert left_over({ME: 1}, tasks) == [died, new]
    assert left_over({ME: 1, OTHER: 1}, tasks) == [], "the other takes one first"
    assert turn(*tasks, alive={ME: 1}).leave_over == [died, new]


def test_what_only_waits_to_be_removed_is_taken_by_whoever_sees_it():
    gone = Owner("connect-9", uuid.UUID(int=9))
    orphans = [task(n, owner=gone, retired=True) for n in range(5)]
    assert claims(ME, {ME: 1}, orphans) == orphans


# --- when what failed starts again ---------------------------------------------------------------


def test_waits_double_up_to_a_minute():
    assert [delay_s(failures) for failures in (1, 2, 3, 4)] == [1, 2, 4, 8]
    assert delay_s(6) == 32
    assert delay_s(7) == delay_s(10_000) == LONGEST_S == 60


def test_what_ran_well_for_long_fails_for_the_first_time():
    assert failures_now(7, HEALTHY_S - 1) == 8
    assert failures_now(7, HEALTHY_S) == 1


# --- a turn --------------------------------------------------------------------------------------


def test_a_task_without_a_process_is_started_once_its_wait_is_over():
    assert turn(task(wait_s=3.0)).start == []
    assert turn(task()).start == [task()]
    assert turn(task(owner=OTHER), alive={ME: 10, OTHER: 10}).start == []


def test_a_process_of_another_generation_is_abandoned():
    running = task(generation=4)
    assert turn(running, running=[process(running)]).abandon == []
    taken = replace(running, owner=OTHER, generation=5)
    assert turn(taken, running=[process(running)], alive={ME: 9, OTHER: 9}).abandon == [taken.id]
    assert turn(running=[process(running)]).abandon == [running.id]
    assert turn(replace(running, generation=5), running=[process(running)]).abandon == [running.id]


def test_a_process_ends_when_its_task_is_to_be_another():
    for changed in ({"revision": 2}, {"retired": True}, {"target": TargetState.STOPPED}):
        running = task(running_revision=1)
        asked = turn(replace(running, **changed), running=[process(running)])
        assert asked.stop == [running.id], changed
        told = turn(replace(running, **changed), running=[process(running, stopping=True)])
        assert told.stop == [], "it was told already"


def test_a_process_of_a_tenant_that_may_not_be_used_is_cut_off_even_if_it_was_told_to_end():
    running = task(running_revision=1)
    for changed in ({}, {"revision": 2}, {"retired": True}):
        suspended = replace(running, active=False, **changed)
        for stopping in (False, True):
            asked = turn(suspended, running=[process(running, stopping=stopping)])
            assert (asked.cut_off, asked.stop) == ([running.id], []), (changed, stopping)
    assert turn(running, running=[process(running)]).cut_off == []


def test_pausing_and_resuming():
    paused = task(target=TargetState.PAUSED, running_revision=1)
    assert turn(paused, running=[process(paused)]).pause == [paused.id]
    assert turn(paused, running=[process(paused, paused=True)]).pause == []
    running = task(running_revision=1)
    assert turn(running, running=[process(running, paused=True)]).resume == [running.id]


def test_what_has_no_process_and_is_not_to_have_one_goes():
    assert turn(task(retired=True)).remove == [task(retired=True)]
    suspended = task(active=False)
    assert turn(suspended).release == [suspended]
    assert turn(replace(suspended, owner=None)).claim == []


def test_a_new_division_waits_for_the_processes_of_the_old():
    new = task(0, revision=2)
    old = task(1, revision=2, running_revision=1)
    assert turn(new, old, running=[process(replace(old, revision=1))]).start == []
    retired = task(1, retired=True, running_revision=1, owner=OTHER)
    assert turn(new, retired, alive={ME: 9, OTHER: 9}).start == []
    elsewhere = replace(retired, connector_id=uuid.UUID(int=5))
    assert turn(new, elsewhere, alive={ME: 9, OTHER: 9}).start == [new]
    assert turn(new, replace(old, running_revision=2)).start == [
        new,
        replace(old, running_revision=2),
    ]


def connector(**columns):
    usual = {"id": CONNECTOR, "generation": 3, "attempt": None, "wait_s": 0.0, "restarts": 0}
    return ConnectorSeen(**{**usual, **columns})


def test_a_connectors_tasks_are_made_by_one_worker_that_lives():
    assert turn(connectors=[connector()]).configure == [connector()]
    assert turn(connectors=[connector(wait_s=1.0)]).configure == []
    theirs = connector(attempt=OTHER)
    assert turn(connectors=[theirs], alive={ME: 9, OTHER: 9}).configure == []
    assert turn(connectors=[theirs]).configure == [theirs]
    assert turn(connectors=[connector(attempt=ME)], attempts={CONNECTOR: 3}).configure == []


def test_an_attempt_of_a_former_config_is_given_up():
    assert turn(connectors=[connector()], attempts={CONNECTOR: 3}).give_up_attempts == []
    assert turn(connectors=[connector()], attempts={CONNECTOR: 2}).give_up_attempts == [CONNECTOR]
    assert turn(attempts={CONNECTOR: 3}).give_up_attempts == [CONNECTOR]
