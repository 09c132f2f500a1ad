"""Every decoder of untrusted bytes a little, and the fuzzer itself: what it must find it finds."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from brokers.kernel.limits import MIB
from tests.fuzz import planted
from tests.fuzz.batches import Bench, Traced, execute
from tests.fuzz.corpus import Corpus
from tests.fuzz.fuzzing import fuzz
from tests.fuzz.target import Target
from tests.fuzz.targets import targets

EXPECTED = dict.fromkeys(planted.FAULTS, True) | dict.fromkeys(planted.ALLOWED, False)


@pytest.mark.parametrize("name", targets())
def test_some_of_what_fuzz_fast_does(name: str) -> None:
    target = targets()[name]
    corpus, bench = Corpus(target, random.Random(5)), Bench(Traced())
    for _ in range(4):
        batch = corpus.batch()
        places, finds = bench.run(target, batch)
        assert finds == []
        corpus.learn(batch, places)


@pytest.mark.parametrize("name", targets())
def test_honest_input_is_damaged_and_not_only_refused(name: str) -> None:
    """A decoder that refused all would never be fuzzed beyond its first check."""
    target = targets()[name]
    places, finds = execute(target, target.honest)
    assert finds == []
    assert any(isinstance(place[0], bytes) for place in places), "all honest input is refused"


def test_planted_faults_are_found_by_counting_every_allocation() -> None:
    assert planted.found(Traced()) == EXPECTED


@pytest.mark.skipif(sys.platform != "linux", reason="needs: Linux")
def test_planted_faults_are_found_by_the_heaps_bound() -> None:
    """In a process of its own: Python's memory must be glibc's from the start."""
    asked = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.planted"],
        env={**os.environ, "PYTHONMALLOC": "malloc"},
        cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(asked.stdout) == {"deaths": 64} | EXPECTED


def test_memory_is_no_ones_when_a_batch_was_too_large() -> None:
    """A batch that needs more than its smallest member may is measured again, and passes."""
    target = Target(lambda data: len(bytearray(8 * len(data))) and None, [b""])
    bench = Bench(Traced())
    assert bench.run(target, [b"x", bytes(MIB)]) == ([(b"", 0), (b"", MIB >> 3)], [])
    assert bench.repeated == 2


def test_a_seed_says_which_inputs_are_made() -> None:
    chosen = {name: targets()[name] for name in ("header", "subscription", "json")}

    def made(seed: int) -> list[tuple[str, Sequence[bytes]]]:
        batches: list[tuple[str, Sequence[bytes]]] = []
        outcome = fuzz(
            chosen, Traced(), runs=1_000, seed=seed, seconds=60,
            journal=lambda name, batch: batches.append((name, batch)),
        )  # fmt: skip
        assert outcome.executions.total() == sum(len(batch) for _, batch in batches)
        return batches

    assert made(1) == made(1)
    assert made(1) != made(2)


def test_what_ends_where_nothing_did_is_damaged_further() -> None:
    target = Target(lambda data: None, [bytes(8)], chosen_by=2)
    corpus = Corpus(target, random.Random(1))
    corpus.learn([b"\0\0one", b"\0\0two"], [("here",), ("here",)])
    assert corpus.places == 1
    assert any(b"\0\0one"[:4] == data[:4] for _ in range(8) for data in corpus.batch())
