"""The classic group against what its members can tell from their answers, whatever they do."""

import os

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from brokers.groups.classic.config import ClassicConfig
from brokers.groups.classic.requests import Departure
from brokers.groups.classic.results import JoinResult, SyncResult
from brokers.groups.classic.states import GroupState
from brokers.kernel.errors import ErrorCode
from tests.model.groups.classic_shell import Shell, assigning

SESSION_MS = [6_000, 20_000]
REBALANCE_MS = [1_000, 60_000]
LONGEST_JOIN_MS = max(REBALANCE_MS)
PROTOCOLS = [
    assigning("range", "a"),
    assigning("range", "a", "b"),
    assigning("range", "a") + assigning("sticky", "a"),
    assigning("sticky", "a") + assigning("range", "a"),
    assigning("roundrobin", "a"),
]
INSTANCES = ["left", "right"]

protocols = st.sampled_from(PROTOCOLS)
versions = st.sampled_from([0, 3, 4, 5, 9])
choices = st.integers(0, 1_000)
rare = st.integers(0, 3).map(lambda number: number == 0)
timeouts = st.fixed_dictionaries(
    {"session_ms": st.sampled_from(SESSION_MS), "rebalance_ms": st.sampled_from(REBALANCE_MS)}
)


class ClassicMachine(RuleBasedStateMachine):
    """``shell`` checks itself; here is what spans requests."""

    @initialize(
        delay_ms=st.sampled_from([0, 3_000]),
        members_max=st.sampled_from([2, 4, 1_000]),
        first=st.lists(st.sampled_from([None, None, *INSTANCES]), max_size=5),
    )
    def begin(self, delay_ms: int, members_max: int, first: list[str | None]) -> None:
        config = ClassicConfig(initial_rebalance_delay_ms=delay_ms, members_max=members_max)
        self.shell = Shell(config)
        self.ids: list[str] = ["nobody"]
        """Every member id that anybody was told."""
        self.seen: set[int] = set()
        """Tokens whose answers were looked at."""
        self.assigned: dict[int, dict[str, bytes]] = {}
        """What the leader of each generation said."""
        self.protocol_of: dict[int, str | None] = {}
        self.asked_by: dict[int, tuple[str, int]] = {}
        """Member id and generation of each sync's token."""
        self.replaced: dict[str, str] = {}
        """A static member's id to the one that it took the place of."""
        for instance_id in first:
            version = 5 if instance_id else 3
            self.shell.join(instance_id=instance_id, version=version, protocols=PROTOCOLS[2])
        self.answers_agree()
        self.it_settles()

    def _someone(self, choice: int) -> str:
        """Mostly a member, sometimes one that was or will be."""
        members = list(self.shell.group._group.roster.members)
        if members and choice % 4:
            return members[choice // 4 % len(members)]
        return self.ids[choice // 4 % len(self.ids)]

    # Requests.

    @rule(protocols=protocols, version=versions, timeouts=timeouts)
    def join_as_new(self, protocols: tuple, version: int, timeouts: dict) -> None:
        self.shell.join(protocols=protocols, version=version, **timeouts)

    @rule(choice=choices, protocols=protocols, version=versions, timeouts=timeouts)
    def join_again(self, choice: int, protocols: tuple, version: int, timeouts: dict) -> None:
        member_id = self._someone(choice)
        self.shell.join(member_id, protocols=protocols, version=version, **timeouts)

    @rule(
        instance_id=st.sampled_from(INSTANCES),
        choice=st.none() | choices,
        protocols=protocols,
        version=st.sampled_from([5, 9]),
        timeouts=timeouts,
    )
    def join_as_static(
        self, instance_id: str, choice: int | None, protocols: tuple, version: int, timeouts: dict
    ) -> None:  # fmt: skip
        member_id = "" if choice is None else self._someone(choice)
        before = self.shell.group._group.roster.instances.get(instance_id)
        self.shell.join(
            member_id, instance_id=instance_id, protocols=protocols, version=version, **timeouts
        )
        after = self.shell.group._group.roster.instances.get(instance_id)
        if before and after and before != after:
            self.replaced[after] = before
            self.ids.append(after)

    @rule()
    def everyone_joins(self) -> None:
        for member in list(self.shell.group._group.roster):
            self.shell.join(
                member.member_id, instance_id=member.instance_id, protocols=member.protocols
            )
        for member_id in sorted(self.shell.group._group.issued_ids):
            self.shell.join(member_id)

    @rule()
    def everyone_syncs(self) -> None:
        """As well-behaved clients do: how a group becomes stable."""
        group = self.shell.group._group
        for member_id in sorted(group.roster.members, key=lambda m: m == group.leader):
            self._sync(member_id, group.generation)
        if group.state is GroupState.STABLE:
            assert not group.unsynced

    @rule()
    def it_settles(self) -> None:
        """Everyone does as asked, for as long as it takes."""
        self.everyone_joins()
        self.shell.pass_time(3_000)
        self.everyone_syncs()

    @rule(choice=choices, behind=st.sampled_from([0, 0, 0, 1, -1]))
    def someone_syncs(self, choice: int, behind: int) -> None:
        generation = self.shell.group._group.generation - behind
        self._sync(self._someone(choice), generation)

    def _sync(self, member_id: str, generation: int) -> None:
        group = self.shell.group._group
        leads = (
            group.state is GroupState.COMPLETING_REBALANCE
            and group.leader == member_id
            and group.generation == generation
        )
        names = sorted(group.roster.members)[:-1] or [member_id]
        assignments = {name: f"{generation}:{name}".encode() for name in names}
        records = len(self.shell.log)
        token = self.shell.sync(member_id, generation, assignments)
        self.asked_by[token] = (member_id, generation)
        if leads and len(self.shell.log) > records:
            self.assigned[generation] = assignments

    @rule(choice=choices, behind=st.sampled_from([0, 0, 1, -1]), speaks_instance=st.booleans())
    def beat(self, choice: int, behind: int, speaks_instance: bool) -> None:
        member_id = self._someone(choice)
        generation = self.shell.group._group.generation - behind
        instance_id = INSTANCES[choice % 2] if speaks_instance else None
        expected = self._expected(member_id, instance_id, generation)
        if expected is ErrorCode.NONE and self.shell.state is GroupState.PREPARING_REBALANCE:
            expected = ErrorCode.REBALANCE_IN_PROGRESS
        assert self.shell.heartbeat(member_id, generation, instance_id) is expected

    @rule(choice=choices, behind=st.sampled_from([0, 0, 1, -1]), speaks_instance=st.booleans())
    def commit(self, choice: int, behind: int, speaks_instance: bool) -> None:
        member_id = self._someone(choice)
        generation = max(self.shell.group._group.generation - behind, 0)
        instance_id = INSTANCES[choice % 2] if speaks_instance else None
        expected = self._expected(member_id, instance_id, generation)
        transactional = self.shell.group.validate_txn_offset_commit(
            member_id, instance_id, generation
        )
        assert transactional is expected
        if expected is ErrorCode.NONE and self.shell.state is GroupState.COMPLETING_REBALANCE:
            expected = ErrorCode.REBALANCE_IN_PROGRESS
        assert self.shell.commit(member_id, generation, instance_id) is expected

    @rule()
    def commit_without_generation(self) -> None:
        is_empty = self.shell.state is GroupState.EMPTY
        expected = ErrorCode.NONE if is_empty else ErrorCode.UNKNOWN_MEMBER_ID
        assert self.shell.commit("", -1) is expected
        transactional = self.shell.group.validate_txn_offset_commit("", None, -1)
        assert transactional is ErrorCode.NONE

    def _expected(self, member_id: str, instance_id: str | None, generation: int) -> ErrorCode:
        """By what DescribeGroups shows."""
        members = {m.member_id: m.instance_id for m in self.shell.group.describe().members}
        if instance_id is not None and instance_id in members.values():
            if members.get(member_id) != instance_id:
                return ErrorCode.FENCED_INSTANCE_ID
        elif instance_id is not None or member_id not in members:
            return ErrorCode.UNKNOWN_MEMBER_ID
        if generation != self.shell.group._group.generation:
            return ErrorCode.ILLEGAL_GENERATION
        return ErrorCode.NONE

    @rule(picks=st.lists(choices, min_size=1, max_size=3), by_instance=st.booleans())
    def leave(self, picks: list[int], by_instance: bool) -> None:
        if by_instance:
            departures = [Departure("", INSTANCES[pick % 2]) for pick in picks]
        else:
            departures = [Departure(self._someone(pick)) for pick in picks]
        self.shell.leave(*departures)

    # What else happens.

    @precondition(lambda self: self.shell.waiting)
    @rule(choice=choices)
    def a_connection_closes(self, choice: int) -> None:
        tokens = sorted(self.shell.waiting)
        self.shell.drop_connection(tokens[choice % len(tokens)])

    @rule(milliseconds=st.sampled_from([1, 500, 1_000, 3_000]))
    def time_passes(self, milliseconds: int) -> None:
        self.shell.pass_time(milliseconds)

    @rule(is_rare=rare, milliseconds=st.sampled_from([7_000, 40_000, 301_000]))
    def a_long_time_passes(self, is_rare: bool, milliseconds: int) -> None:
        if is_rare:
            self.shell.pass_time(milliseconds)

    @rule(milliseconds=st.sampled_from([500, 3_000, 5_000]), skipped=choices)
    def members_live_on(self, milliseconds: int, skipped: int) -> None:
        """All but one send heartbeats."""
        for _ in range(4):
            self.shell.pass_time(milliseconds)
            group = self.shell.group._group
            for position, member_id in enumerate(list(group.roster.members)):
                if position != skipped % 8:
                    self.shell.heartbeat(member_id, group.generation)

    @rule(is_rare=rare)
    def the_disk_is_full_for_once(self, is_rare: bool) -> None:
        self.shell.can_append = not is_rare

    @rule(is_rare=rare, members_max=st.sampled_from([1, 4, 1_000]))
    def the_coordinator_fails_over(self, is_rare: bool, members_max: int) -> None:
        if not is_rare:
            return
        delay_ms = self.shell.config.initial_rebalance_delay_ms
        self.shell.can_append = True
        self.shell.fail_over(
            ClassicConfig(initial_rebalance_delay_ms=delay_ms, members_max=members_max)
        )
        self.protocol_of.clear()

    @precondition(lambda self: self.shell.state is GroupState.EMPTY)
    @rule(is_rare=rare)
    def the_group_is_deleted(self, is_rare: bool) -> None:
        if not is_rare:
            return
        self.shell.can_append = True
        self.shell.delete()
        assert self.shell.state is GroupState.DEAD
        assert self.shell.heartbeat("nobody", 0) is ErrorCode.COORDINATOR_NOT_AVAILABLE
        self.shell.check()
        self.shell.fail_over()
        self.shell.log.clear()
        self.shell.fail_over()
        self.assigned.clear()
        self.protocol_of.clear()

    # What must hold.

    @invariant()
    def the_group_is_sound(self) -> None:
        self.shell.check()

    @invariant()
    def nobody_waits_too_long(self) -> None:
        longest = LONGEST_JOIN_MS + self.shell.config.initial_rebalance_delay_ms
        for waiting in self.shell.waiting.values():
            assert self.shell.now_ms - waiting.since_ms <= 2 * longest
            if waiting.kind == "join":
                assert self.shell.now_ms - waiting.since_ms <= longest

    @invariant()
    def answers_agree(self) -> None:
        fresh = [self.shell.answers[t] for t in self.shell.answers.keys() - self.seen]
        self._check_joins([answer for answer in fresh if isinstance(answer, JoinResult)])
        for token in self.shell.answers.keys() - self.seen:
            answer = self.shell.answers[token]
            if isinstance(answer, SyncResult) and answer.error is ErrorCode.NONE:
                self._check_sync(*self.asked_by[token], answer)
        self.seen = set(self.shell.answers)

    def _check_joins(self, answers: list[JoinResult]) -> None:
        for answer in answers:
            if answer.member_id and answer.member_id not in self.ids:
                self.ids.append(answer.member_id)
            if answer.error is not ErrorCode.NONE:
                continue
            known = self.protocol_of.setdefault(answer.generation, answer.protocol_name)
            assert answer.protocol_name == known
            if answer.members:
                assert answer.leader == answer.member_id
                assert answer.member_id in {m.member_id for m in answer.members}
            elif answer.leader == answer.member_id:
                raise AssertionError("a leader was told of nobody")

    def _check_sync(self, member_id: str, generation: int, answer: SyncResult) -> None:
        """It is what the leader said, for this member or for the one whose place it took."""
        said = self.assigned[generation]
        named = [name for name in self._names(member_id) if name in said]
        assert answer.assignment == (said[named[0]] if named else b"")

    def _names(self, member_id: str) -> list[str]:
        names = [member_id]
        while names[-1] in self.replaced:
            names.append(self.replaced[names[-1]])
        return names

    @invariant()
    def the_log_alone_gives_what_was_recorded(self) -> None:
        live, rebuilt = self.shell.group._group, self.shell.rebuilt()._group
        assert rebuilt.generation <= live.generation
        if live.state not in {GroupState.EMPTY, GroupState.STABLE}:
            return
        assert rebuilt.state is live.state
        assert rebuilt.generation == live.generation
        assert rebuilt.leader == live.leader
        assert rebuilt.protocol_name == live.protocol_name
        assert rebuilt.recorded_ms == live.recorded_ms
        assert self.shell.rebuilt().describe().members == self.shell.group.describe().members

    def teardown(self) -> None:
        """When everyone falls silent, the group ends up empty and nobody waits."""
        if not hasattr(self, "shell"):
            return
        self.shell.can_append = True
        self.shell.pass_time(3_600_000)
        self.shell.check()
        assert self.shell.state is GroupState.EMPTY
        assert not self.shell.waiting
        assert not self.shell.timers


def test_classic_group() -> None:
    run_state_machine_as_test(
        ClassicMachine,
        settings=settings(
            max_examples=int(os.environ.get("EXAMPLES", "60")),
            phases=[Phase.generate, Phase.shrink] if "SHRINK" in os.environ else [Phase.generate],
            stateful_step_count=50,
            deadline=None,
            report_multiple_bugs=False,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
