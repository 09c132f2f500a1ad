from streaming.access.caller import Caller, KeyCredential
from streaming.access.key_cache import ENTRIES_MAX, FRESH_SECONDS, STALE_SECONDS, KeyCache


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


def caller(expires_at_ms=None):
    return Caller("User:a", "User:a", KeyCredential("HW1", expires_at_ms), ())


def test_a_hit_is_fresh_for_less_than_the_five_seconds_of_a_revocation():
    clock = Clock()
    cache = KeyCache(clock, clock)
    known = caller()
    cache.remember("HW1", "secret", known)
    assert cache.fresh("HW1", "secret") is known
    assert cache.fresh("HW1", "Secret") is None
    assert cache.fresh("HW2", "secret") is None
    clock.now += FRESH_SECONDS + 0.1
    assert FRESH_SECONDS < 5
    assert cache.fresh("HW1", "secret") is None
    assert cache.stale("HW1", "secret") is known
    clock.now += STALE_SECONDS
    assert cache.stale("HW1", "secret") is None


def test_an_expired_key_is_not_found_however_fresh():
    clock = Clock()
    cache = KeyCache(clock, clock)
    cache.remember("HW1", "secret", caller(expires_at_ms=int((clock.now + 1) * 1000)))
    assert cache.fresh("HW1", "secret")
    clock.now += 1
    assert cache.fresh("HW1", "secret") is None
    assert cache.stale("HW1", "secret") is None


def test_memory_is_bounded_and_holds_no_secret():
    cache = KeyCache()
    for n in range(ENTRIES_MAX + 5):
        cache.remember(f"HW{n}", "sesame", caller())
    assert len(cache._entries) == ENTRIES_MAX
    assert cache.fresh("HW0", "sesame") is None
    assert "sesame" not in repr(list(cache._entries.items())[:3])
