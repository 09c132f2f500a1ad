"""The comparison of times: it finds what differs, and nothing in what does not."""

import random

import pytest

from tests.isolation.ranks import compare


def times(rng, count, shift=0.0):
    """As a service's are: near a floor, with a long tail."""
    return [1 + shift + rng.expovariate(5) for _ in range(count)]


def test_small_differences_are_found_and_none_in_what_is_alike():
    rng = random.Random(7)
    found = [compare(times(rng, 400), times(rng, 400)).apart for _ in range(200)]
    assert not any(found)
    found = [compare(times(rng, 400, 0.1), times(rng, 400)).apart for _ in range(20)]
    assert all(found)


def test_a_few_long_times_say_nothing():
    rng = random.Random(8)
    slow = [1_000.0] * 5
    assert not compare(times(rng, 400) + slow, times(rng, 405)).apart


def test_what_it_says_of_known_samples():
    """As scipy.stats.mannwhitneyu, asymptotically and without its continuity correction."""
    first, second = [float(each) for each in range(20)], [each + 5.0 for each in range(20)]
    found = compare(first, second)
    assert found.above == pytest.approx(112.5 / 400)
    assert found.z == pytest.approx(-2.368, abs=0.01)
    assert found.shift == -5
    assert compare(second, first).z == pytest.approx(-found.z)
    assert compare([1.0] * 30, [1.0] * 30).z == 0


def test_how_many_guesses_it_takes():
    rng = random.Random(9)
    clear = compare(times(rng, 400, 1.0), times(rng, 400))
    unclear = compare(times(rng, 400, 0.02), times(rng, 400))
    assert clear.guesses < unclear.guesses
    assert compare([1.0] * 30, [1.0] * 30).guesses == float("inf")


def test_too_few_times_say_nothing():
    with pytest.raises(ValueError, match="20"):
        compare([1.0] * 19, [1.0] * 30)
