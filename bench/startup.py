"""From a clean clone to the first record in a consumer's hand: ``python -m bench.startup``.

Clones this checkout's HEAD into a new folder, with an empty home but warm package caches, and
starts it twice: the first time sets everything up, the second time only starts. What is timed ends
when an unmodified Kafka client has consumed one flight, which ``up`` sees to. Writes
``bench/results/startup.json``.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from streaming.cell.free_ports import port_options

CONSUMED = "first record consumed"
ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.startup", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="headwater-startup-") as folder:
        clone = Path(folder) / "headwater"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        environment = _empty_home(Path(folder))
        timed = {
            "cold environment s": _seconds_to_first_record(clone, environment),
            "afterwards s": _seconds_to_first_record(clone, environment),
        }
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    result = {"commit": commit.stdout.strip(), "cores": os.cpu_count(), **timed}
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / "startup.json").write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))
    return 0


def _empty_home(folder: Path) -> dict[str, str]:
    """Nothing of this user's but the package caches."""
    home = folder / "home"
    home.mkdir()
    caches = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    kept = {
        "UV_CACHE_DIR": os.environ.get("UV_CACHE_DIR", str(caches / "uv")),
        "PIP_CACHE_DIR": os.environ.get("PIP_CACHE_DIR", str(caches / "pip")),
        "NPM_CONFIG_CACHE": os.environ.get("NPM_CONFIG_CACHE", str(Path.home() / ".npm")),
    }
    without = {k: v for k, v in os.environ.items() if not k.startswith(("HEADWATER_", "VIRTUAL_"))}
    return {**without, **kept, "HOME": str(home)}


def _seconds_to_first_record(clone: Path, environment: dict[str, str]) -> float:
    """``up`` consumes the first flight itself, by librdkafka, and says so."""
    started = time.monotonic()
    service = subprocess.Popen(
        ["./headwater", "up", *port_options(brokers=3)],
        cwd=clone,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert service.stdout is not None
    try:
        for line in service.stdout:
            if CONSUMED in line:
                return round(time.monotonic() - started, 1)
        raise RuntimeError(f"up ended with exit code {service.wait()}")
    finally:
        service.terminate()
        service.communicate(timeout=30)


if __name__ == "__main__":
    sys.exit(main())
