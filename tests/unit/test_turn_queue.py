"""Threads that share turns: none is lost, whenever garbage is collected and whoever leaves."""

import gc
import weakref
from concurrent.futures import ThreadPoolExecutor
from random import Random

from streaming.postgresql.room import Party
from streaming.postgresql.turn_queue import TurnQueue

PARTIES = [Party(str(number), is_stranger=number % 2 == 0) for number in range(6)]


class Forgotten:
    """A connection that nobody closes, and that only a collection finds."""

    def __init__(self, end) -> None:
        self.itself = self
        weakref.finalize(self, end).atexit = False


def visit(queue: TurnQueue, seed: int) -> int:
    """Turns that came, of 300 that were asked for."""
    random, came = Random(seed), 0
    for _ in range(300):
        party = random.choice(PARTIES)
        turn = queue.ask_again(party) if random.random() < 0.1 else queue.ask(party)
        if turn is None:
            continue
        if not queue.wait(turn, random.choice([0, 0.0005, 30])):
            continue
        came += 1
        if random.random() < 0.3:
            queue.recognise(turn, random.choice(PARTIES[1::2]))
        if random.random() < 0.5:
            Forgotten(lambda turn=turn: queue.end(turn))
        else:
            queue.end(turn)
    return came


def test_whoever_forgets_a_connection_leaves_no_turn_behind():
    queue = TurnQueue(5, 8)
    before = gc.get_threshold()
    gc.set_threshold(5)
    try:
        with ThreadPoolExecutor(8) as pool:
            came = list(pool.map(lambda seed: visit(queue, seed), range(8)))
    finally:
        gc.set_threshold(*before)
    gc.collect()
    assert min(came) > 0
    assert (queue.free, queue.waiting) == (5, 0)


def test_one_that_ends_while_the_queue_is_in_use_is_given_on(monkeypatch):
    """A finalizer that runs within the queue, as any allocation there may have it run."""
    queue = TurnQueue(1, 4)
    first = queue.ask(PARTIES[1])
    second = queue.ask(PARTIES[3])
    ask = queue._division.ask

    def collecting(party):
        queue.end(first)
        return ask(party)

    monkeypatch.setattr(queue._division, "ask", collecting)
    third = queue.ask(PARTIES[5])
    assert queue.wait(second, 0)
    queue.end(second)
    assert queue.wait(third, 0)


def test_a_turn_that_comes_as_time_is_up_is_had_or_given_on():
    queue = TurnQueue(1, 4)
    for _ in range(200):
        held, waiting = queue.ask(PARTIES[1]), queue.ask(PARTIES[3])
        assert queue.wait(held, 0)
        with ThreadPoolExecutor(2) as pool:
            had = pool.submit(queue.wait, waiting, 0.0002)
            pool.submit(queue.end, held)
        if had.result():
            queue.end(waiting)
        assert (queue.free, queue.waiting) == (1, 0)
