"""Buckets that are written down: as good as ones that stay in memory."""

import json

from hypothesis import given
from hypothesis import strategies as st

from brokers.quotas import kept_buckets
from brokers.quotas.kept_buckets import KeptBuckets
from brokers.quotas.token_bucket import TokenBucket

BURST_MS = 11_000
uses = st.lists(
    st.tuples(st.sampled_from("ab"), st.integers(1, 60), st.integers(0, 20_000)), max_size=20
)


@given(uses)
def test_writing_down_changes_nothing(uses):
    kept, now_ms = {}, 0
    memory = {
        key: TokenBucket.full(rate, burst_ms=BURST_MS, now_ms=0)
        for key, rate in (("a", 1.0), ("b", 0.3))
    }
    for key, count, passed_ms in uses:
        now_ms += passed_ms
        buckets = KeptBuckets(json.loads(json.dumps(kept)), burst_ms=BURST_MS)
        bucket = buckets.get(key, memory[key].rate, now_ms)
        assert abs(bucket.available(now_ms) - memory[key].available(now_ms)) < 1e-6
        bucket.take(count, now_ms)
        memory[key].take(count, now_ms)
        buckets.put(key, bucket)
        kept = buckets.kept(now_ms)


def test_a_bucket_that_is_full_again_is_not_kept():
    buckets = KeptBuckets({}, burst_ms=BURST_MS)
    bucket = buckets.get("a", 1.0, 0)
    bucket.take(3, 0)
    buckets.put("a", bucket)
    assert set(buckets.kept(2_999)) == {"a"}
    assert buckets.kept(3_000) == {}


def test_a_rate_that_was_changed_leaves_the_debt():
    buckets = KeptBuckets({"a": (1.0, -5.0, 0)}, burst_ms=BURST_MS)
    assert buckets.get("a", 10.0, 0).wait_ms(0) == 500
    assert buckets.get("a", 0.5, 0).wait_ms(0) == 10_000


def test_new_names_beyond_the_bound_share_one_bucket(monkeypatch):
    monkeypatch.setattr(kept_buckets, "KEPT_MAX", 2)
    buckets = KeptBuckets({}, burst_ms=BURST_MS)
    for name in "abcdef":
        bucket = buckets.get(name, 1.0, 0)
        bucket.take(6, 0)
        buckets.put(name, bucket)
    assert len(buckets.kept(0)) == 3
    assert buckets.get("a", 1.0, 0).available(0) == 5
    assert buckets.get("z", 1.0, 0).available(0) == 11 - 4 * 6
