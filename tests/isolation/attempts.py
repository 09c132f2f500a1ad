"""Random attempts to learn of another tenant, or to touch what is its own.

Each is made twice: about things of the other tenant and about things that do not exist. Answers
that differ, and answers with anything of the other tenant in them, are leaks.
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final

from brokers.wire.registry import ApiKey
from tests.isolation.http_case import WHOSE, absent_like, names_a_thing, question, rows, told
from tests.isolation.http_world import HttpSide
from tests.isolation.names import Names, marks, told_of
from tests.isolation.side import SECRET, SERVED
from tests.isolation.socket_case import CONVERSATIONS, talk
from tests.isolation.wire_case import Case, values_with
from tests.isolation.wire_rows import ROWS
from tests.isolation.wire_world import TwoTenants, what_they_have

WEIGHTS: Final = {"wire": 950, "rest": 35, "socket": 15}
SPENDING: Final = 0.04
"""How often a case is taken for which the other tenant makes a new thing: those take longest."""

ANSWER_CHARACTERS: Final = 400
"""Of each of two answers that differ, in what is told of a leak."""

NUMBERS: Final = (-2, -1, 0, 1, 2, 7, 1 << 16, (1 << 31) - 1)
VARIED: Final = frozenset(
    {
        "current_leader_epoch", "fetch_offset", "index", "isolation_level", "last_fetched_epoch",
        "leader_epoch", "partition", "partition_index", "partition_indexes", "partitions",
        "timestamp",
    }
)  # fmt: skip
"""Number fields that are drawn at random; none of them makes or unmakes anything by its value."""

CASES: Final = [
    (api_key, version, case)
    for api_key, versions in SERVED.items()
    for case in ROWS[api_key]
    for version in versions
    if case.since <= version <= case.until and api_key is not ApiKey.CREATE_ACLS
]
"""Without what leaves rules of one's own about foreign names, which are then described."""


@dataclass(slots=True)
class Outcome:
    """``leaks`` say what was asked; there must be none."""

    attempts: Counter[str] = field(default_factory=Counter)
    apis: Counter[str] = field(default_factory=Counter)
    leaks: list[str] = field(default_factory=list)
    seconds: float = 0.0


@dataclass(slots=True)
class Attempts:
    """``edge`` is a service of one broker, at which both pairs of tenants are."""

    edge: Any
    wire: TwoTenants
    me: HttpSide
    them: HttpSide
    rng: random.Random
    outcome: Outcome = field(default_factory=Outcome)

    def make(self, count: int, tell: Callable[[str], None]) -> Outcome:
        """``count`` attempts; ``tell`` hears how far they are."""
        begun = time.monotonic()
        kinds = {"wire": self._wire, "rest": self._rest, "socket": self._socket}
        for number in range(1, count + 1):
            (kind,) = self.rng.choices(list(WEIGHTS), list(WEIGHTS.values()))
            self.outcome.attempts[kind] += 1
            kinds[kind]()
            self.wire.keep_alive()
            if number % 5000 == 0:
                tell(f"{number} attempts, {len(self.outcome.leaks)} leaks")
        if what_they_have(self.wire.them) != self.wire.had:
            self.outcome.leaks.append("the other tenant no longer has what it had")
        self.outcome.seconds = time.monotonic() - begun
        return self.outcome

    def _wire(self) -> None:
        api_key, version, case = self._drawn_case()
        foreign = self._mixed(self.wire.them.renewed(case.spends, self.wire.them.names), case)
        absent = self.wire.absent_like(foreign)
        me = self.wire.me
        about_foreign = me.answer(case, api_key, version, foreign, me.names)
        about_absent = me.answer(case, api_key, version, absent, me.names)
        self.outcome.apis[api_key.name] += 1
        what = f"{api_key.name} {version}, {case.label}, {dict(case.values)}"
        if (about := told_of(about_foreign, foreign, absent)) != about_absent:
            self._differ(what, about, about_absent)
        if SECRET + foreign.topic.encode() in about_foreign:
            self.outcome.leaks.append(f"{what}: a record of the other tenant")
        if case.listing and any(mark in about_foreign for mark in marks(self.wire.them.names)):
            self.outcome.leaks.append(f"{what}: lists what is the other tenant's")

    def _differ(self, what: str, foreign: object, absent: object) -> None:
        answers = f"{str(foreign)[:ANSWER_CHARACTERS]} and {str(absent)[:ANSWER_CHARACTERS]}"
        self.outcome.leaks.append(f"{what}: foreign and absent differ: {answers}")

    def _drawn_case(self) -> tuple[ApiKey, int, Case]:
        while True:
            api_key, version, case = self.rng.choice(CASES)
            if not case.spends or self.rng.random() < SPENDING:
                return api_key, version, values_with(case, api_key, version, self._number)

    def _number(self, name: str) -> int | None:
        if name in VARIED and self.rng.random() < 0.3:
            return self.rng.choice(NUMBERS)
        return None

    def _mixed(self, foreign: Names, case: Case) -> Names:
        """Now and then some of the names are the caller's own, as a guess would have them."""
        if case.spends or self.rng.random() < 0.7:
            return foreign
        mine = self.wire.me.names
        own = {
            each.name: getattr(mine, each.name)
            for each in fields(Names)
            if each.name in {"member", "instance"} and not case.listing and self.rng.random() < 0.5
        }
        return replace(foreign, **own)

    def _rest(self) -> None:
        row = self.rng.choice(rows())
        foreign, absent = dict(self.them.names), absent_like(self.them.names)
        over: Mapping[str, str] = {}
        if names_a_thing(row) and self.rng.random() < 0.5:
            over = {name: self.me.names[name] for name in WHOSE}
        client = self.rng.choice(list(self.me.callers.values()))
        one = question(row, foreign | dict(over)).ask(client)
        two = question(row, absent | dict(over)).ask(client)
        self.outcome.apis[str(row)] += 1
        about_foreign = told(one, {**foreign, **over}, {**absent, **over})
        if about_foreign != (about_absent := told(two, {}, {})):
            self._differ(f"{row}, {over}", about_foreign, about_absent)
        if f"the secret of {self.them.tenant.name}" in one.text:
            self.outcome.leaks.append(f"{row}, {over}: a record of the other tenant")

    def _socket(self) -> None:
        asked = self.rng.choice(CONVERSATIONS)
        mine = {"mine": self.me.tenant.cluster_id}
        foreign = {**self.them.names, **mine}
        absent = {**absent_like(self.them.names), **mine}
        credentials = self.me.tenant.administrator
        about_foreign = talk(self.edge, credentials, asked, foreign, absent)
        self.outcome.apis[asked.label] += 1
        about_absent = talk(self.edge, credentials, asked, absent, absent)
        if about_foreign != about_absent:
            self._differ(f"websocket, {asked.label}", about_foreign, about_absent)
        if any(f"the secret of {self.them.tenant.name}" in frame for frame in about_foreign):
            self.outcome.leaks.append(f"websocket, {asked.label}: a record of the other tenant")
