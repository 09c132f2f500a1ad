"""A sample of what ``./headwater torture --measure hostile`` does: another tenant writes on."""

import random
from contextlib import ExitStack, suppress

import pytest

from tests.node.harness import wait_until
from tests.node.raw_client import batch
from tests.torture.measure.hostile import ATTACKS, Attacker, garbage, length_bombs

TRIES = 6


@pytest.fixture
def attacker(world):
    key = world.cell.add_key(world.cell.add_tenant("attacker"))
    return Attacker([world.node.port], key, random.Random(1))


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_another_tenant_writes_on(world, client, topic, attacker, attack):
    refused_before = world.node.node.metrics.protocol_errors
    with ExitStack() as held:
        for _ in range(TRIES):
            with suppress(OSError, AssertionError, ConnectionError):
                attack(attacker, held)
            assert client.produce(topic.name, batch(b"v")).error_code == 0
        assert client.fetch(topic.name, 0).high_watermark == TRIES
        if attack in (length_bombs, garbage):
            wait_until(
                lambda: world.node.node.metrics.protocol_errors >= refused_before + TRIES,
                "every attacker's connection is closed",
            )
