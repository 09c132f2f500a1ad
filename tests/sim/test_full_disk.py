"""How long a full disk holds producers up, in simulated time: what no clock of a test can be sure
of."""

import pytest

from tests.sim.world import World

SETTLED_MS = 1_500.0


def settled(seed: int) -> World:
    """Producers at work, everybody in sync, and a store that answers in time."""
    world = World(seed)
    world.proposal_trouble = 0.0
    world._until(lambda: world.timeline.now >= SETTLED_MS and len(record(world).isr) == 3)
    return world


def record(world: World):
    return world.store.partitions[world.topic.id, 0]


def fill(world: World, *brokers: int) -> float:
    for broker in brokers:
        world.brokers[broker - 1].disk.free_bytes = 0
    return world.timeline.now


def acknowledged(world: World) -> int:
    return len(world.checks.acknowledgements)


def to_the_end(world: World) -> None:
    world.run(lambda _: None)


@pytest.mark.parametrize("seed", range(6))
def test_a_follower_on_a_full_disk_is_left_behind_within_a_second(seed: int) -> None:
    world = settled(seed)
    full = next(each for each in record(world).replicas if each != record(world).leader)
    before = fill(world, full)
    world._until(lambda: full not in record(world).isr, 1_000.0)
    count = acknowledged(world)
    world._until(lambda: acknowledged(world) > count + 5, 2_000.0)
    assert world.timeline.now - before < 2_000
    to_the_end(world)
    assert len(record(world).isr) == 3


@pytest.mark.parametrize("seed", range(6))
def test_a_leader_on_a_full_disk_hands_over_and_producers_go_on(seed: int) -> None:
    world = settled(seed)
    full, epoch = record(world).leader, record(world).leader_epoch
    fill(world, full)
    world._until(lambda: record(world).leader != full, 2_000.0)
    assert record(world).leader_epoch == epoch + 1
    count = acknowledged(world)
    world._until(lambda: acknowledged(world) > count + 5, 3_000.0)
    assert record(world).leader != full, "it is not given back while there is no room"
    to_the_end(world)


@pytest.mark.parametrize("seed", range(3))
def test_where_nobody_has_room_the_leader_stays_and_all_goes_on_later(seed: int) -> None:
    world = settled(seed)
    fill(world, 1, 2, 3)
    # Until then it may be handed to one that has not said so yet.
    world._until(lambda: all(each.lacks_room for each in world.store.brokers.values()), 2_000.0)
    leader, epoch = record(world).leader, record(world).leader_epoch
    until = world.timeline.now + 4_000
    world._until(lambda: world.timeline.now >= until)
    assert (record(world).leader, record(world).leader_epoch) == (leader, epoch)
    assert not any(each.log.failure for broker in world.brokers for each in broker.runtimes())
    count = acknowledged(world)
    to_the_end(world)
    assert acknowledged(world) > count
