"""Coverage-guided fuzzing of the wire decoders: ``python -m tests.fuzz.atheris_wire --runs N``.

Not part of the tests: it runs for as long as it is told to. It starts from honest input, and
writes what it finds into the working folder; copy a find into ``cases``, named after what it was.
"""

import argparse
import hashlib
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["brokers.wire"]):
    from brokers.wire.registry import REQUESTS, RESPONSES
    from tests.fuzz.bounds import run_within_bounds
    from tests.fuzz.wire_targets import wire_targets

    # Codecs are imported when first used; here, so that they are instrumented.
    LOADED = [codecs[key] for codecs in (REQUESTS, RESPONSES) for key in codecs]


def write_seeds(folder: Path, inputs: Sequence[bytes]) -> None:
    for data in inputs:
        (folder / hashlib.sha1(data).hexdigest()).write_bytes(data)


def main() -> None:
    targets = wire_targets()
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.atheris_wire")
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--seconds", type=int, default=0, help="stop after this time; 0: never")
    parser.add_argument("--target", choices=targets, default="request")
    options = parser.parse_args()
    target = targets[options.target]
    with tempfile.TemporaryDirectory() as folder:
        write_seeds(Path(folder), target.honest)
        limits = [f"-runs={options.runs}", f"-max_total_time={options.seconds}"]
        atheris.Setup(
            [sys.argv[0], folder, *limits, "-max_len=4096", "-rss_limit_mb=1024"],
            lambda data: run_within_bounds(target, data),
        )
        atheris.Fuzz()


if __name__ == "__main__":
    main()
