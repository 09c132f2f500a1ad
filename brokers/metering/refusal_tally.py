"""Refusals on their way to the audit log, so that every one counts and a flood fills nothing. Pure.

The first of its kind is due at once, its repetitions together when a minute is over. What could not
be written is taken back and due again. Deeds that only a broker knows of go the same way.

What a quota did not allow is counted apart: it is many clients' daily life, so its repetitions come
together after ten minutes, and however much there is of it, what somebody had no right to do is
told by name.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from brokers.metering.offset_moves import OffsetMoves

WINDOW_MS: Final = 60_000
QUOTA_WINDOW_MS: Final = 600_000
ACTS_PER_TENANT_MAX: Final = 100
"""Different refusals within a window; what is beyond is counted together."""
STRANGERS_ACTS_MAX: Final = 1_000
"""As ``ACTS_PER_TENANT_MAX``, of all whose tenant is not known, whom each address counts for."""
SEVERAL_REFUSALS: Final = "access.several"
QUOTA_ACTS_PER_TENANT_MAX: Final = 100
"""Different ones within a window: so many principals, each with so many quotas."""
SEVERAL_QUOTAS: Final = "quota.several"
_QUOTA: Final = "quota."
THROTTLE: Final = "quota.throttle"
"""By a rate: held back, or told when to come again."""
REFUSE: Final = "quota.refuse"
"""By a number or a size that is used up: not done."""
_RATES: Final = ("_per_s", "_rate", "_percent", "_percentage")
DEEDS_PER_TENANT_MAX: Final = 1_000
"""As ``ACTS_PER_TENANT_MAX``, of what was done: one request may name hundreds of groups."""
SEVERAL_DEEDS: Final = "deed.several"
TOPIC_LIMIT: Final = "max.message.bytes"
"""A topic's own, beside the tenant's ``message_bytes``."""


class Act(NamedTuple):
    """What somebody was not allowed to do, or did. ``tenant_id`` None: it concerns the cell."""

    tenant_id: str | None
    by: str
    action: str
    object: str


def over_quota(tenant_id: str | None, by: str, quota: str) -> Act:
    """A principal has used up a limit of its tenant (``tenants/limits.py``) or a client quota, by
    its name."""
    return Act(tenant_id, by, THROTTLE if quota.endswith(_RATES) else REFUSE, quota)


def over_topic_limit(tenant_id: str | None, by: str, topic: str) -> Act:
    """A batch is larger than its topic takes, and the tenant's limit would have let it pass."""
    return Act(tenant_id, by, REFUSE, f"{TOPIC_LIMIT} of {topic}")


@dataclass(frozen=True, slots=True)
class Refusals:
    """``count`` times the same since it was told last; where the first came from, and when.
    ``moves`` are those of all of them; none where what was counted together is not the same."""

    act: Act
    count: int
    source: str
    request_id: str
    at_ms: int
    moves: OffsetMoves | None = None


class _Bound(NamedTuple):
    """Of what is counted together; what is beyond it is called ``several``."""

    several: str
    acts_per_tenant_max: int
    window_ms: int


class _Group(NamedTuple):
    """``whose``: a tenant's, or an address's where no tenant is known."""

    whose: str
    bound: _Bound


@dataclass(slots=True)
class _Open:
    """``told_ms`` None: nothing of it was told in this window."""

    group: _Group
    """Whose room it takes: a tenant's, or an address' where the tenant is not known."""
    source: str
    request_id: str
    at_ms: int
    moves: OffsetMoves | None = None
    count: int = 0
    told_ms: int | None = None

    def told(self, act: Act) -> Refusals:
        return Refusals(act, self.count, self.source, self.request_id, self.at_ms, moves=self.moves)


_OF_QUOTAS: Final = _Bound(SEVERAL_QUOTAS, QUOTA_ACTS_PER_TENANT_MAX, QUOTA_WINDOW_MS)


