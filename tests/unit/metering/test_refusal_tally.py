"""Refusals are all counted, and a flood of them makes few entries."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokers.metering import refusal_tally
from brokers.metering.refusal_tally import (
    ACTS_PER_TENANT_MAX,
    QUOTA_ACTS_PER_TENANT_MAX,
    QUOTA_WINDOW_MS,
    REFUSE,
    SEVERAL_REFUSALS,
    THROTTLE,
    WINDOW_MS,
    Act,
    Refusals,
    RefusalTally,
    over_quota,
)
from tenants.client_quotas import IP_KEYS, KEYS
from tenants.limits import KINDS

WRITE = Act("acme", "User:app", "topic.write", "orders")


def test_the_first_is_told_at_once_and_its_repetitions_together():
    tally = RefusalTally()
    tally.note(WRITE, "192.0.2.1", "first", 0)
    assert tally.due(10) == [Refusals(WRITE, 1, "192.0.2.1", "first", 0)]
    tally.note(WRITE, "192.0.2.2", "second", 20)
    tally.note(WRITE, "192.0.2.3", "third", 30)
    assert tally.due(10 + WINDOW_MS - 1) == []
    assert tally.due(10 + WINDOW_MS) == [Refusals(WRITE, 2, "192.0.2.2", "second", 20)]
    assert not tally.is_empty
    assert tally.due(10 + 2 * WINDOW_MS) == []
    assert tally.is_empty


def test_what_could_not_be_written_is_due_again_with_what_came_since():
    tally = RefusalTally()
    tally.note(WRITE, "192.0.2.1", "first", 0)
    lost = tally.due(0)
    tally.note(WRITE, "192.0.2.1", "second", 5)
    tally.take_back(lost)
    assert [(each.act, each.count) for each in tally.due(6)] == [(WRITE, 2)]


def test_names_made_up_by_the_thousand_are_counted_together_and_others_are_not_hurt():
    tally = RefusalTally()
    for number in range(10 * ACTS_PER_TENANT_MAX):
        tally.note(WRITE._replace(object=str(number)), "192.0.2.1", "", 0)
    tally.note(WRITE._replace(tenant_id="rival"), "192.0.2.1", "", 0)
    told = tally.due(0)
    assert len(told) == ACTS_PER_TENANT_MAX + 2
    assert sum(each.count for each in told) == 10 * ACTS_PER_TENANT_MAX + 1
    together = [each for each in told if each.act.action == "access.several"]
    assert [each.count for each in together] == [9 * ACTS_PER_TENANT_MAX]
    assert told[-1].act.tenant_id == "rival"


def test_what_goes_beyond_another_bound_is_told_by_another_name():
    tally = RefusalTally(acts_per_tenant_max=2, several="deed.several")
    for number in range(5):
        tally.note(WRITE._replace(object=str(number)), "192.0.2.1", "", 0)
    told = {(each.act.by, each.act.action): each.count for each in tally.due(0)[-1:]}
    assert told == {("several", "deed.several"): 3}


def told(tally, now_ms):
    return [(each.act.by, each.act.action, each.count) for each in tally.due(now_ms)]


def test_what_a_quota_did_not_allow_is_gathered_for_longer():
    tally = RefusalTally()
    held = over_quota("acme", "User:app", "produce_bytes_per_s")
    for now_ms in (0, 20, 30):
        tally.note(held, "192.0.2.1", str(now_ms), now_ms)
        tally.note(WRITE, "192.0.2.1", str(now_ms), now_ms)
        if not now_ms:
            assert len(tally.due(0)) == 2, "the first at once"
    assert told(tally, WINDOW_MS) == [("User:app", "topic.write", 2)]
    assert told(tally, QUOTA_WINDOW_MS - 1) == []
    assert tally.due(QUOTA_WINDOW_MS) == [Refusals(held, 2, "192.0.2.1", "20", 20)]


def test_neither_quotas_nor_rights_hide_what_is_refused_by_the_other():
    tally = RefusalTally()
    for number in range(ACTS_PER_TENANT_MAX + QUOTA_ACTS_PER_TENANT_MAX):
        tally.note(over_quota("acme", f"User:{number}", "storage_bytes"), "", "", 0)
        tally.note(WRITE._replace(object=str(number)), "", "", 0)
    together = [each for each in told(tally, 0) if each[0] == "several"]
    assert set(together) == {
        ("several", "quota.several", ACTS_PER_TENANT_MAX),
        ("several", "access.several", QUOTA_ACTS_PER_TENANT_MAX),
    }
    assert told(tally, WINDOW_MS) == told(tally, QUOTA_WINDOW_MS) == []
    assert tally.is_empty


@pytest.mark.parametrize("quota", sorted({kind.name for kind in KINDS} | KEYS | IP_KEYS))
def test_a_rate_makes_wait_and_what_is_used_up_does_not_allow(quota):
    units = {kind.name: kind.unit for kind in KINDS}
    is_rate = units.get(quota, "/s").endswith(("/s", "%"))
    assert over_quota("acme", "User:app", quota).action == (THROTTLE if is_rate else REFUSE)


def login(key):
    """A failed one, whose tenant nobody knows yet."""
    return Act(None, "nobody", "login.http", key)


def test_one_address_s_wrong_guesses_hide_nobody_else_s():
    tally = RefusalTally(acts_per_tenant_max=2)
    for key in "abcd":
        tally.note(login(key), "192.0.2.1", "", 0)
    tally.note(login("victim"), "192.0.2.2", "", 0)
    told = {each.act: each.count for each in tally.due(0)}
    several = Act(None, "several", SEVERAL_REFUSALS, "")
    assert told == {login("a"): 1, login("b"): 1, several: 2, login("victim"): 1}
    tally.due(WINDOW_MS)
    tally.note(login("c"), "192.0.2.1", "", WINDOW_MS)
    assert [each.act for each in tally.due(WINDOW_MS)] == [login("c")]


def test_all_addresses_together_are_bounded(monkeypatch):
    monkeypatch.setattr(refusal_tally, "STRANGERS_ACTS_MAX", 3)
    tally = RefusalTally()
    for number in range(10):
        tally.note(login(str(number)), f"192.0.2.{number}", "", 0)
    tally.note(WRITE, "192.0.2.1", "", 0)
    assert Counter({each.act.object: each.count for each in tally.due(0)}) == Counter(
        {"0": 1, "1": 1, "2": 1, "": 7, "orders": 1}
    )


ACTS = st.builds(
    Act,
    st.sampled_from([None, "acme", "rival"]),
    st.just("User:app"),
    st.sampled_from(["topic.write", THROTTLE]),
    st.integers(0, 2 * ACTS_PER_TENANT_MAX).map(str),
)


@given(
    st.lists(st.tuples(ACTS, st.integers(0, 30_000), st.sampled_from(["", "", "write", "fail"])))
)
def test_nothing_is_lost_and_a_minute_s_entries_are_bounded(steps):
    tally, now, noted, told = RefusalTally(), 0, Counter(), Counter()
    entries = Counter()
    for act, passed_ms, then in steps:
        now += passed_ms
        tally.note(act, "", "", now)
        noted[act.tenant_id] += 1
        if then:
            due = tally.due(now)
            if then == "fail":
                tally.take_back(due)
                continue
            for each in due:
                told[each.act.tenant_id] += each.count
                entries[each.act, now // WINDOW_MS] += 1
    for each in tally.all():
        told[each.act.tenant_id] += each.count
    assert told == noted
    assert max(entries.values(), default=0) <= 2
