"""What happens to a cluster in the first part of a run: drawn from the seed, or directed."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.sim.world import FAULTS_END_MS, pairs

if TYPE_CHECKING:
    from tests.sim.broker import Broker
    from tests.sim.world import World

FAULTS_MAX = 9


def any_trouble(world: "World") -> None:
    """Several faults at any time, some at once, each with its end."""
    dice = world.random
    for _ in range(dice.randint(1, FAULTS_MAX)):
        fault = dice.choices(list(FAULTS), weights=list(FAULTS.values()))[0]
        at = dice.uniform(50, FAULTS_END_MS * 0.9)
        lasts = dice.choice([5.0, 50.0, 300.0, 1200.0]) * dice.uniform(0.5, 1.5)
        world.timeline.after(at, lambda fault=fault, lasts=lasts: _begin(world, fault, lasts))


def election_storm(world: "World") -> None:
    """Leaders change all the time, and nobody is told in order: where the rules on epochs count."""
    dice = world.random
    world.beat_ms = 60.0
    world.proposal_trouble = 0.4
    weights = {suspect: 10, cut: 6, stop: 3, isolate: 4, kill: 2, power_loss: 1, lost_volume: 0.4}
    at = 50.0
    while at < FAULTS_END_MS * 0.9:
        fault = dice.choices(list(weights), weights=list(weights.values()))[0]
        lasts = dice.choice([5.0, 30.0, 100.0, 400.0]) * dice.uniform(0.5, 1.5)
        world.timeline.after(at, lambda fault=fault, lasts=lasts: _begin(world, fault, lasts))
        at += dice.choice([2.0, 20.0, 80.0, 250.0]) * dice.uniform(0.5, 1.5)


def one_crash_at_a_time(world: "World") -> None:
    """All that ``flush=os`` promises to survive: never two crashes without peace between them."""
    dice = world.random
    at = 100.0
    while at < FAULTS_END_MS * 0.7:
        fault = dice.choice([power_loss, kill, suspect, stop])
        world.timeline.after(at, lambda fault=fault: _begin(world, fault, 50.0))
        at += 2500.0


def joining_unnoticed(world: "World") -> None:
    """Directed: the last in-sync change lands, its answer is lost, and the leader does not hear of
    it; the replica that joined is cut off, and then it is the only one left."""
    first, second, third = world.brokers

    def joins() -> None:
        world.proposals_take_ms = 3.0
        world.announcements_take_ms[first.id] = 500.0

    _at(world, 200, lambda: _suspect(world, third))
    _at(world, 260, joins)
    for at in (262.0, 275.0, 290.0):
        _at(world, at, third.catch_up)
    _at(world, 760, lambda: world.cut_off(first.id, third.id))
    _at(world, 990, lambda: (_suspect(world, first), _suspect(world, second)))
    _at(world, 1200, lambda: _peace(world, first, third))


def wiped_while_joining(world: "World") -> None:
    """Directed: a proposal to add a replica is under way while that replica loses its volume and
    starts again; then it is the only one left (KIP-903's story)."""
    first, second, third = world.brokers

    def wipe() -> None:
        third.die(power=True)
        third.lose_volume()
        third.start()
        world.cut_off(first.id, third.id)
        world.cut_off(second.id, third.id)

    _at(world, 200, lambda: _suspect(world, third))
    _at(world, 210, lambda: setattr(world, "proposals_take_ms", 900.0))
    _at(world, 900, wipe)
    for at in range(1000, 2200, 100):
        _at(world, at, lambda: _fence_if_in_sync(world, third))
    _at(world, 2300, lambda: _peace(world, first, third))
    _at(world, 2300, lambda: world.reconnect(second.id, third.id))


def led_twice_by_the_same(world: "World") -> None:
    """Directed: a follower sleeps through a leadership of another and wakes to the first leader,
    whose log has changed meanwhile; it is counted, and then elected."""
    first, second, third = world.brokers

    def zombie() -> None:
        world.announcements_take_ms[third.id] = 1500.0
        world.cut_off(second.id, third.id)
        world.cut_off(first.id, second.id)

    _at(world, 300, zombie)
    _at(world, 330, lambda: _suspect(world, first))
    _at(world, 420, lambda: world.reconnect(first.id, second.id))
    _at(world, 1000, lambda: _suspect(world, second))
    _at(world, 1500, lambda: _suspect(world, first))
    _at(world, 1700, lambda: _peace(world, second, third))


def behind_the_epochs_start(world: "World") -> None:
    """Directed: a replica out of the in-sync set, that stays behind for want of room, has all that
    the new leader knows to be committed, and not all that is."""
    first, second, third = world.brokers
    world.beat_ms = 30.0

    def keep_out() -> None:
        if third.id in world.store.partitions[world.topic.id, 0].isr:
            _suspect(world, third)

    def kill_first() -> None:
        partition = third.partition(world.topic.id, 0)
        if partition is None or partition.log.log_end_offset >= world.checks.end(0):
            return
        first.die(power=False)
        _suspect(world, first)

    def suspect_second() -> None:
        if not first.is_up and third.id in world.store.partitions[world.topic.id, 0].isr:
            _suspect(world, second)

    for at in range(150, 600, 6):
        _at(world, at, keep_out)
    _at(world, 600, lambda: setattr(third.disk, "free_bytes", 0))
    for at in range(601, 700):
        _at(world, at, kill_first)
    for at in range(610, 1600, 2):
        _at(world, at, suspect_second)
    _at(world, 1600, lambda: (setattr(third.disk, "free_bytes", None), first.start()))


def leaders_crash_and_come_back(world: "World") -> None:
    """Directed: the leader loses power and is back before anybody has missed it."""

    def crash() -> None:
        record = world.store.partitions[world.topic.id, 0]
        if record.leader is not None:
            broker = world.brokers[record.leader - 1]
            broker.die(power=True)
            broker.start()
            world.faults.append(f"{world.timeline.now:.0f} ms: power loss of {broker.id}")

    for at in range(200, 3400, 160):
        _at(world, at, crash)


def _at(world: "World", ms: float, event: Callable[[], object]) -> None:
    world.timeline.after(ms, lambda: (event(), None)[1])


def _suspect(world: "World", broker: "Broker") -> None:
    world.faults.append(f"{world.timeline.now:.0f} ms: " + suspect(world, broker, 0))


def _fence_if_in_sync(world: "World", broker: "Broker") -> None:
    """Everybody but ``broker``, as soon as it counts as in sync."""
    record = world.store.partitions[world.topic.id, 0]
    if broker.id in record.isr:
        for other in world.brokers:
            if other is not broker:
                _suspect(world, other)


def _peace(world: "World", one: "Broker", other: "Broker") -> None:
    world.proposals_take_ms = None
    world.announcements_take_ms.clear()
    world.reconnect(one.id, other.id)


def _begin(world: "World", fault: Callable[..., str], lasts: float) -> None:
    said = fault(world, world.random.choice(world.brokers), lasts)
    world.faults.append(f"{world.timeline.now:.0f} ms: {said}, {lasts:.0f} ms")


def kill(world: "World", broker: "Broker", lasts: float) -> str:
    broker.die(power=False)
    world.timeline.after(lasts, broker.start)
    return f"kill -9 of {broker.id}"


def power_loss(world: "World", broker: "Broker", lasts: float) -> str:
    broker.die(power=True)
    world.timeline.after(lasts, broker.start)
    return f"power loss of {broker.id}"


def power_loss_everywhere(world: "World", broker: "Broker", lasts: float) -> str:
    for each in world.brokers:
        each.die(power=True)
        world.timeline.soon(0, 2 * lasts, each.start)
    return "power loss of all"


def stop(world: "World", broker: "Broker", lasts: float) -> str:
    broker.stop()
    world.timeline.after(lasts, broker.go_on)
    return f"SIGSTOP of {broker.id}"


def cut(world: "World", broker: "Broker", lasts: float) -> str:
    one, other = world.random.choice(pairs())
    world.cut_off(one, other)
    if world.random.random() < 0.5:
        for link in list(broker.links.values()):
            link.cut()
    world.timeline.after(lasts, lambda: world.reconnect(one, other))
    return f"no network between {one} and {other}"


def isolate(world: "World", broker: "Broker", lasts: float) -> str:
    """Cut off from the other brokers and from the store, but not from clients: a zombie."""
    for other in world.brokers:
        world.cut_off(broker.id, other.id)
    world.cut_off_from_store(broker.id)

    def end() -> None:
        for other in world.brokers:
            world.reconnect(broker.id, other.id)
        world.reconnect_to_store(broker.id)

    world.timeline.after(lasts, end)
    return f"isolation of {broker.id}"


def suspect(world: "World", broker: "Broker", lasts: float) -> str:
    """Fenced for no reason: failure detection may be wrong at any time."""
    from tests.sim.store import now

    if world.store.available:
        now(world.store.fence_broker(broker.id, broker.incarnation))
    return f"suspicion of {broker.id}"


def store_away(world: "World", broker: "Broker", lasts: float) -> str:
    world.store.available = False
    world.timeline.after(lasts, lambda: setattr(world.store, "available", True))
    return "no metadata store"


def disk_full(world: "World", broker: "Broker", lasts: float) -> str:
    broker.disk.free_bytes = world.random.randint(0, 400)
    disk = broker.disk
    world.timeline.after(lasts, lambda: setattr(disk, "free_bytes", None))
    return f"a full disk at {broker.id}"


def sync_fails(world: "World", broker: "Broker", lasts: float) -> str:
    """The replica fails; somebody starts the broker again when the disk is mended."""
    broker.disk.fail_synchronize = True

    def restart() -> None:
        broker.die(power=world.random.random() < 0.5)
        world.timeline.soon(1, 100, broker.start)

    world.timeline.after(lasts, restart)
    return f"fdatasync fails at {broker.id}"


def lost_volume(world: "World", broker: "Broker", lasts: float) -> str:
    """One at a time: two lost volumes of three are more than min.insync.replicas survives."""
    if any("lost volume" in fault for fault in world.faults):
        return kill(world, broker, lasts)
    broker.die(power=True)
    broker.lose_volume()
    world.timeline.after(lasts, broker.start)
    return f"lost volume of {broker.id}"


FAULTS: dict[Callable[..., str], float] = {
    kill: 3, power_loss: 2, power_loss_everywhere: 1, stop: 3, cut: 3, isolate: 2, suspect: 3,
    store_away: 1.5, disk_full: 1, sync_fails: 0.7, lost_volume: 0.5,
}  # fmt: skip
