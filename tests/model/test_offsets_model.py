"""Committed offsets against a plain list of what was done, with transactions that end in any
order."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from brokers.groups.offsets import Offsets, commit, tombstone

GROUPS = st.sampled_from(["acme/g1", "rival/g2", "acme/g3"])
PLACES = st.tuples(st.sampled_from(["a", "b"]), st.integers(0, 1))
PRODUCERS = st.integers(1, 3)


class OffsetsModel(RuleBasedStateMachine):
    """The model keeps every commit with its position; what holds is the latest one that counts."""

    def __init__(self) -> None:
        super().__init__()
        self.offsets = Offsets()
        self.history: list[dict] = []
        """One entry per commit: who, where, what (None: a tombstone), and whether it counts."""

    def _note(self, group, place, offset, producer) -> None:
        self.history.append(
            {"group": group, "place": place, "offset": offset, "open": producer, "void": False}
        )

    @rule(group=GROUPS, place=PLACES, offset=st.integers(0, 1000))
    def commits(self, group, place, offset) -> None:
        self.offsets.replay(_commit(group, place, offset))
        self._note(group, place, offset, None)

    @rule(group=GROUPS, place=PLACES, offset=st.integers(0, 1000), producer=PRODUCERS)
    def commits_in_a_transaction(self, group, place, offset, producer) -> None:
        self.offsets.replay_in_transaction(producer, _commit(group, place, offset))
        self._note(group, place, offset, producer)

    @rule(producer=PRODUCERS, committed=st.booleans())
    def transaction_ends(self, producer, committed) -> None:
        self.offsets.transaction_ended(producer, committed)
        for entry in self.history:
            if entry["open"] == producer:
                entry["open"], entry["void"] = None, not committed

    @rule(group=GROUPS)
    def forgets(self, group) -> None:
        for record in self.offsets.forgotten(group):
            self.offsets.replay(record)
        self.history = [entry for entry in self.history if entry["group"] != group or entry["open"]]

    @invariant()
    def holds_the_latest_that_counts(self) -> None:
        expected: dict = {}
        for entry in self.history:
            if entry["open"] is None and not entry["void"]:
                expected[entry["group"], entry["place"]] = entry["offset"]
        held = {
            (group, place): committed.offset
            for group in self.offsets.groups()
            for place, committed in self.offsets.of(group).items()
        }
        assert held == expected

    @invariant()
    def knows_what_is_pending(self) -> None:
        for group in ("acme/g1", "rival/g2", "acme/g3"):
            pending = {e["place"] for e in self.history if e["open"] and e["group"] == group}
            assert self.offsets.has_pending(group) == bool(pending)
            for place in [("a", 0), ("a", 1), ("b", 0), ("b", 1)]:
                assert self.offsets.is_pending(group, place) == (place in pending)

    @invariant()
    def counts_each_tenant_s_notes(self) -> None:
        kept = {}
        for entry in self.history:
            if not entry["void"]:
                kept[entry["open"], entry["group"], entry["place"]] = _note(entry["offset"])
        for tenant in ("acme", "rival"):
            notes = [note for (_, group, _), note in kept.items() if group.startswith(tenant)]
            assert self.offsets.metadata_bytes_beside(f"{tenant}/any") == sum(map(len, notes))


def _commit(group, place, offset):
    return commit(group, place, offset=offset, leader_epoch=1, metadata=_note(offset), now_ms=0)


def _note(offset):
    return "x" * (offset % 4)


TestOffsetsModel = OffsetsModel.TestCase


def test_an_unused_commit_expires_after_its_groups_last_member() -> None:
    offsets = Offsets()
    for topic in ("kept", "old"):
        offsets.replay(commit("g", (topic, 0), offset=5, leader_epoch=-1, metadata="", now_ms=100))
    ask = {"retention_ms": 50, "is_subscribed": lambda topic: topic == "kept"}
    assert offsets.expired("g", now_ms=149, idle_since_ms=None, **ask) == []
    assert offsets.expired("g", now_ms=150, idle_since_ms=None, **ask) == [
        tombstone("g", ("old", 0))
    ]
    assert offsets.expired("g", now_ms=199, idle_since_ms=150, **ask) == []
    assert len(offsets.expired("g", now_ms=200, idle_since_ms=150, **ask)) == 1


def test_nothing_expires_that_a_transaction_is_about_to_replace() -> None:
    offsets = Offsets()
    offsets.replay(commit("g", ("t", 0), offset=5, leader_epoch=-1, metadata="", now_ms=0))
    ask = {"retention_ms": 1, "is_subscribed": lambda topic: False, "idle_since_ms": None}
    offsets.replay_in_transaction(7, _commit("g", ("t", 0), 9))
    assert offsets.expired("g", now_ms=10**6, **ask) == []
    offsets.transaction_ended(7, committed=False)
    assert len(offsets.expired("g", now_ms=10**6, **ask)) == 1
