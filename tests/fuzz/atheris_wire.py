"""Coverage-guided fuzzing of the wire decoders: ``python -m tests.fuzz.atheris_wire --runs N``.

Not part of the tests: it runs for as long as it is told to. It starts from honest input, and
writes what it finds into the working folder; copy a find into ``cases``, named after what it was.
"""

import argparse
import hashlib
import sys
import tempfile
import tracemalloc
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["brokers.wire"]):
    from brokers.wire.registry import REQUESTS, RESPONSES
    from tests.fuzz.bounds import run_within_bounds
    from tests.fuzz.wire_seeds import honest_inputs
    from tests.fuzz.wire_targets import TARGETS

    # Codecs are imported when first used; here, so that they are instrumented.
    LOADED = [codecs[key] for codecs in (REQUESTS, RESPONSES) for key in codecs]


def write_seeds(folder: Path, name: str) -> None:
    for target, data in honest_inputs():
        if target == name:
            (folder / hashlib.sha1(data).hexdigest()).write_bytes(data)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.atheris_wire")
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--seconds", type=int, default=0, help="stop after this time; 0: never")
    parser.add_argument("--target", choices=TARGETS, default="request")
    options = parser.parse_args()
    tracemalloc.start()
    with tempfile.TemporaryDirectory() as folder:
        write_seeds(Path(folder), options.target)
        limits = [f"-runs={options.runs}", f"-max_total_time={options.seconds}"]
        atheris.Setup(
            [sys.argv[0], folder, *limits, "-max_len=4096", "-rss_limit_mb=1024"],
            lambda data: run_within_bounds(options.target, data),
        )
        atheris.Fuzz()


if __name__ == "__main__":
    main()