class RefusalTally:
    """Memory is bounded by ``acts_per_tenant_max`` of each tenant that is refused anything, and
    ``QUOTA_ACTS_PER_TENANT_MAX`` by quotas; what is beyond is one act, called ``several``.

    Where it is not known whose a refusal is, as of a login over HTTP, each address has as much
    room, so that nobody's wrong guesses keep another's from being told apart.
    """

    def __init__(
        self,
        acts_per_tenant_max: int = ACTS_PER_TENANT_MAX,
        several: str = SEVERAL_REFUSALS,
        window_ms: int = WINDOW_MS,
    ) -> None:
        self._usual = _Bound(several, acts_per_tenant_max, window_ms)
        self._acts: dict[Act, _Open] = {}
        self._per_group: Counter[_Group] = Counter()
        self._of_strangers = 0

    @property
    def is_empty(self) -> bool:
        return not self._acts

    def note(
        self,
        act: Act,
        source: str,
        request_id: str,
        now_ms: int,
        moves: OffsetMoves | None = None,
    ) -> None:
        """Count one refusal."""
        open_ = self._count(act, Refusals(act, 1, source, request_id, now_ms))
        if open_ is self._acts.get(act):
            open_.moves = _both(open_.moves, moves)

    def due(self, now_ms: int) -> list[Refusals]:
        """What is to be written now; it counts as told."""
        told = []
        for act, open_ in list(self._acts.items()):
            window_ms = self._bound(act).window_ms
            is_over = open_.told_ms is not None and now_ms - open_.told_ms >= window_ms
            if open_.count and (open_.told_ms is None or is_over):
                told.append(open_.told(act))
                open_.count, open_.told_ms, open_.moves = 0, now_ms, None
            elif is_over:
                self._forget(act)
        return told

    def all(self) -> list[Refusals]:
        """Everything that was not told, for whoever stops; nothing is kept."""
        rest = [open_.told(act) for act, open_ in self._acts.items() if open_.count]
        self._acts.clear()
        self._per_group.clear()
        self._of_strangers = 0
        return rest

    def take_back(self, refusals: Iterable[Refusals]) -> None:
        """They could not be written: due again."""
        for each in refusals:
            open_ = self._count(each.act, each)
            open_.told_ms = None
            if open_ is self._acts.get(each.act):
                open_.moves = _both(each.moves, open_.moves)

    def _count(self, act: Act, refusals: Refusals) -> _Open:
        whose = refusals.source if act.tenant_id is None else act.tenant_id
        group = _Group(whose, self._bound(act))
        open_ = self._acts.get(act)
        if open_ is None and self._is_full(act, group):
            act = Act(act.tenant_id, "several", group.bound.several, "")
            open_ = self._acts.get(act)
        if open_ is None:
            open_ = self._acts[act] = _Open(group, "", "", 0)
            self._per_group[group] += 1
            self._of_strangers += act.tenant_id is None
        if not open_.count:
            open_.source, open_.request_id = refusals.source, refusals.request_id
            open_.at_ms = refusals.at_ms
        open_.count += refusals.count
        return open_

    def _is_full(self, act: Act, group: _Group) -> bool:
        return self._per_group[group] >= group.bound.acts_per_tenant_max or (
            act.tenant_id is None and self._of_strangers >= STRANGERS_ACTS_MAX
        )

    def _forget(self, act: Act) -> None:
        group = self._acts.pop(act).group
        self._of_strangers -= act.tenant_id is None
        self._per_group[group] -= 1
        if not self._per_group[group]:
            del self._per_group[group]

    def _bound(self, act: Act) -> _Bound:
        return _OF_QUOTAS if act.action.startswith(_QUOTA) else self._usual


def _both(first: OffsetMoves | None, then: OffsetMoves | None) -> OffsetMoves | None:
    if first is None or then is None:
        return then if first is None else first
    return first.then(then)
