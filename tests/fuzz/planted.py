"""Decoders with a fault each, for the proof that the fuzzer finds it: ``python -m
tests.fuzz.planted`` says as JSON what it found, by decoder, with the memory's bound that it uses.
"""

import json
import os
import time
from collections.abc import Callable

from brokers.kernel.limits import KIB, MIB
from tests.fuzz.batches import Bench, Memory
from tests.fuzz.heap import Heap
from tests.fuzz.target import Check, Target
from tests.fuzz.workers import work

GOOD = [bytes((number,)) * 100 for number in range(63)]
BAD = b"\xff" * 100
LONG = b"\xff" * MIB


def spin(seconds: float) -> None:
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


def crash() -> None:
    raise KeyError("a decoder that did not expect this")


def wrong() -> Check:
    def check() -> None:
        raise ValueError("a refusal, but of what was accepted")

    return check


FAULTS: dict[str, tuple[Callable[[], object], bytes]] = {
    "crashes": (crash, BAD),
    "is wrong": (wrong, BAD),
    "hangs": (lambda: spin(0.06), BAD),
    "allocates 2 MiB": (lambda: len(bytearray(2 * MIB)), BAD),
    "allocates 2 MiB in small things": (lambda: len([[n] for n in range(18_000)]), BAD),
    "allocates 10 times its input": (lambda: len(bytearray(10 * MIB)), LONG),
}
ALLOWED: dict[str, tuple[Callable[[], object], bytes]] = {
    "refuses": (lambda: int("x"), BAD),
    "takes 40 ms": (lambda: spin(0.04), BAD),
    "allocates 1000 KiB": (lambda: len(bytearray(1000 * KIB)), BAD),
    "allocates 8 times its input": (lambda: len(bytearray(8 * MIB)), LONG),
}


def found(memory: Memory) -> dict[str, bool]:
    """Whether exactly the bad input of a batch was found."""
    bench = Bench(memory)
    told = {}
    for name, (fault, bad) in {**FAULTS, **ALLOWED}.items():
        _, finds = bench.run(_planted(fault, bad), [*GOOD, bad])
        assert all(find.data == bad for find in finds), f"{name}: good input was found"
        told[name] = bool(finds)
    return told


def _planted(fault: Callable[[], object], bad: bytes) -> Target:
    def decode(data: bytes) -> Check | None:
        outcome = fault() if data == bad else None
        return outcome if callable(outcome) else None

    return Target(decode, GOOD, (ValueError,))


def deaths() -> int:
    """Inputs left behind by a process that a decoder ended."""
    target = Target(lambda data: os._exit(3), GOOD)
    (outcome,) = work({"deadly": target}, processes=1, runs=64, seed=1, seconds=60)
    return len(outcome.found)


if __name__ == "__main__":
    told: dict[str, object] = {"deaths": deaths()}
    print(json.dumps(told | found(Heap())))
