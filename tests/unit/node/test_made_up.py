"""What SCRAM tells names that are not there, beside what it tells those that are."""

import random
from collections import Counter

from brokers.metadata.records import SealedVerifier
from brokers.metadata.scram_shapes import ScramShape, ScramShapes
from brokers.node.authentication.made_up import API_KEYS, made_up
from brokers.node.authentication.scram import Scram

JAVA, LONG = ScramShape(8192, 26, "base36"), ScramShape(4096, 64, "bytes")
NAMES = [f"user{number}@lkc-a" for number in range(2000)]


def told(name, shapes):
    made = made_up(b"pepper", "sha256", name, shapes)
    return made.iterations, made.salt


def test_where_there_is_no_scram_user_it_is_as_for_api_keys():
    iterations, salt = told("HWABCDEFGHIJKLMN", {})
    assert (iterations, len(salt)) == API_KEYS[:2]


def test_made_up_ones_are_as_frequent_as_real_ones():
    found = Counter(told(name, {JAVA: 3, LONG: 1})[0] for name in NAMES)
    assert 0.7 < found[8192] / len(NAMES) < 0.8


def test_salts_have_the_length_and_the_digits_of_those_in_use():
    for length in (24, 25, 26):
        for name in NAMES[:200]:
            _, salt = told(name, {ScramShape(4096, length, "base36"): 1})
            assert len(salt) == length
            value = int(salt, 36)
            assert value < 1 << 130
            assert salt.islower() or salt.isdigit()
            assert salt[:1] == b"1" or length < 26, "as of the numbers of 130 bits"
    assert len(told(NAMES[0], {LONG: 1})[1]) == 64


def test_a_shape_more_changes_no_more_names_than_get_it():
    before, after = {JAVA: 3}, {JAVA: 3, LONG: 1}
    for name in NAMES[:300]:
        assert told(name, after) in (told(name, before), told(name, {LONG: 1}))
        assert told(name, after) == told(name, dict(reversed(after.items())))


def kept(shape):
    return SealedVerifier(*shape, box="")


def test_a_cluster_without_users_shows_anothers_shapes_for_good():
    shapes, chance = ScramShapes(), random.Random(1)
    assert shapes.of("lkc-none") == {}
    clusters = [f"lkc-{number}" for number in range(20)]
    for cluster in clusters:
        shapes.add(cluster, kept(chance.choice([JAVA, LONG])))
    borrowed = shapes.of("lkc-none")
    assert borrowed
    lender = next(each for each in clusters if shapes.of(each) is borrowed)
    for cluster in clusters:
        if cluster != lender:
            shapes.remove(cluster, kept(next(iter(shapes.of(cluster)))))
    assert shapes.of("lkc-none") is borrowed
    shapes.remove(lender, kept(next(iter(borrowed))))
    assert shapes.of("lkc-none") == {}


def test_a_login_hears_of_its_clusters_shapes():
    shapes = {"sha256": ScramShapes()}
    shapes["sha256"].add("lkc-a", kept(JAVA))
    for name, iterations in (("nobody@lkc-a", 8192), ("HWABCDEFGHIJKLMN", 4096)):
        login = Scram("sha256", b"pepper", "nonce", shapes=shapes)
        answer = login.step(f"n,,n={name},r=abc".encode(), None)
        assert answer.message.endswith(f",i={iterations}".encode())
