"""Ids that are unique, positive and alike on all brokers, and that no count can be read from."""

from hypothesis import given
from hypothesis import strategies as st

from brokers.node.producer_id_cipher import ID_BITS, ProducerIdCipher

CIPHER = ProducerIdCipher(b"the secret of this cell")


def test_ids_are_unique_and_positive():
    ids = {CIPHER.hidden(number) for number in range(20_000)}
    assert len(ids) == 20_000
    assert all(0 <= each < 1 << ID_BITS for each in ids)


@given(st.integers(0, (1 << ID_BITS) - 1))
def test_brokers_with_one_secret_agree_and_others_do_not(number):
    assert CIPHER.hidden(number) == ProducerIdCipher(b"the secret of this cell").hidden(number)
    assert CIPHER.hidden(number) != ProducerIdCipher(b"the secret of another").hidden(number)


def test_neighbours_are_far_apart():
    """What lies between two ids that were given one after the other says nothing."""
    gaps = [abs(CIPHER.hidden(n + 1) - CIPHER.hidden(n)) for n in range(1000)]
    assert min(gaps) > 1 << 40
    assert sum(CIPHER.hidden(n) < CIPHER.hidden(n + 1) for n in range(1000)) in range(400, 600)
